//! Symbols as modules, for tests that draw pictures of them.
#![allow(dead_code, reason = "each test program draws some of them")]

use rxing::common::BitMatrix;
use rxing::{BarcodeFormat, EncodeHintValue, EncodeHints, Writer};

pub fn data_matrix(text: &str) -> BitMatrix {
    let hints =
        EncodeHints::default().with(EncodeHintValue::DataMatrixCompact(true)).with(EncodeHintValue::Gs1Format(true));
    let writer = rxing::datamatrix::DataMatrixWriter;
    writer.encode_with_hints(text, &BarcodeFormat::DATA_MATRIX, 0, 0, &hints).unwrap()
}

pub fn qr(text: &str) -> BitMatrix {
    let hints = EncodeHints::default().with(EncodeHintValue::Margin("0".to_owned()));
    rxing::qrcode::QRCodeWriter.encode_with_hints(text, &BarcodeFormat::QR_CODE, 0, 0, &hints).unwrap()
}

/// The bars of an EAN-13, forty modules high.
pub fn ean13(text: &str) -> BitMatrix {
    const LEFT: [&str; 10] =
        ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011"];
    const PARITY: [&str; 10] =
        ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"];
    let flip = |bits: &str| bits.chars().map(|bit| if bit == '0' { '1' } else { '0' }).collect::<String>();
    let digits: Vec<usize> = text.bytes().map(|digit| usize::from(digit - b'0')).collect();
    let mut bits = "101".to_owned();
    for (digit, parity) in digits[1..7].iter().zip(PARITY[digits[0]].chars()) {
        bits += &if parity == 'L' { LEFT[*digit].to_owned() } else { flip(LEFT[*digit]).chars().rev().collect() };
    }
    bits += "01010";
    for digit in &digits[7..] {
        bits += &flip(LEFT[*digit]);
    }
    bits += "101";
    let mut matrix = BitMatrix::new(95, 40).unwrap();
    for (x, _) in bits.char_indices().filter(|(_, bit)| *bit == '1') {
        for y in 0..40 {
            matrix.set(x as u32, y);
        }
    }
    matrix
}
