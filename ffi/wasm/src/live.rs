//! Reading labels in a worker: frames of a camera, and photos that the browser has decoded.
//!
//! Pixels come as gray, one byte a pixel, or as the RGBA of a canvas, told apart by their number.

use std::borrow::Cow;
use std::time::Duration;

use reader::{Budget, Found, Hint, Live, Luma, photo_luma};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::lower;

/// The longest that one call may look, whatever the page asks for.
const LONGEST: Duration = Duration::from_secs(10);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Reads the frames of a camera one after another; what there is no time for in one is tried in the next.
#[wasm_bindgen(js_name = Live)]
#[derive(Default)]
pub struct LiveReader(Live);

#[wasm_bindgen(js_class = Live)]
impl LiveReader {
    /// A reader for one stream of frames.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads one frame within its budget; 15 ms suits 1280 × 720 pixels. Throws `not-a-picture`.
    #[wasm_bindgen(unchecked_return_type = "Sight")]
    pub fn frame(
        &mut self,
        pixels: &[u8],
        width: usize,
        height: usize,
        #[wasm_bindgen(js_name = budgetMs)] budget_ms: f64,
    ) -> Result<JsValue, JsError> {
        let gray = gray(pixels, width, height);
        let sight = self.0.frame(luma(&gray, width, height)?, &budget(budget_ms));
        let hint = sight.hint.map(|hint| match hint {
            Hint::TooDark => "too-dark",
            Hint::TooFar => "too-far",
            Hint::TooBlurred => "too-blurred",
        });
        lower(&Seen { found: sight.found.into_iter().map(Code::from).collect(), hint })
    }
}

/// Every code in a photo, as far as the budget lasts; 150 ms suits 1280 × 720 pixels. Throws `not-a-picture`.
#[wasm_bindgen(unchecked_return_type = "Found[]")]
pub fn photo(
    pixels: &[u8],
    width: usize,
    height: usize,
    #[wasm_bindgen(js_name = budgetMs)] budget_ms: f64,
) -> Result<JsValue, JsError> {
    let gray = gray(pixels, width, height);
    let found = photo_luma(luma(&gray, width, height)?, &budget(budget_ms));
    lower(&found.into_iter().map(Code::from).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct Seen {
    found: Vec<Code>,
    hint: Option<&'static str>,
}

#[derive(Serialize)]
struct Code {
    text: String,
    format: &'static str,
    symbology: String,
    scanned: String,
    corners: [[f32; 2]; 4],
}

impl From<Found> for Code {
    fn from(found: Found) -> Self {
        let corners = found.corners.map(|corner| [corner.x, corner.y]);
        let scanned = found.as_scanned();
        Self { text: found.text, format: found.format.name(), symbology: found.symbology, scanned, corners }
    }
}

/// Gray pixels: as they are, or the green of RGBA weighed with its neighbours as eyes do, laid on white where it is clear.
fn gray(pixels: &[u8], width: usize, height: usize) -> Cow<'_, [u8]> {
    if width.checked_mul(height).and_then(|count| count.checked_mul(4)) != Some(pixels.len()) {
        return Cow::Borrowed(pixels);
    }
    let level = |pixel: &[u8]| {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        let (level, opacity) = ((77 * red + 150 * green + 29 * blue) >> 8, u32::from(pixel[3]));
        if opacity == 255 {
            return level.to_le_bytes()[0];
        }
        ((level * opacity + 255 * (255 - opacity)) / 255).to_le_bytes()[0]
    };
    Cow::Owned(pixels.chunks_exact(4).map(level).collect())
}

fn luma(gray: &[u8], width: usize, height: usize) -> Result<Luma<'_>, JsError> {
    Luma::new(width, height, gray).map_err(|_| JsError::new("not-a-picture"))
}

fn budget(milliseconds: f64) -> Budget {
    let length = Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or_default();
    Budget::new(clock, length.min(LONGEST))
}

fn clock() -> Duration {
    Duration::try_from_secs_f64(performance_now() / 1000.0).unwrap_or_default()
}
