//! Symbols as grids of modules. What a scanner gets back is the same text, with the symbology identifier that the
//! kind of code calls for: GS1 Data Matrix starts with FNC1 and has one for every separator.

use marking::layout::{GS, Group};
use rxing::oned::{Code128Writer, EAN8Writer, EAN13Writer};
use rxing::qrcode::QRCodeWriter;
use rxing::{BarcodeFormat, EncodeHints, Writer};

use super::data_matrix;

/// What kind of symbol carries a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// GS1 Data Matrix (`]d2`): element strings.
    Gs1DataMatrix,
    /// Data Matrix without FNC1 (`]d1`): tobacco packs.
    DataMatrix,
    /// QR code (`]Q1`): links on stamps.
    Qr,
    /// GS1-128 (`]C1`), a linear code: numbers of transport packs.
    Gs1Code128,
    /// EAN-13 (`]E0`), a linear code: products of thirteen digits.
    Ean13,
    /// EAN-8 (`]E4`), a linear code: products of eight digits.
    Ean8,
}

impl Family {
    /// What the labels of a group carry.
    pub fn of(group: Group) -> Self {
        match group {
            Group::TobaccoPack => Self::DataMatrix,
            Group::Alcohol => Self::Qr,
            Group::Shoes | Group::Clothes | Group::Medicines | Group::Water | Group::Dairy | Group::TobaccoBlock => {
                Self::Gs1DataMatrix
            }
        }
    }

    /// Modules that must stay white on each side: more than the standards ask for, so that a careless cut does no harm.
    pub fn quiet_modules(self) -> u32 {
        match self {
            Self::Gs1DataMatrix | Self::DataMatrix => 2,
            Self::Qr => 4,
            Self::Gs1Code128 | Self::Ean13 | Self::Ean8 => 12,
        }
    }

    /// Whether the symbol is a row of bars.
    pub fn is_linear(self) -> bool {
        matches!(self, Self::Gs1Code128 | Self::Ean13 | Self::Ean8)
    }
}

/// A text that no symbol of the family can carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    /// Nothing to print.
    #[error("the text is empty")]
    Empty,
    /// Only ASCII is printed; GS stands in GS1 symbols alone.
    #[error("the character at byte {0} cannot stand in this symbol")]
    Character(usize),
    /// The encoder refused, mostly since the text is too long.
    #[error("no symbol can carry this text: {0}")]
    Refused(String),
}

/// A grid of dark and light modules, without its quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its family.
    pub family: Family,
    /// Modules in a row.
    pub width: u32,
    /// Rows; one for a linear code.
    pub height: u32,
    dark: Vec<bool>,
}

