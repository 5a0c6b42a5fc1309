//! Data Matrix ECC 200 (ISO/IEC 16022): the shortest way to say a text in ASCII, C40 and Text encodation, then error
//! correction, placement and edges. FNC1 is written as a codeword of its own, 232, first and for every separator, as
//! GS1 asks; scanners give it back as `]d2` and GS.
//!
//! Refuses what isn't ASCII and what is longer than the largest square symbol.

use marking::layout::GS;
use rxing::datamatrix::encoder::{DefaultPlacement, SymbolInfo, SymbolInfoLookup, SymbolShapeHint, error_correction};

/// Codewords that mean more than a character (ISO/IEC 16022, table 2).
mod codeword {
    pub(super) const PAD: u8 = 129;
    pub(super) const DIGIT_PAIR: u8 = 130;
    pub(super) const LATCH_C40: u8 = 230;
    pub(super) const FNC1: u8 = 232;
    pub(super) const LATCH_TEXT: u8 = 239;
    pub(super) const UNLATCH: u8 = 254;
}

/// A square grid without quiet zone, row by row; `None` when the text is too long.
pub(super) struct Grid {
    /// Modules a side.
    pub(super) side: u32,
    /// Dark modules are true.
    pub(super) dark: Vec<bool>,
}

/// Lays ASCII text out; with `gs1`, FNC1 leads and stands for every GS.
pub(super) fn encode(text: &[u8], gs1: bool) -> Result<Grid, String> {
    let mut codewords = if gs1 { vec![codeword::FNC1] } else { Vec::new() };
    say(text, gs1, &mut codewords);
    let count = u32::try_from(codewords.len()).map_err(|error| error.to_string())?;
    let size = SymbolInfoLookup::new()
        .lookup_with_shape(count, SymbolShapeHint::FORCE_SQUARE)
        .map_err(|error| error.to_string())?
        .ok_or("the text is too long")?;
    pad(&mut codewords, size.getDataCapacity() as usize);
    draw(&codewords, size).map_err(|error| error.to_string())
}

/// A step of the way through the text: how many bytes it takes, and how it says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// One character, or a separator.
    Single,
    /// Two digits in one codeword.
    Pair,
    /// A stretch of so many bytes in C40 (upper case is cheap) or Text (lower case is).
    Latched(usize, Set),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    C40,
    Text,
}

/// Appends the codewords of the cheapest way through the text. Each stretch of C40 or Text fills its last triple and
/// goes back to ASCII, so that the rest of the text can be weighed on its own, from the end.
fn say(text: &[u8], gs1: bool, codewords: &mut Vec<u8>) {
    let mut cheapest = vec![(0_usize, Step::Single); text.len() + 1];
    for at in (0..text.len()).rev() {
        let mut best = (cheapest[at + 1].0 + 1, Step::Single);
        if text[at].is_ascii_digit() && text.get(at + 1).is_some_and(u8::is_ascii_digit) {
            best = (cheapest[at + 2].0 + 1, Step::Pair);
        }
        for set in [Set::C40, Set::Text] {
            let mut values = 0;
            for (length, byte) in (1..).zip(&text[at..]) {
                if gs1 && *byte == GS as u8 {
                    break;
                }
                values += set.values(*byte).iter().flatten().count();
                let cost = 2 + values / 3 * 2 + cheapest[at + length].0;
                if values % 3 == 0 && cost < best.0 {
                    best = (cost, Step::Latched(length, set));
                }
            }
        }
        cheapest[at] = best;
    }
    let mut at = 0;
    while at < text.len() {
        at += match cheapest[at].1 {
            Step::Single => {
                let is_separator = gs1 && text[at] == GS as u8;
                codewords.push(if is_separator { codeword::FNC1 } else { text[at] + 1 });
                1
            }
            Step::Pair => {
                codewords.push(codeword::DIGIT_PAIR + (text[at] - b'0') * 10 + (text[at + 1] - b'0'));
                2
            }
            Step::Latched(length, set) => {
                codewords.push(if set == Set::C40 { codeword::LATCH_C40 } else { codeword::LATCH_TEXT });
                let values: Vec<u8> =
                    text[at..at + length].iter().flat_map(|byte| set.values(*byte).into_iter().flatten()).collect();
                for triple in values.as_chunks::<3>().0 {
                    let [first, second, third] = triple.map(u16::from);
                    codewords.extend((first * 1600 + second * 40 + third + 1).to_be_bytes());
                }
                codewords.push(codeword::UNLATCH);
                length
            }
        };
    }
}

impl Set {
    /// The one or two values of an ASCII character: its own, or a shift and its own (ISO/IEC 16022, table C.1).
    fn values(self, byte: u8) -> [Option<u8>; 2] {
        let cheap = if self == Self::C40 { byte } else { swap_case(byte) };
        let (shift, value) = match cheap {
            b' ' => (None, 3),
            b'0'..=b'9' => (None, cheap - b'0' + 4),
            b'A'..=b'Z' => (None, cheap - b'A' + 14),
            0..=31 => (Some(0), cheap),
            33..=47 => (Some(1), cheap - 33),
            58..=64 => (Some(1), cheap - 58 + 15),
            91..=95 => (Some(1), cheap - 91 + 22),
            _ => (Some(2), cheap - 96),
        };
        match shift {
            Some(shift) => [Some(shift), Some(value)],
            None => [Some(value), None],
        }
    }
}

