//! From the bytes of a jpeg, png or webp file to a gray picture, under limits, upright.

use std::io::Cursor;
use std::time::Duration;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::MAX_SIDE;
use super::budget::Budget;
use super::found::Found;
use super::gray::Luma;
use super::photo::photo_luma;

/// Decoded pixels a photo may have: fifty million are a phone's largest.
const MAX_PIXELS: u64 = 50_000_000;

/// Why a file can't be read as a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoError {
    /// Neither jpeg, png nor webp.
    UnknownFormat,
    /// More pixels than are decoded here; nothing of it was.
    TooLarge,
    /// It begins like a picture and doesn't go on like one.
    Broken,
}

impl std::fmt::Display for PhotoError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::UnknownFormat => "neither jpeg, png nor webp",
            Self::TooLarge => "too many pixels",
            Self::Broken => "the picture is broken",
        })
    }
}

impl std::error::Error for PhotoError {}

/// A photo, decoded to gray and turned upright.
#[derive(Debug)]
pub struct Picture {
    gray: GrayImage,
}

impl Picture {
    /// Decodes the bytes of a jpeg, png or webp file. Its size is measured first; what has more than fifty million pixels
    /// isn't decoded at all.
    pub fn open(bytes: &[u8]) -> Result<Self, PhotoError> {
        Ok(Self { gray: decoded(bytes)?.into_luma8() })
    }

    /// Its pixels.
    pub fn luma(&self) -> Luma<'_> {
        Luma::of(self.gray.width() as usize, self.gray.height() as usize, self.gray.as_raw())
    }
}

/// Every code in a photo, as far as a budget of `length` lasts, which begins when the picture is decoded. Corners are
/// those of the picture turned upright as its EXIF says.
pub fn photo(bytes: &[u8], length: Duration) -> Result<Vec<Found>, PhotoError> {
    let picture = Picture::open(bytes)?;
    Ok(photo_luma(picture.luma(), &Budget::lasting(length)))
}

/// The picture, turned upright.
fn decoded(bytes: &[u8]) -> Result<DynamicImage, PhotoError> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PhotoError::UnknownFormat)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(PhotoError::UnknownFormat);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    limits.max_alloc = Some(MAX_PIXELS * 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| problem(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PhotoError::TooLarge);
    }
    // Metadata that can't be read turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| problem(&error))?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn problem(error: &ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::TooLarge,
        ImageError::Unsupported(_) => PhotoError::UnknownFormat,
        _ => PhotoError::Broken,
    }
}
