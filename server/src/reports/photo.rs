//! Photos of strangers: recognised by their bytes, measured before they are decoded (X20), laid on white, turned upright,
//! made small and encoded anew, so that nothing of the file that came in is ever served (X21) and its metadata is gone (X22).

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use reader::{PhotoError, open_picture};

/// Most photos of one report.
pub(crate) const MAX_PHOTOS: usize = 5;
/// Largest photo as sent, in bytes.
pub(crate) const MAX_BYTES: usize = 12 << 20;
/// Longest side of a photo as kept, in pixels.
const KEPT_SIDE: u32 = 2_048;
/// JPEG quality of a photo as kept.
const KEPT_QUALITY: u8 = 85;

/// A photo as it is kept: JPEG without metadata.
#[derive(Clone, Debug)]
pub(crate) struct Photo {
    /// The JPEG file.
    pub(crate) jpeg: Bytes,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAPhoto {
    /// Neither JPEG, PNG nor WebP, or broken.
    #[error("not a readable JPEG, PNG or WebP")]
    Unreadable,
    /// More pixels than anybody's camera.
    #[error("too many pixels")]
    TooManyPixels,
}

/// Reads a file that claims to be a photo. Takes a while: call it on a blocking thread.
pub(crate) fn read(file: &[u8]) -> Result<Photo, NotAPhoto> {
    let picture = open_picture(file, Some(KEPT_SIDE)).map_err(|error| match error {
        PhotoError::TooLarge => NotAPhoto::TooManyPixels,
        PhotoError::UnknownFormat | PhotoError::Broken => NotAPhoto::Unreadable,
    })?;
    let pixels = picture.into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, KEPT_QUALITY).encode_image(&pixels).map_err(|_| NotAPhoto::Unreadable)?;
    Ok(Photo { jpeg: jpeg.into(), width: pixels.width(), height: pixels.height() })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).expect("encodes");
        bytes.into_inner()
    }

    /// X21
    #[test]
    fn what_is_appended_to_a_picture_is_gone() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let mut polyglot = encoded(40, 30, format);
            polyglot.extend_from_slice(b"<script>alert(1)</script>");
            let photo = read(&polyglot).expect("a photo");
            assert!(!photo.jpeg.windows(8).any(|window| window == b"<script>"));
            assert_eq!((photo.width, photo.height), (40, 30));
        }
    }

    /// X22
    #[test]
    fn metadata_is_gone_and_the_picture_is_upright() {
        let jpeg = encoded(40, 20, ImageFormat::Jpeg);
        // APP1 Exif, big-endian, one entry: orientation 6 (turn right).
        let exif: &[u8] = b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let with_exif = [&jpeg[..2], exif, &jpeg[2..]].concat();
        let photo = read(&with_exif).expect("a photo");
        assert_eq!((photo.width, photo.height), (20, 40));
        assert!(!photo.jpeg.windows(4).any(|window| window == b"Exif"));
    }

    /// X20
    #[test]
    fn a_flood_of_pixels_is_refused_by_its_header() {
        let mut flood = encoded(1, 1, ImageFormat::Png);
        flood[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        flood[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let crc = crc32(&flood[12..29]);
        flood[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(read(&flood).err(), Some(NotAPhoto::TooManyPixels));
    }

    /// B24: what an inspector sees is what its author saw.
    #[test]
    fn what_is_transparent_is_kept_as_white() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(40, 30, Rgba([0, 0, 0, 0])));
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let mut file = Cursor::new(Vec::new());
            clear.write_to(&mut file, format).expect("encodes");
            let photo = read(&file.into_inner()).expect("a photo");
            let kept = image::load_from_memory(&photo.jpeg).expect("a jpeg").into_luma8();
            assert!(kept.pixels().all(|pixel| pixel.0[0] > 250), "{format:?}");
        }
    }

    #[test]
    fn a_large_photo_is_made_small() {
        let photo = read(&encoded(4_096, 1_024, ImageFormat::Png)).expect("a photo");
        assert_eq!((photo.width, photo.height), (2_048, 512));
    }

    #[test]
    fn rubbish_and_other_formats_are_refused() {
        for file in [&b""[..], b"GIF89a\x01\x00\x01\x00", b"<svg/>", b"\xff\xd8\xff\xe0 cut"] {
            assert_eq!(read(file).err(), Some(NotAPhoto::Unreadable));
        }
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }
}