/// Text is C40 with the cases of letters exchanged; what else stands in their columns stays.
fn swap_case(byte: u8) -> u8 {
    if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte }
}

/// Fills the symbol: one pad as it is, the others scattered so that no pattern arises (ISO/IEC 16022, annex B.1).
fn pad(codewords: &mut Vec<u8>, capacity: usize) {
    if codewords.len() < capacity {
        codewords.push(codeword::PAD);
    }
    for position in codewords.len() + 1..=capacity {
        let scattered = usize::from(codeword::PAD) + 149 * position % 253 + 1;
        let scattered = if scattered > 254 { scattered - 254 } else { scattered };
        codewords.push(u8::try_from(scattered).unwrap_or(codeword::PAD));
    }
}

/// Adds error correction, places the bits and draws the edges of each region.
fn draw(codewords: &[u8], size: &SymbolInfo) -> Result<Grid, rxing::Exceptions> {
    let text: String = codewords.iter().map(|byte| char::from(*byte)).collect();
    let corrected = error_correction::encodeECC200(&text, size)?;
    let (inner, whole) = (size.getSymbolDataWidth()?, size.getSymbolWidth()?);
    let mut placement = DefaultPlacement::new(corrected, inner as usize, inner as usize);
    placement.place()?;
    let region = inner / ((whole - inner) / 2) + 2;
    let module = |x: u32, y: u32| match (x % region, y % region) {
        (0, _) => true,
        (_, last) if last == region - 1 => true,
        (across, 0) => across % 2 == 0,
        (last, down) if last == region - 1 => down % 2 == 1,
        (across, down) => {
            let (column, row) = (x / region * (region - 2) + across - 1, y / region * (region - 2) + down - 1);
            placement.getBit(column as usize, row as usize)
        }
    };
    let dark = (0..whole).flat_map(|y| (0..whole).map(move |x| (x, y))).map(|(x, y)| module(x, y)).collect();
    Ok(Grid { side: whole, dark })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use rxing::common::BitMatrix;
    use rxing::datamatrix::decoder::Decoder;

    use super::*;

    fn said(text: &str, gs1: bool) -> Vec<u8> {
        let mut codewords = Vec::new();
        say(text.as_bytes(), gs1, &mut codewords);
        codewords
    }

    fn read_back(text: &str, gs1: bool) -> String {
        let grid = encode(text.as_bytes(), gs1).unwrap();
        let mut bits = BitMatrix::with_single_dimension(grid.side).unwrap();
        for (at, dark) in (0_u32..).zip(&grid.dark) {
            if *dark {
                bits.set(at % grid.side, at / grid.side);
            }
        }
        Decoder::new().decode(&bits).unwrap().getText().to_owned()
    }

    /// The example of the standard (ISO/IEC 16022, annex O): `123456` is three pairs.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        assert_eq!(said("123456", false), [142, 164, 186]);
        let grid = encode(b"123456", false).unwrap();
        let row =
            |y: usize| grid.dark[y * 10..][..10].iter().map(|dark| if *dark { '1' } else { '0' }).collect::<String>();
        let rows: Vec<String> = (0..10).map(row).collect();
        let expected = [
            "1010101010",
            "1100101101",
            "1100000100",
            "1100011101",
            "1100001000",
            "1000001111",
            "1110110000",
            "1111011001",
            "1001110100",
            "1111111111",
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn stretches_of_one_case_are_said_in_triples() {
        // A, B, C are 14, 15, 16 in C40: (14 · 1600 + 15 · 40 + 16 + 1) = 23017 = 89 · 256 + 233.
        assert_eq!(said("ABCABCABC", false), [230, 89, 233, 89, 233, 89, 233, 254]);
        assert_eq!(said("abcabcabc", false), [239, 89, 233, 89, 233, 89, 233, 254]);
        assert_eq!(said("AB", false), [66, 67]);
    }

    #[test]
    fn separators_are_codewords_of_their_own() {
        let codewords = said("12\x1d34", true);
        assert_eq!(codewords, [142, 232, 164]);
        assert_eq!(said("12\x1d34", false), [142, 30, 164]);
    }

    #[test]
    fn a_code_of_every_length_up_to_the_largest_symbol_is_drawn_and_no_longer_one() {
        assert!(encode(&[b'~'; 1558], false).is_ok_and(|grid| grid.side == 144));
        assert!(encode(&[b'~'; 1559], false).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_ascii_text_reads_back(text in "[ -~]{1,150}|[A-Z0-9]{1,60}[a-z]{1,60}|[A-Za-z0-9+/]{88}|[0-9]{1,40}") {
            prop_assert_eq!(read_back(&text, false), text);
        }

        /// Also where separators stand between stretches that would be cheapest in C40 or Text.
        #[test]
        fn any_gs1_text_reads_back_with_its_separators(text in "(01[0-9]{14}21[A-Z0-9]{6,13}\\x1d91[A-Z]{4}\\x1d92[A-Za-z0-9+/]{44})|([!-~][!-~\\x1d]{0,119})") {
            let back = read_back(&text, true);
            prop_assert_eq!(back.trim_start_matches('\u{e8}').trim_start_matches("]d2"), text);
        }
    }
}
