//! Pictures of packages with several codes on them.
#![allow(missing_docs, clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]

mod drawn;

use std::time::Duration;

use drawn::{data_matrix, ean13, qr};
use reader::{Budget, Format, Luma, photo_luma};
use rxing::common::BitMatrix;

const WIDTH: usize = 2_600;
const HEIGHT: usize = 1_950;
const LABEL: &str = "0104870002030406215Aq3bX9TkLm2P\u{1d}93dGVz";
const OTHER: &str = "0104870002030406215Bq3bX9TkLm2P\u{1d}93aGVz";
const EAN: &str = "4870002030406";

/// A gray package.
struct Package(Vec<u8>);

impl Package {
    fn new() -> Self {
        Self(vec![205; WIDTH * HEIGHT])
    }

    /// Prints a symbol at a place, `module` pixels a module, on a white label.
    fn with(mut self, symbol: &BitMatrix, left: usize, top: usize, module: usize) -> Self {
        let (columns, rows) = (symbol.width() as usize, symbol.height() as usize);
        let quiet = 4 * module;
        for y in 0..rows * module + 2 * quiet {
            for x in 0..columns * module + 2 * quiet {
                let inside =
                    |at: usize, modules: usize| at.checked_sub(quiet).map(|at| at / module).filter(|at| *at < modules);
                let is_dark =
                    inside(x, columns).zip(inside(y, rows)).is_some_and(|(x, y)| symbol.get(x as u32, y as u32));
                self.0[(top + y) * WIDTH + left + x] = if is_dark { 40 } else { 240 };
            }
        }
        self
    }

    /// What is read of it, in order.
    fn read(&self) -> Vec<(Format, String)> {
        let budget = Budget::lasting(Duration::from_mins(1));
        let found = photo_luma(Luma::new(WIDTH, HEIGHT, &self.0).unwrap(), &budget);
        found.into_iter().map(|found| (found.format, found.text)).collect()
    }
}

/// B29: the product's bar code is read in the reduced picture, the marking code only at full size, and comes first.
#[test]
fn a_small_marking_code_beside_a_large_bar_code_is_read_and_comes_first() {
    let package = Package::new().with(&ean13(EAN), 300, 300, 9).with(&data_matrix(LABEL), 1_900, 1_300, 3);
    let expected = [(Format::DataMatrix, LABEL.to_owned()), (Format::Ean13, EAN.to_owned())];
    assert_eq!(package.read(), expected);
}

/// B29: the same beside a QR code that says something else.
#[test]
fn a_small_marking_code_beside_a_large_foreign_qr_code_is_read_and_comes_first() {
    let package =
        Package::new().with(&qr("https://juice.example/win"), 300, 300, 14).with(&data_matrix(LABEL), 1_900, 1_300, 3);
    let read = package.read();
    assert_eq!(read[0], (Format::DataMatrix, LABEL.to_owned()));
    assert_eq!(read.len(), 2);
}

/// B29, D1.7: a large and a small marking code are both read.
#[test]
fn a_small_marking_code_beside_a_large_one_is_read_too() {
    let package = Package::new().with(&data_matrix(OTHER), 300, 300, 12).with(&data_matrix(LABEL), 1_900, 1_300, 3);
    let mut texts: Vec<String> = package.read().into_iter().map(|(_, text)| text).collect();
    texts.sort();
    assert_eq!(texts, [LABEL, OTHER]);
}
