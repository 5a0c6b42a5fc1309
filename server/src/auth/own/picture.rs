//! The QR code that an authenticator reads, as SVG.

use std::fmt::Write;

use rxing::qrcode::QRCodeWriter;
use rxing::{BarcodeFormat, EncodeHints, Writer};

use crate::platform::problem::{Error, Result};

/// Modules that stay white on each side.
const QUIET: u32 = 4;

/// A QR code of the text: black on white, whatever the colours around it, one unit a module.
pub(in crate::auth) fn svg(text: &str) -> Result<String> {
    let hints = EncodeHints { Margin: Some("0".to_owned()), ..EncodeHints::default() };
    let encoded = QRCodeWriter.encode_with_hints(text, &BarcodeFormat::QR_CODE, 0, 0, &hints);
    let modules = encoded.map_err(|error| Error::internal(error.to_string()))?;
    let (width, height) = (modules.getWidth(), modules.getHeight());
    let mut path = String::new();
    for y in 0..height {
        let mut x = 0;
        while x < width {
            let start = x;
            while x < width && modules.get(x, y) {
                x += 1;
            }
            if x > start {
                // Writing to a string can't fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", start + QUIET, y + QUIET, x - start, x - start);
            }
            x += 1;
        }
    }
    let (width, height) = (width + 2 * QUIET, height + 2 * QUIET);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// X75
    #[test]
    fn a_link_becomes_a_picture_of_dark_and_light_modules() {
        let link = "otpauth://totp/Tanba:aigerim?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tanba&algorithm=SHA1&digits=6&period=30";
        let picture = svg(link).unwrap();
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"));
        // The first row of the symbol begins with seven dark modules of a finder pattern, then a light one.
        assert!(picture.contains("M4 4h7v1h-7z"), "{picture}");
        assert!(picture.len() < 40_000);
    }
}
