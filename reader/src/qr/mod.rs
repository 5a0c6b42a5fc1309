//! QR codes: finder patterns in the black-and-white picture, then the symbol between every plausible three of them,
//! and where that can't be read, the gray picture sampled again along a warp that fits the patterns.

mod fixed;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::cpp_essentials::{ConcentricPattern, DecoderResult};
use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{DetectPureQR, FindFinderPatterns, GenerateFinderPatternSets, SampleQR};

use super::budget::Budget;
use super::found::{Format, Found, collect};
use super::geometry::Point;
use super::gray::Luma;
use super::warp::Warp;
use super::{equaliser, modules};
use fixed::Model2;

/// Sets of three finder patterns that are tried in one picture: noise makes hundreds.
const MOST_SETS: usize = 24;
/// Share of the fixed modules that must come out right before a symbol's data is looked at.
const RIGHT: f32 = 0.75;
/// With less than this at the first look, there is no symbol.
const HOPELESS: f32 = 0.65;

/// Reads every symbol of `bits`, a black-and-white picture at 1/`scale` of `gray`. At most `tries` symbols that were
/// sampled but not read are sampled again from `gray`. Corners are in the pixels of `gray`.
pub(crate) fn read(bits: &BitMatrix, gray: Luma<'_>, scale: f32, tries: usize, budget: &Budget) -> Vec<Found> {
    catch_unwind(AssertUnwindSafe(|| symbols(bits, gray, scale, tries, budget))).unwrap_or_default()
}

/// Whether there are finder patterns enough for a symbol.
pub(crate) fn shows(bits: &BitMatrix) -> bool {
    catch_unwind(AssertUnwindSafe(|| FindFinderPatterns(bits, false, 0).len() >= 3)).unwrap_or(false)
}

/// Reads the symbol that alone fills a picture, module by module as a program drew it.
pub(crate) fn read_pure(bits: &BitMatrix) -> Option<Found> {
    let read = || {
        let sampled = DetectPureQR(bits).ok()?;
        let &[a, b, c, d] = sampled.getPoints() else { return None };
        told(sampled.getBits(), [a, b, c, d].map(|corner| Point::new(corner.x, corner.y)))
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

fn symbols(bits: &BitMatrix, gray: Luma<'_>, scale: f32, tries: usize, budget: &Budget) -> Vec<Found> {
    let mut patterns = FindFinderPatterns(bits, true, 0);
    let mut found = Vec::new();
    let mut used: Vec<ConcentricPattern> = Vec::new();
    let mut unread: Vec<([Point; 4], usize)> = Vec::new();
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
        let corners = [a, b, c, d].map(|corner| Point::new(corner.x * scale, corner.y * scale));
        if let Some(symbol) = told(sampled.getBits(), corners) {
            used.extend(finders);
            collect(&mut found, [symbol]);
        } else if unread.len() < tries {
            unread.push((corners, sampled.getBits().width() as usize));
        }
    }
    if found.is_empty() {
        found.extend(unread.iter().find_map(|(corners, side)| sample_again(gray, corners, *side, budget)));
    }
    found
}

/// Samples the gray picture inside corners that were found.
fn sample_again(gray: Luma<'_>, corners: &[Point; 4], side: usize, budget: &Budget) -> Option<Found> {
    // What it takes to fit a warp.
    if !budget.allows(side * side) {
        return None;
    }
    let size = Model2::of_side(side)?;
    let warp = Warp::fit(gray, corners, &size)?;
    let levels = warp.levels();
    let mut most_right = 0.0_f32;
    for way in modules::WAYS {
        if budget.spent() {
            return None;
        }
        let (bits, right) = modules::black_and_white(&levels, &size, way);
        most_right = most_right.max(right);
        if most_right < HOPELESS {
            return None;
        }
        if right >= RIGHT
            && let Some(found) = bits.as_ref().and_then(|bits| told(bits, warp.corners()))
        {
            return Some(found);
        }
    }
    if most_right < RIGHT || !budget.allows(equaliser::cost(side)) {
        return None;
    }
    equaliser::equalised(&levels, &size).as_ref().and_then(|bits| told(bits, warp.corners()))
}

/// What the modules of a symbol say.
fn told(bits: &BitMatrix, corners: [Point; 4]) -> Option<Found> {
    let decoded = Decode(bits).ok().filter(DecoderResult::isValid)?;
    let symbology = &decoded.content().symbology;
    let symbology = format!("]{}{}", char::from(symbology.code), char::from(symbology.modifier));
    Some(Found { text: decoded.text(), format: Format::QrCode, symbology, corners })
}
