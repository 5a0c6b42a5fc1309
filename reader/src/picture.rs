//! From the bytes of a jpeg, png or webp file to a picture on white ground, under limits, upright.

use std::io::Cursor;
use std::time::Duration;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::budget::Budget;
use super::found::Found;
use super::gray::Luma;
use super::photo::photo_luma;
use super::{MAX_PIXELS, MAX_SIDE, png};

/// Most memory for the decoded pixels of one picture, in bytes: four a pixel. Pixels of 16 bits a colour take up to eight.
const MAX_DECODED: u64 = 4 * MAX_PIXELS as u64;
/// The same with what a decoder keeps of a progressive jpeg until its last scan.
const MAX_WORKING: u64 = 2 * MAX_DECODED;
/// Bytes a pixel that a decoder keeps of a progressive jpeg: a coefficient of two bytes for each of three colours.
const PROGRESSIVE: u64 = 6;

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
    /// Decodes the bytes of a jpeg, png or webp file. Its size is measured first; what has more than
    /// [`MAX_PIXELS`] isn't decoded at all.
    pub fn open(bytes: &[u8]) -> Result<Self, PhotoError> {
        Ok(Self { gray: open_picture(bytes, None)?.into_luma8() })
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

/// The pixels of a jpeg, png or webp file: measured before they are decoded, what is transparent laid on white, no longer
/// than `longest` on the longer side, turned upright as its EXIF says. The one way in for files of strangers.
pub fn open_picture(bytes: &[u8], longest: Option<u32>) -> Result<DynamicImage, PhotoError> {
    let bytes = png::needed(bytes);
    let bytes = bytes.as_ref();
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PhotoError::UnknownFormat)?;
    let format = reader.format();
    if !matches!(format, Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(PhotoError::UnknownFormat);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    limits.max_alloc = Some(MAX_WORKING);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| problem(&error))?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let decoded = decoder.total_bytes();
    let is_progressive = format == Some(ImageFormat::Jpeg) && is_progressive(bytes);
    let working = decoded + if is_progressive { PROGRESSIVE * pixels } else { 0 };
    if pixels > MAX_PIXELS as u64 || decoded > MAX_DECODED || working > MAX_WORKING {
        return Err(PhotoError::TooLarge);
    }
    // Metadata that can't be read turns nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = on_white(DynamicImage::from_decoder(decoder).map_err(|error| problem(&error))?);
    if let Some(longest) = longest.filter(|longest| picture.width().max(picture.height()) > *longest) {
        picture = picture.thumbnail(longest, longest);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Lays what is transparent on white, as viewers and printers do. Programs that make labels export black on nothing.
fn on_white(picture: DynamicImage) -> DynamicImage {
    let mut picture = match picture {
        DynamicImage::ImageLumaA16(_) => DynamicImage::ImageLumaA8(picture.into_luma_alpha8()),
        DynamicImage::ImageRgba16(_) => DynamicImage::ImageRgba8(picture.into_rgba8()),
        other => other,
    };
    match &mut picture {
        DynamicImage::ImageLumaA8(pixels) => lay_on_white(pixels, 2),
        DynamicImage::ImageRgba8(pixels) => lay_on_white(pixels, 4),
        _ => {}
    }
    picture
}

/// The same for samples of which each `channels`th is the opacity.
fn lay_on_white(samples: &mut [u8], channels: usize) {
    for pixel in samples.chunks_exact_mut(channels) {
        let Some((opacity, colours)) = pixel.split_last_mut() else { continue };
        if *opacity == u8::MAX {
            continue;
        }
        let share = u32::from(*opacity);
        for colour in colours {
            *colour = ((u32::from(*colour) * share + 255 * (255 - share) + 127) / 255) as u8;
        }
        *opacity = u8::MAX;
    }
}

/// Whether a jpeg is sent in several scans: its frame header (SOF2, SOF6, SOF10 or SOF14) says so.
fn is_progressive(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    while let [0xff, marker, after @ ..] = rest {
        match marker {
            // Fill bytes, and markers without a body.
            0xff => rest = &rest[1..],
            0x01 | 0xd0..=0xd8 => rest = after,
            0xc2 | 0xc6 | 0xca | 0xce => return true,
            // Other frames and the first scan.
            0xc0 | 0xc1 | 0xc3 | 0xc5 | 0xc7 | 0xc9 | 0xcb | 0xcd | 0xcf | 0xd9 | 0xda => return false,
            _ => {
                let Some(length) = after.first_chunk::<2>() else { return false };
                rest = after.get(usize::from(u16::from_be_bytes(*length))..).unwrap_or_default();
            }
        }
    }
    // What doesn't begin like a jpeg costs what the dearest does.
    true
}

fn problem(error: &ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::TooLarge,
        ImageError::Unsupported(_) => PhotoError::UnknownFormat,
        _ => PhotoError::Broken,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use image::codecs::png::PngEncoder;
    use image::{ExtendedColorType, ImageBuffer, ImageEncoder, LumaA, Rgba};

    use super::*;

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A PNG whose palette has opacities (tRNS): entry 0 is black and clear, entry 1 black, entry 2 black and half clear.
    fn palette() -> Vec<u8> {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let crc = !kind.iter().chain(data).fold(u32::MAX, |crc, byte| step(crc, *byte));
            [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &crc.to_be_bytes()].concat()
        };
        // One row of three pixels, 8 bits each, in a stored block.
        let row = [0, 0, 1, 2];
        let adler = row.iter().fold((1_u32, 0_u32), |(a, b), byte| (a + byte, b + a + byte));
        let sum = ((adler.1 << 16) | adler.0).to_be_bytes();
        let row: Vec<u8> = row.iter().map(|byte| u8::try_from(*byte).unwrap()).collect();
        let data = [&[0x78, 1, 1, 4, 0, 0xfb, 0xff][..], &row, &sum].concat();
        [
            &b"\x89PNG\r\n\x1a\n"[..],
            &chunk(b"IHDR", &[0, 0, 0, 3, 0, 0, 0, 1, 8, 3, 0, 0, 0]),
            &chunk(b"PLTE", &[0; 9]),
            &chunk(b"tRNS", &[0, 255, 128]),
            &chunk(b"IDAT", &data),
            &chunk(b"IEND", b""),
        ]
        .concat()
    }

    fn step(crc: u32, byte: u8) -> u32 {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    }

    /// B24: clear, black and half-clear black pixels are white, black and gray, in every form that has opacity.
    #[test]
    fn what_is_transparent_lies_on_white_in_every_form() {
        let gray = DynamicImage::from(ImageBuffer::from_fn(3, 1, |x, _| LumaA([0_u8, [0, 255, 128][x as usize]])));
        let coloured =
            DynamicImage::from(ImageBuffer::from_fn(3, 1, |x, _| Rgba([0_u8, 0, 0, [0, 255, 128][x as usize]])));
        let wide = |picture: &DynamicImage| DynamicImage::ImageRgba16(picture.to_rgba16());
        let wide_gray = |picture: &DynamicImage| DynamicImage::ImageLumaA16(picture.to_luma_alpha16());
        for bytes in [
            file(&gray, ImageFormat::Png),
            file(&coloured, ImageFormat::Png),
            file(&wide(&coloured), ImageFormat::Png),
            file(&wide_gray(&gray), ImageFormat::Png),
            file(&coloured, ImageFormat::WebP),
            palette(),
        ] {
            let levels = open_picture(&bytes, None).unwrap().into_luma8().into_raw();
            assert_eq!(levels, [255, 0, 127]);
        }
    }

    /// B24: a picture is laid on white before it is made small, so that no dark rim comes from clear pixels.
    #[test]
    fn a_picture_is_made_small_on_its_white_ground() {
        let clear = DynamicImage::from(ImageBuffer::from_pixel(400, 200, Rgba([0_u8, 0, 0, 0])));
        let small = open_picture(&file(&clear, ImageFormat::Png), Some(100)).unwrap().into_rgb8();
        assert_eq!(small.dimensions(), (100, 50));
        assert!(small.pixels().all(|pixel| pixel.0 == [255; 3]));
    }

    /// B27, X20: the frames of phones of "50" and "64 megapixels" are taken, larger ones are refused by their head.
    #[test]
    fn frames_of_todays_phones_are_taken_and_larger_ones_refused() {
        let claims = |width: u32, height: u32| {
            let mut bytes = Vec::new();
            PngEncoder::new(&mut bytes).write_image(&[0], 1, 1, ExtendedColorType::L8).unwrap();
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
            let crc = !bytes[12..29].iter().fold(u32::MAX, |crc, byte| step(crc, *byte));
            bytes[29..33].copy_from_slice(&crc.to_be_bytes());
            // Only the head is right: what is taken breaks off later.
            open_picture(&bytes, None).unwrap_err()
        };
        for (width, height) in [(8160, 6144), (8192, 6144), (6144, 8192), (9248, 6936), (9280, 6944), (16_000, 4_000)] {
            assert_eq!(claims(width, height), PhotoError::Broken, "{width} × {height}");
        }
        for (width, height) in [(8192, 8193), (12_000, 9_000), (16_385, 100), (60_000, 60_000)] {
            assert_eq!(claims(width, height), PhotoError::TooLarge, "{width} × {height}");
        }
    }

    /// B58: sixteen bits, an animation's first picture, a file that breaks off near its end, zero bytes after the end.
    #[test]
    fn pictures_as_programs_leave_them_are_opened() {
        let shade = |x: u32, y: u32| u8::try_from((x + y) % 256).unwrap();
        let plain = DynamicImage::from(ImageBuffer::from_fn(160, 120, |x, y| image::Luma([shade(x, y)])));
        let wide = file(&DynamicImage::ImageLuma16(plain.to_luma16()), ImageFormat::Png);
        assert_eq!(open_picture(&wide, None).unwrap().into_luma8(), plain.to_luma8());
        // An animation is announced by chunks between the head (33 bytes) and the pixels.
        let png = file(&plain, ImageFormat::Png);
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let crc = !kind.iter().chain(data).fold(u32::MAX, |crc, byte| step(crc, *byte));
            [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &crc.to_be_bytes()].concat()
        };
        let frame = [[0, 0, 0, 0], [0, 0, 0, 160], [0, 0, 0, 120], [0; 4], [0; 4], [0, 1, 0, 10]].concat();
        let frame = chunk(b"fcTL", &[&frame[..], &[0, 0]].concat());
        let animated = [&png[..33], &chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]), &frame, &png[33..]].concat();
        assert_eq!(open_picture(&animated, None).unwrap().into_luma8(), plain.to_luma8());
        let jpeg = file(&DynamicImage::ImageRgb8(plain.to_rgb8()), ImageFormat::Jpeg);
        let whole = open_picture(&jpeg, None).unwrap().into_luma8();
        let ended = [&jpeg[..], &[0; 4_096]].concat();
        assert_eq!(open_picture(&ended, None).unwrap().into_luma8(), whole);
        let cut = open_picture(&jpeg[..jpeg.len() * 97 / 100], None).unwrap().into_luma8();
        assert_eq!(cut.dimensions(), (160, 120));
        assert_eq!(cut.get_pixel(20, 20), whole.get_pixel(20, 20));
    }

    /// X20: a progressive jpeg is counted with what its decoder keeps until the last scan.
    #[test]
    fn a_progressive_jpeg_is_known_by_its_frame_header() {
        let app = [0xff, 0xe0, 0, 4, 1, 2];
        for (frame, is) in [(0xc0, false), (0xc2, true), (0xda, false)] {
            assert_eq!(is_progressive(&[&[0xff, 0xd8][..], &app, &[0xff, frame, 0, 2]].concat()), is);
        }
        assert!(is_progressive(&[0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff]));
        assert!(!is_progressive(&file(&DynamicImage::new_rgb8(8, 8), ImageFormat::Jpeg)));
    }
}
