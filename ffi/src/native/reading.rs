//! Reading labels from camera frames and photos.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::wait;

/// The longest that one call may look, whatever the app asks for.
const LONGEST: Duration = Duration::from_secs(10);

/// Reads the frames of a camera one after another; what there is no time for in one is tried in the next.
#[derive(Debug, Default, uniffi::Object)]
pub struct Live(Mutex<reader::Live>);

/// What a frame showed.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Sight {
    /// What was read.
    pub found: Vec<Found>,
    /// What the person could do, when nothing was read and the frame shows why.
    pub hint: Option<Hint>,
}

/// Why a frame may have shown nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Hint {
    /// Hardly any light: offer the torch.
    TooDark,
    /// Something that looks like a code is very small: come closer.
    TooFar,
    /// Something that looks like a code has no sharp edges: hold still.
    TooBlurred,
}

/// One symbol that was read.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Found {
    /// What it says; GS is U+001D.
    pub text: String,
    /// The kind of symbol.
    pub format: Format,
    /// The AIM symbology identifier, `]d2` and the like.
    pub symbology: String,
    /// What a scanner would send for it: what `parse`, `Offline.judge` and the register take.
    pub scanned: String,
    /// Its four corners in pixels: top left, top right, bottom right, bottom left of the symbol itself.
    pub corners: Vec<Corner>,
}

/// A point of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct Corner {
    /// To the right.
    pub x: f32,
    /// Downwards.
    pub y: f32,
}

/// The kind of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Format {
    /// Data Matrix.
    DataMatrix,
    /// QR code.
    QrCode,
    /// EAN-13.
    Ean13,
    /// EAN-8.
    Ean8,
    /// UPC-A.
    UpcA,
    /// UPC-E.
    UpcE,
    /// Code 128, GS1-128 among them.
    Code128,
}

/// Why a picture can't be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum PhotoError {
    /// Neither jpeg, png nor webp.
    #[error("neither jpeg, png nor webp")]
    UnknownFormat,
    /// More pixels than are decoded here.
    #[error("too many pixels")]
    TooLarge,
    /// It begins like a picture and doesn't go on like one; or a frame's bytes don't belong to its size.
    #[error("the picture is broken")]
    Broken,
}

#[uniffi::export]
impl Live {
    /// A reader for one stream of frames.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one frame of gray pixels within its budget; 15 ms suits 1280 × 720 pixels.
    ///
    /// `rowStride` is how many bytes lie between the beginnings of two rows, as Android's and iOS' planes have it.
    /// In Kotlin the pixels are a direct buffer, such as a plane of the camera's.
    pub fn frame(
        &self,
        luma: &[u8],
        width: u32,
        height: u32,
        row_stride: u32,
        budget: Duration,
    ) -> Result<Sight, PhotoError> {
        let (width, height) = (width as usize, height as usize);
        let pixels = rows(luma, width, height, row_stride as usize).ok_or(PhotoError::Broken)?;
        let frame = reader::Luma::new(width, height, &pixels).map_err(|_| PhotoError::Broken)?;
        let budget = reader::Budget::lasting(budget.min(LONGEST));
        let mut live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reader::Sight { found, hint } = live.frame(frame, &budget);
        Ok(Sight { found: found.into_iter().map(Found::from).collect(), hint: hint.map(Hint::from) })
    }
}

/// Every code in a jpeg, png or webp file, upright as its EXIF says; 150 ms suit 1280 × 720 pixels.
///
/// Decodes and looks on a thread of its own, and is waited for without blocking.
#[uniffi::export]
pub async fn read_photo(bytes: Vec<u8>, budget: Duration) -> Result<Vec<Found>, PhotoError> {
    let budget = budget.min(LONGEST);
    let look = move || match reader::photo(&bytes, budget) {
        Ok(found) => Ok(found.into_iter().map(Found::from).collect()),
        Err(reader::PhotoError::UnknownFormat) => Err(PhotoError::UnknownFormat),
        Err(reader::PhotoError::TooLarge) => Err(PhotoError::TooLarge),
        Err(reader::PhotoError::Broken) => Err(PhotoError::Broken),
    };
    wait::begin(look, || Err(PhotoError::Broken)).await
}

/// The pixels without the gaps between rows; nothing when there are not enough of them.
fn rows(luma: &[u8], width: usize, height: usize, stride: usize) -> Option<Cow<'_, [u8]>> {
    if stride == width {
        return luma.get(..width.checked_mul(height)?).map(Cow::Borrowed);
    }
    if stride < width || width == 0 || height == 0 || height > reader::MAX_SIDE || width > reader::MAX_SIDE {
        return None;
    }
    // The last row may end without its gap.
    if luma.len() < (height - 1).checked_mul(stride)?.checked_add(width)? {
        return None;
    }
    let mut pixels = Vec::with_capacity(width * height);
    luma.chunks(stride).take(height).for_each(|row| pixels.extend_from_slice(&row[..width]));
    Some(Cow::Owned(pixels))
}

impl From<reader::Found> for Found {
    fn from(found: reader::Found) -> Self {
        Self {
            scanned: found.as_scanned(),
            text: found.text,
            format: found.format.into(),
            symbology: found.symbology,
            corners: found.corners.iter().map(|corner| Corner { x: corner.x, y: corner.y }).collect(),
        }
    }
}

impl From<reader::Format> for Format {
    fn from(format: reader::Format) -> Self {
        match format {
            reader::Format::DataMatrix => Self::DataMatrix,
            reader::Format::QrCode => Self::QrCode,
            reader::Format::Ean13 => Self::Ean13,
            reader::Format::Ean8 => Self::Ean8,
            reader::Format::UpcA => Self::UpcA,
            reader::Format::UpcE => Self::UpcE,
            reader::Format::Code128 => Self::Code128,
        }
    }
}

impl From<reader::Hint> for Hint {
    fn from(hint: reader::Hint) -> Self {
        match hint {
            reader::Hint::TooDark => Self::TooDark,
            reader::Hint::TooFar => Self::TooFar,
            reader::Hint::TooBlurred => Self::TooBlurred,
        }
    }
}
