//! Reading symbols that are drawn here, turned and placed.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "drawing moves between integers and floats"
)]

mod drawn;

use std::time::Duration;

use drawn::{data_matrix, ean13, qr};
use reader::{Budget, Format, Hint, Live, Luma, photo_luma};
use rxing::common::BitMatrix;

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const LABEL: &str = "0104870002030406215Aq3bX9TkLm2P\u{1d}93dGVz";

/// A test is no benchmark: time enough for a debug build on a busy machine.
fn budget() -> Budget {
    Budget::lasting(Duration::from_mins(1))
}

/// A gray frame with a symbol in its middle, `module` pixels a module, turned by some degrees.
fn frame(symbol: &BitMatrix, module: f32, degrees: f32, dark: u8, light: u8) -> Vec<u8> {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (columns, rows) = (symbol.width() as f32, symbol.height() as f32);
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let mut sum = 0;
            for (sub_x, sub_y) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                let (dx, dy) = (x as f32 + sub_x - WIDTH as f32 / 2.0, y as f32 + sub_y - HEIGHT as f32 / 2.0);
                let column = (dx * cosine + dy * sine) / module + columns / 2.0;
                let row = (dy * cosine - dx * sine) / module + rows / 2.0;
                let inside = column >= 0.0 && row >= 0.0 && column < columns && row < rows;
                let is_dark = inside && symbol.get(column as u32, row as u32);
                sum += u32::from(if is_dark { dark } else { light });
            }
            pixels.push((sum / 4) as u8);
        }
    }
    pixels
}

fn luma(pixels: &[u8]) -> Luma<'_> {
    Luma::new(WIDTH, HEIGHT, pixels).unwrap()
}

/// A GS1 Data Matrix is told by `]d2`, its separators are GS, and its corners lie where it was drawn.
#[test]
fn a_turned_data_matrix_is_read_with_its_separators_and_corners() {
    let symbol = data_matrix(LABEL);
    for degrees in [0.0, 30.0, 45.0, 100.0, 200.0] {
        let pixels = frame(&symbol, 5.0, degrees, 30, 220);
        let found = photo_luma(luma(&pixels), &budget());
        assert_eq!(found.len(), 1, "at {degrees} degrees");
        assert_eq!(found[0].text, LABEL);
        assert_eq!(found[0].format, Format::DataMatrix);
        assert_eq!(found[0].symbology, "]d2");
        assert_eq!(found[0].as_scanned(), format!("]d2{LABEL}"));
        let half = symbol.width() as f32 * 5.0 / 2.0;
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let drawn = [(-half, -half), (half, -half), (half, half), (-half, half)];
        for (corner, (x, y)) in found[0].corners.iter().zip(drawn) {
            let (x, y) = (640.0 + x * cosine - y * sine, 360.0 + x * sine + y * cosine);
            assert!((corner.x - x).hypot(corner.y - y) < 6.0, "{corner:?} is not {x}, {y} at {degrees} degrees");
        }
    }
}

#[test]
fn a_light_data_matrix_on_dark_ground_is_read() {
    let pixels = frame(&data_matrix(LABEL), 5.0, 15.0, 220, 30);
    let found = photo_luma(luma(&pixels), &budget());
    assert_eq!(found.iter().map(|code| code.text.as_str()).collect::<Vec<_>>(), [LABEL]);
}

#[test]
fn a_qr_code_is_read_in_the_first_live_frame() {
    let link = "https://tanba.example.kz/01/04870002030406/21/5Aq3bX9TkLm2P";
    let pixels = frame(&qr(link), 6.0, 20.0, 40, 200);
    let sight = Live::default().frame(luma(&pixels), &budget());
    assert_eq!(sight.found.len(), 1);
    assert_eq!((sight.found[0].text.as_str(), sight.found[0].format), (link, Format::QrCode));
    assert_eq!(sight.found[0].symbology, "]Q1");
}

#[test]
fn bars_are_read_at_any_angle() {
    for degrees in [0.0, 12.0, 50.0, 90.0, 180.0] {
        let pixels = frame(&ean13("4870002030406"), 3.0, degrees, 30, 220);
        let found = photo_luma(luma(&pixels), &budget());
        assert_eq!(found.len(), 1, "at {degrees} degrees");
        assert_eq!((found[0].text.as_str(), found[0].format), ("4870002030406", Format::Ean13));
        assert_eq!(found[0].symbology, "]E0");
    }
}

