//! What was read.

use super::geometry::Point;

/// The kind of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Data Matrix ECC 200.
    DataMatrix,
    /// QR code.
    QrCode,
    /// EAN-13.
    Ean13,
    /// EAN-8.
    Ean8,
    /// UPC-A: an EAN-13 whose first digit is zero and isn't printed.
    UpcA,
    /// UPC-E, with its number system and check digit.
    UpcE,
    /// Code 128, GS1-128 among them.
    Code128,
}

impl Format {
    /// Its name in JSON and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataMatrix => "data-matrix",
            Self::QrCode => "qr-code",
            Self::Ean13 => "ean-13",
            Self::Ean8 => "ean-8",
            Self::UpcA => "upc-a",
            Self::UpcE => "upc-e",
            Self::Code128 => "code-128",
        }
    }
}

/// One symbol that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it says. GS is 0x1D; the FNC1 in front of a GS1 symbol is left out, see `symbology`.
    pub text: String,
    /// The kind of symbol.
    pub format: Format,
    /// The AIM symbology identifier (ISO/IEC 15424): `]d2` for GS1 Data Matrix, `]C1` for GS1-128, `]Q1` for a plain QR.
    pub symbology: String,
    /// Its corners in pixels of the picture, in the order top left, top right, bottom right, bottom left of the symbol
    /// itself. A bar code's are the ends of the lines that read it.
    pub corners: [Point; 4],
}

impl Found {
    /// What a scanner would send, and what every host hands on to be parsed and judged: the symbology identifier and the
    /// data, UPC in its thirteen digits.
    pub fn as_scanned(&self) -> String {
        let digits = match self.format {
            Format::UpcA => Some(format!("0{}", self.text)),
            Format::UpcE => expanded(&self.text).map(|digits| format!("0{digits}")),
            Format::Ean13 | Format::Ean8 => Some(self.text.clone()),
            Format::DataMatrix | Format::QrCode | Format::Code128 => None,
        };
        format!("{}{}", self.symbology, digits.as_deref().unwrap_or(&self.text))
    }

    /// Whether it is what goods are marked with, as far as its form tells: a Data Matrix, a GS1 symbol, a link on a label or a
    /// stamp. A product's bar code and a QR code that says something else are not.
    pub(crate) fn is_marking(&self) -> bool {
        match self.format {
            Format::DataMatrix => true,
            Format::QrCode => self.symbology == "]Q3" || ["/01/", "/s/"].iter().any(|part| self.text.contains(part)),
            Format::Code128 => self.symbology == "]C1",
            Format::Ean13 | Format::Ean8 | Format::UpcA | Format::UpcE => false,
        }
    }

    /// Whether it is made of modules in both directions.
    pub(crate) fn is_matrix(&self) -> bool {
        matches!(self.format, Format::DataMatrix | Format::QrCode)
    }

    /// Moves the corners from a part of a picture to the whole: scaled first, then shifted.
    pub(crate) fn placed(mut self, scale: f32, left: usize, top: usize) -> Self {
        for corner in &mut self.corners {
            corner.x = corner.x * scale + left as f32;
            corner.y = corner.y * scale + top as f32;
        }
        self
    }
}

/// Adds what was found unless the same text of the same kind is there already.
pub(crate) fn collect(all: &mut Vec<Found>, more: impl IntoIterator<Item = Found>) {
    for found in more {
        if !all.iter().any(|known| known.format == found.format && known.text == found.text) {
            all.push(found);
        }
    }
}

/// The UPC-A that a UPC-E shortens.
pub(crate) fn expanded(text: &str) -> Option<String> {
    let (system, rest) = text.split_at_checked(1)?;
    let (six, check) = rest.split_at_checked(6)?;
    Some(match six.as_bytes()[5] {
        last @ b'0'..=b'2' => format!("{system}{}{}0000{}{check}", &six[..2], char::from(last), &six[2..5]),
        b'3' => format!("{system}{}00000{}{check}", &six[..3], &six[3..5]),
        b'4' => format!("{system}{}00000{}{check}", &six[..4], &six[4..5]),
        last => format!("{system}{}0000{}{check}", &six[..5], char::from(last)),
    })
}
