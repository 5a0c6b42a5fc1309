//! QR codes: finder patterns in the black-and-white picture, then the symbol between every plausible three of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::cpp_essentials::{ConcentricPattern, DecoderResult};
use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{DetectPureQR, FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::qrcode::detector::QRCodeDetectorResult;

use super::budget::Budget;
use super::found::{Format, Found, collect};
use super::geometry::Point;

/// Sets of three finder patterns that are tried in one picture: noise makes hundreds.
const MOST_SETS: usize = 24;

/// Reads every symbol of a black-and-white picture at 1/`scale` of the one its corners are given for.
pub(crate) fn read(bits: &BitMatrix, scale: f32, budget: &Budget) -> Vec<Found> {
    catch_unwind(AssertUnwindSafe(|| symbols(bits, scale, budget))).unwrap_or_default()
}

/// Whether there are finder patterns enough for a symbol.
pub(crate) fn shows(bits: &BitMatrix) -> bool {
    catch_unwind(AssertUnwindSafe(|| FindFinderPatterns(bits, false, 0).len() >= 3)).unwrap_or(false)
}

/// Reads the symbol that alone fills a picture, module by module as a program drew it.
pub(crate) fn read_pure(bits: &BitMatrix, scale: f32) -> Option<Found> {
    let read = || {
        let sampled = DetectPureQR(bits).ok()?;
        let &[a, b, c, d] = sampled.getPoints() else { return None };
        decoded(&sampled, [a, b, c, d], scale)
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

fn symbols(bits: &BitMatrix, scale: f32, budget: &Budget) -> Vec<Found> {
    let mut patterns = FindFinderPatterns(bits, true, 0);
    let mut found = Vec::new();
    let mut used: Vec<ConcentricPattern> = Vec::new();
    for set in GenerateFinderPatternSets(&mut patterns).into_iter().take(MOST_SETS) {
        if budget.spent() {
            break;
        }
        let finders = [set.tl, set.tr, set.bl];
        if finders.iter().any(|finder| used.contains(finder)) {
            continue;
        }
        let Ok(sampled) = SampleQR(bits, &set) else { continue };
        // This comes with its last two corners the other way round.
        let &[a, b, d, c] = sampled.getPoints() else { continue };
        if let Some(symbol) = decoded(&sampled, [a, b, c, d], scale) {
            used.extend(finders);
            collect(&mut found, [symbol]);
        }
    }
    found
}

fn decoded(sampled: &QRCodeDetectorResult, corners: [rxing::Point; 4], scale: f32) -> Option<Found> {
    let decoded = Decode(sampled.getBits()).ok().filter(DecoderResult::isValid)?;
    let symbology = &decoded.content().symbology;
    let symbology = format!("]{}{}", char::from(symbology.code), char::from(symbology.modifier));
    let corners = corners.map(|corner| Point::new(corner.x * scale, corner.y * scale));
    Some(Found { text: decoded.text(), format: Format::QrCode, symbology, corners })
}
