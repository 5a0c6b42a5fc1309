//! Points, rectangles, and the perspective that takes a square to four corners.

/// A place in a picture, in pixels from its top left corner; the middle of the first pixel is at (0.5, 0.5).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

impl Point {
    pub(crate) const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(crate) fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// A part of a picture: from `left`, `top` up to but without `right`, `bottom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rect {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Rect {
    pub fn width(self) -> usize {
        self.right - self.left
    }

    pub fn height(self) -> usize {
        self.bottom - self.top
    }

    pub fn area(self) -> usize {
        self.width() * self.height()
    }

    /// The area that two rectangles share.
    pub fn overlap(self, other: Self) -> usize {
        let width = self.right.min(other.right).saturating_sub(self.left.max(other.left));
        width * self.bottom.min(other.bottom).saturating_sub(self.top.max(other.top))
    }
}

/// The perspective that takes the square from (0, 0) to (side, side) to four corners: top left, top right, bottom right,
/// bottom left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Perspective {
    across: [f32; 3],
    down: [f32; 3],
    depth: [f32; 3],
}

impl Perspective {
    /// None when the corners don't span a plane.
    pub fn of(side: f32, corners: &[Point; 4]) -> Option<Self> {
        let [a, b, c, d] = corners;
        let (bc, dc) = ((b.x - c.x, b.y - c.y), (d.x - c.x, d.y - c.y));
        let rest = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
        let span = bc.0 * dc.1 - dc.0 * bc.1;
        if span.abs() < 1.0 {
            return None;
        }
        let g = (rest.0 * dc.1 - dc.0 * rest.1) / span;
        let h = (bc.0 * rest.1 - rest.0 * bc.1) / span;
        // A corner behind the camera would fold the picture.
        if 1.0 + g < 0.1 || 1.0 + h < 0.1 || 1.0 + g + h < 0.1 {
            return None;
        }
        Some(Self {
            across: [(b.x - a.x + g * b.x) / side, (d.x - a.x + h * d.x) / side, a.x],
            down: [(b.y - a.y + g * b.y) / side, (d.y - a.y + h * d.y) / side, a.y],
            depth: [g / side, h / side, 1.0],
        })
    }

    /// Where the point of the square lies in the picture.
    #[inline]
    pub fn map(&self, x: f32, y: f32) -> Point {
        let over = 1.0 / (self.depth[0] * x + self.depth[1] * y + self.depth[2]);
        Point {
            x: (self.across[0] * x + self.across[1] * y + self.across[2]) * over,
            y: (self.down[0] * x + self.down[1] * y + self.down[2]) * over,
        }
    }
}
