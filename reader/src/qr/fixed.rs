//! The finder, timing and alignment patterns of a QR code (ISO/IEC 18004, model 2).

use super::super::fixed::{Anchor, Fixed};

/// Modules on a side of a finder pattern.
const FINDER: i32 = 7;

/// A size of QR codes.
pub(super) struct Model2 {
    side: i32,
    /// Where alignment patterns have their middles, along either side.
    alignment: Vec<i32>,
    /// What each module must be, row after row: asked for more often than there is time to work it out.
    dark: Vec<Option<bool>>,
}

impl Model2 {
    /// None when there is no such size.
    pub fn of_side(side: usize) -> Option<Self> {
        if !(21..=177).contains(&side) || side % 4 != 1 {
            return None;
        }
        let (version, side) = ((side as i32 - 17) / 4, side as i32);
        let mut alignment = Vec::new();
        if version > 1 {
            let count = version / 7 + 2;
            // Evenly from the far end, by even steps; one size is an exception.
            let step =
                if version == 32 { 26 } else { ((side - 13) as u32).div_ceil(2 * (count as u32 - 1)) as i32 * 2 };
            alignment.push(6);
            alignment.extend((0..count - 1).rev().map(|place| side - 7 - place * step));
        }
        let mut size = Self { side, alignment, dark: Vec::new() };
        size.dark = (0..side * side).map(|module| size.fixed(module % side, module / side)).collect();
        Some(size)
    }

    /// What a module of the symbol must be.
    fn fixed(&self, x: i32, y: i32) -> Option<bool> {
        for (left, top) in self.finders() {
            let away = (x - left - 3).abs().max((y - top - 3).abs());
            if away <= 4 {
                return Some(away != 2 && away != 4);
            }
        }
        let near = |at: i32| self.alignment.iter().find(|&&middle| (at - middle).abs() <= 2).copied();
        if let (Some(middle_x), Some(middle_y)) = (near(x), near(y))
            && self.middles().any(|middle| middle == (middle_x, middle_y))
        {
            return Some((x - middle_x).abs().max((y - middle_y).abs()) != 1);
        }
        (x == 6 || y == 6).then(|| (x + y) % 2 == 0)
    }

    fn finders(&self) -> [(i32, i32); 3] {
        [(0, 0), (self.side - FINDER, 0), (0, self.side - FINDER)]
    }

    fn middles(&self) -> impl Iterator<Item = (i32, i32)> + '_ {
        let last = self.side - FINDER;
        let is_taken = move |x: i32, y: i32| (x == 6 && (y == 6 || y == last)) || (x == last && y == 6);
        self.alignment
            .iter()
            .flat_map(|&y| self.alignment.iter().map(move |&x| (x, y)))
            .filter(move |&(x, y)| !is_taken(x, y))
    }
}

impl Fixed for Model2 {
    fn side(&self) -> usize {
        self.side as usize
    }

    fn dark(&self, x: i32, y: i32) -> Option<bool> {
        let inside = |at: i32| (0..self.side).contains(&at);
        if !inside(x) || !inside(y) {
            return (x >= -1 && y >= -1 && x <= self.side && y <= self.side).then_some(false);
        }
        self.dark[(y * self.side + x) as usize]
    }

    fn anchors(&self) -> Vec<Anchor> {
        let mut anchors = Vec::new();
        let mut push = |x: i32, y: i32, is_upright: bool| anchors.push(Anchor { x, y, is_upright });
        for (left, top) in self.finders() {
            for edge in [0, FINDER] {
                push(left + edge, top + 3, true);
                push(left + 3, top + edge, false);
            }
        }
        for along in (8..self.side - 8).step_by(3) {
            push(7, along, true);
            push(along, 7, false);
        }
        for (x, y) in self.middles() {
            push(x, y, true);
            push(x, y, false);
        }
        anchors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes and places from the standard's annex E.
    #[test]
    fn alignment_patterns_lie_where_the_standard_puts_them() {
        let alignment = |version: usize| Model2::of_side(17 + 4 * version).map(|size| size.alignment);
        assert_eq!(alignment(1), Some(vec![]));
        assert_eq!(alignment(2), Some(vec![6, 18]));
        assert_eq!(alignment(7), Some(vec![6, 22, 38]));
        assert_eq!(alignment(15), Some(vec![6, 26, 48, 70]));
        assert_eq!(alignment(32), Some(vec![6, 34, 60, 86, 112, 138]));
        assert_eq!(alignment(40), Some(vec![6, 30, 58, 86, 114, 142, 170]));
        assert!(Model2::of_side(23).is_none());
    }
}