impl Symbol {
    /// Lays a text out as a symbol.
    pub fn new(text: &str, family: Family) -> Result<Self, Unprintable> {
        if text.is_empty() {
            return Err(Unprintable::Empty);
        }
        let fits =
            |character: char| (' '..='~').contains(&character) || character == GS && family == Family::Gs1DataMatrix;
        if let Some((byte, _)) = text.char_indices().find(|(_, character)| !fits(*character)) {
            return Err(Unprintable::Character(byte));
        }
        let mut hints = EncodeHints { Margin: Some("0".into()), ..EncodeHints::default() };
        let matrix = match family {
            Family::Gs1DataMatrix | Family::DataMatrix => {
                let grid = data_matrix::encode(text.as_bytes(), family == Family::Gs1DataMatrix);
                let data_matrix::Grid { side, dark } = grid.map_err(Unprintable::Refused)?;
                return Ok(Self { family, width: side, height: side, dark });
            }
            Family::Qr => {
                hints.ErrorCorrection = Some("M".into());
                QRCodeWriter.encode_with_hints(text, &BarcodeFormat::QR_CODE, 0, 0, &hints)
            }
            Family::Gs1Code128 => {
                let with_fnc1 = format!("\u{f1}{text}");
                Code128Writer.encode_with_hints(&with_fnc1, &BarcodeFormat::CODE_128, 0, 1, &hints)
            }
            Family::Ean13 => EAN13Writer.encode_with_hints(text, &BarcodeFormat::EAN_13, 0, 1, &hints),
            Family::Ean8 => EAN8Writer.encode_with_hints(text, &BarcodeFormat::EAN_8, 0, 1, &hints),
        };
        let matrix = matrix.map_err(|error| Unprintable::Refused(error.to_string()))?;
        let (width, height) = (matrix.width(), matrix.height());
        let dark = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| matrix.get(x, y)).collect();
        Ok(Self { family, width, height, dark })
    }

    /// Whether a module is dark; light outside of the symbol.
    pub fn is_dark(&self, x: u32, y: u32) -> bool {
        let inside = x < self.width && y < self.height;
        inside && self.dark.get((y * self.width + x) as usize).copied().unwrap_or(false)
    }

    /// Runs of dark modules of a row, as first module and length.
    pub fn runs(&self, y: u32) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut x = 0;
        std::iter::from_fn(move || {
            while x < self.width && !self.is_dark(x, y) {
                x += 1;
            }
            let first = x;
            while x < self.width && self.is_dark(x, y) {
                x += 1;
            }
            (x > first).then_some((first, x - first))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_data_matrix_is_square_with_its_solid_and_broken_edges() {
        let symbol = Symbol::new("0104870001234560213ABCDEFGHJKLM\x1d93abcd", Family::Gs1DataMatrix).unwrap();
        assert_eq!(symbol.width, symbol.height);
        for at in 0..symbol.width {
            assert!(symbol.is_dark(0, at) && symbol.is_dark(at, symbol.height - 1), "{at}");
            assert_eq!(symbol.is_dark(at, 0), at % 2 == 0, "{at}");
        }
        assert!(!symbol.is_dark(symbol.width, 0) && !symbol.is_dark(0, symbol.height));
    }

    /// FNC1 is what makes it a GS1 symbol: codeword 232 in the first place.
    #[test]
    fn a_gs1_symbol_is_another_than_a_plain_one_of_the_same_text() {
        let text = "04870001234560";
        assert_ne!(Symbol::new(text, Family::Gs1DataMatrix), Symbol::new(text, Family::DataMatrix));
    }

    #[test]
    fn what_cannot_be_printed_is_refused_with_its_place() {
        assert_eq!(Symbol::new("", Family::Qr), Err(Unprintable::Empty));
        assert_eq!(Symbol::new("04Қ", Family::Gs1DataMatrix), Err(Unprintable::Character(2)));
        assert_eq!(Symbol::new("0\x1d", Family::DataMatrix), Err(Unprintable::Character(1)));
        assert!(matches!(Symbol::new(&"A".repeat(3000), Family::Gs1DataMatrix), Err(Unprintable::Refused(_))));
    }

    #[test]
    fn runs_are_the_dark_modules_and_nothing_else() {
        let symbol = Symbol::new("00348700012345678901", Family::Gs1Code128).unwrap();
        assert_eq!(symbol.height, 1);
        let mut dark = vec![false; symbol.width as usize];
        for (first, length) in symbol.runs(0) {
            dark[first as usize..(first + length) as usize].fill(true);
        }
        assert_eq!(dark, (0..symbol.width).map(|x| symbol.is_dark(x, 0)).collect::<Vec<_>>());
        assert!(dark[0] && dark[dark.len() - 1]);
    }

    proptest! {
        /// X40
        #[test]
        fn any_text_is_printed_or_refused(text in "[ -~\\x1d]{0,200}|\\PC{0,20}") {
            for family in [
                Family::Gs1DataMatrix,
                Family::DataMatrix,
                Family::Qr,
                Family::Gs1Code128,
                Family::Ean13,
                Family::Ean8,
            ] {
                let _ = Symbol::new(&text, family);
            }
        }
    }
}