/// Bars less than two pixels wide, smeared over three: no edge of them is where it was printed.
#[test]
fn bars_that_blur_has_run_together_are_read() {
    let sharp = frame(&ean13("4870002030406"), 1.9, 0.0, 60, 200);
    let smeared = |pixels: &[u8]| -> Vec<u8> {
        let mean = |around: &[u8]| (around.iter().map(|&level| u32::from(level)).sum::<u32>() / 3) as u8;
        let mut out = pixels.to_vec();
        for (pixel, around) in pixels.windows(3).enumerate() {
            out[pixel + 1] = mean(around);
        }
        out
    };
    let found = photo_luma(luma(&smeared(&sharp)), &budget());
    assert_eq!(found.iter().map(|code| code.text.as_str()).collect::<Vec<_>>(), ["4870002030406"]);
}

/// As programs draw them: modules of one pixel, and not a pixel of ground around.
#[test]
fn symbols_of_one_pixel_a_module_are_read_up_to_the_rim() {
    for symbol in [data_matrix(LABEL), qr(LABEL)] {
        for (dark, light) in [(0, 255), (255, 0)] {
            let (width, height) = (symbol.width(), symbol.height());
            let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let pixels: Vec<u8> = places.map(|(x, y)| if symbol.get(x, y) { dark } else { light }).collect();
            let picture = Luma::new(width as usize, height as usize, &pixels).unwrap();
            let found = photo_luma(picture, &budget());
            assert_eq!(found.iter().map(|code| code.text.as_str()).collect::<Vec<_>>(), [LABEL]);
            let [corner, _, far, _] = found[0].corners;
            assert!(corner.x.hypot(corner.y) < 1.5, "{corner:?}");
            assert!((far.x - width as f32).hypot(far.y - height as f32) < 1.5, "{far:?}");
        }
    }
}

#[test]
fn bars_whose_check_digit_fails_say_nothing() {
    let pixels = frame(&ean13("4870002030405"), 3.0, 0.0, 30, 220);
    assert_eq!(photo_luma(luma(&pixels), &budget()), []);
}

/// UPC-A is an EAN-13 without its zero, and is sent as thirteen digits.
#[test]
fn a_leading_zero_makes_it_a_upc() {
    let pixels = frame(&ean13("0036000291452"), 3.0, 0.0, 30, 220);
    let found = photo_luma(luma(&pixels), &budget());
    assert_eq!((found[0].text.as_str(), found[0].format), ("036000291452", Format::UpcA));
    assert_eq!(found[0].as_scanned(), "]E00036000291452");
}

#[test]
fn a_dark_frame_asks_for_light_and_a_small_code_for_coming_closer() {
    let dark = vec![9; WIDTH * HEIGHT];
    let sight = Live::default().frame(luma(&dark), &budget());
    assert_eq!(sight.hint, Some(Hint::TooDark));
    let small = frame(&data_matrix(LABEL), 0.9, 7.0, 30, 220);
    let sight = Live::default().frame(luma(&small), &budget());
    assert_eq!((sight.found.len(), sight.hint), (0, Some(Hint::TooFar)));
}

#[test]
fn a_budget_that_is_spent_ends_the_search_at_once() {
    let pixels = frame(&data_matrix(LABEL), 5.0, 0.0, 30, 220);
    let nothing = Budget::lasting(Duration::ZERO);
    assert_eq!(photo_luma(luma(&pixels), &nothing), []);
}

#[test]
fn bytes_that_are_no_picture_of_that_size_are_refused() {
    assert!(Luma::new(0, 0, &[]).is_err());
    assert!(Luma::new(3, 3, &[0; 8]).is_err());
    assert!(Luma::new(20_000, 1, &vec![0; 20_000]).is_err());
}

/// X20, X40: pictures of any size and content end without a panic.
#[test]
fn pictures_of_any_size_end_without_a_panic() {
    let mut state = 7_u32;
    for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 2), (17, 40), (47, 49), (63, 200), (320, 240)] {
        let noise: Vec<u8> = (0..width * height)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let picture = Luma::new(width, height, &noise).unwrap();
        assert_eq!(photo_luma(picture, &Budget::lasting(Duration::from_secs(2))), []);
        assert_eq!(Live::default().frame(picture, &budget()).found, []);
    }
}
