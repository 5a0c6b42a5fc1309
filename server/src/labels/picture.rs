//! A label as a picture, for screens: every module a whole number of pixels, the quiet zone, the text beneath.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder, Luma};

use super::symbol::{Family, Symbol, Unprintable};
use super::{font, words};

/// Pixels a module, so that a camera can read it off any screen.
const MODULE_PIXELS: u32 = 8;
/// How tall the bars of a linear code are, in modules.
const BAR_MODULES: u32 = 30;
const LETTER_PIXELS: f32 = 18.0;
const LINE_PIXELS: u32 = 24;
/// A picture is at least this wide, so that its text doesn't run down a narrow column.
const LEAST_WIDTH: u32 = 400;
const BORDER_PIXELS: u32 = 16;
const MOST_LINES: usize = 12;

/// Millimetres that a picture is wide when it is printed so that a symbol of 48 modules has the 20 mm of a label.
pub fn printed_millimetres(text: &str, family: Family) -> Result<u32, Unprintable> {
    let symbol = Symbol::new(text, family)?;
    let width = ((symbol.width + 2 * family.quiet_modules()) * MODULE_PIXELS).max(LEAST_WIDTH);
    Ok((width * 20).div_ceil(48 * MODULE_PIXELS))
}

/// A PNG of a code as it stands on a label.
pub fn picture(text: &str, family: Family) -> Result<Vec<u8>, Unprintable> {
    let symbol = Symbol::new(text, family)?;
    let quiet = family.quiet_modules() * MODULE_PIXELS;
    let rows = if family.is_linear() { BAR_MODULES } else { symbol.height };
    let (symbol_width, symbol_height) = (symbol.width * MODULE_PIXELS, rows * MODULE_PIXELS);
    let width = (symbol_width + 2 * quiet).max(LEAST_WIDTH);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels at most")]
    let lines = font::wrap(&words::beside(text), LETTER_PIXELS, (width - 2 * BORDER_PIXELS) as f32, MOST_LINES);
    let line_count = u32::try_from(lines.len()).unwrap_or(0);
    let height = symbol_height + 2 * quiet + line_count * LINE_PIXELS + BORDER_PIXELS;
    let mut page = GrayImage::from_pixel(width, height, Luma([255]));

    let left = (width - symbol_width) / 2;
    for y in 0..symbol_height {
        for x in 0..symbol_width {
            let row = if family.is_linear() { 0 } else { y / MODULE_PIXELS };
            if symbol.is_dark(x / MODULE_PIXELS, row) {
                page.put_pixel(left + x, quiet + y, Luma([0]));
            }
        }
    }
    let mut base = symbol_height + 2 * quiet;
    for line in &lines {
        base += LINE_PIXELS;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels at most")]
        let (start, base) = (BORDER_PIXELS as f32, (base - LINE_PIXELS / 4) as f32);
        font::draw(line, LETTER_PIXELS, start, base, |x, y, cover| {
            let place = u32::try_from(x).ok().zip(u32::try_from(y).ok()).filter(|(x, y)| *x < width && *y < height);
            if let Some((x, y)) = place {
                let pixel = page.get_pixel_mut(x, y);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
                let ink = (cover.clamp(0.0, 1.0) * 255.0) as u8;
                pixel.0[0] = pixel.0[0].saturating_sub(ink);
            }
        });
    }

    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::NoFilter)
        .write_image(page.as_raw(), width, height, ExtendedColorType::L8)
        .map_err(|error| Unprintable::Refused(error.to_string()))?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rxing::common::HybridBinarizer;
    use rxing::{BinaryBitmap, DecodeHints, Luma8LuminanceSource, MultiFormatReader, Reader};

    use super::*;

    fn decoded(png: &[u8]) -> String {
        let page = image::load_from_memory(png).unwrap().to_luma8();
        let (width, height) = page.dimensions();
        let source = Luma8LuminanceSource::new(page.into_raw(), width, height).unwrap();
        let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
        let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
        MultiFormatReader::default().decode_with_hints(&mut bitmap, &hints).unwrap().getText().to_owned()
    }

    #[test]
    fn pictures_of_every_family_read_back() {
        let tail = "aB3/+".repeat(17);
        let long = format!("0104870001234560213ABCDEFGHJKLM\x1d91k7Qa\x1d92{tail}12=");
        for (text, family) in [
            (long.as_str(), Family::Gs1DataMatrix),
            ("0104870001234560213ABCDE\x1d93tttt", Family::Gs1DataMatrix),
            ("00000046198488X?io+qCABm8wAYa", Family::DataMatrix),
            ("https://tanba.example/s/KZ000000123/ABCDEFGHJKLMN", Family::Qr),
            ("00348700012345678901", Family::Gs1Code128),
            ("4870000770045", Family::Ean13),
            ("48700122", Family::Ean8),
        ] {
            let png = picture(text, family).unwrap();
            let back = decoded(&png);
            assert_eq!(back.trim_start_matches(['\x1d', '\u{e8}']), text, "{family:?}");
        }
    }

    #[test]
    fn the_quiet_zone_stays_white() {
        let png = picture("00000046198488X?io+qCABm8wAYa", Family::DataMatrix).unwrap();
        let page = image::load_from_memory(&png).unwrap().to_luma8();
        let quiet = 2 * MODULE_PIXELS;
        assert!(page.enumerate_pixels().filter(|(_, y, _)| *y < quiet).all(|(_, _, pixel)| pixel.0 == [255]));
        let dark = page.enumerate_pixels().filter(|(_, y, pixel)| pixel.0 == [0] && *y < page.width()).map(|(x, ..)| x);
        let (first, last) = dark.fold((u32::MAX, 0), |(first, last), x| (first.min(x), last.max(x)));
        assert!(first >= BORDER_PIXELS && last < page.width() - BORDER_PIXELS, "{first} {last}");
    }
}
