//! Codes exactly as the register writes them (see [`crate::layout`]), read in place. Most texts that anybody asks about
//! are such, and [`crate::code::read`], which knows every element string there is, takes seven times as long to say the
//! same of them.

use crate::layout::{GS, SerialScheme, TailKind};
use crate::seal_keys::UnitParts;
use crate::serial::ShortLength;

/// What scanners put in front of a GS1 Data Matrix, or send for the FNC1 that it starts with.
const PREFIXES: [&str; 2] = ["]d2", "\u{1d}"];

/// What stands in our codes: tails have the characters of Base64, of either alphabet, and all other parts are letters and
/// digits.
static USUAL: [bool; 256] = {
    let mut usual = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let is_usual = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | 0x1d);
        usual[byte as usize] = is_usual;
        byte += 1;
    }
    usual
};

/// The parts of a unit's code that stands as the register writes it, whoever wrote it. `None` for every other text:
/// stamps and tobacco packs among them, and what a scanner has spoiled.
pub fn parts(text: &str) -> Option<UnitParts<'_>> {
    let text = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    if !text.bytes().all(|byte| USUAL[usize::from(byte)]) {
        return None;
    }
    let mut fields = text.split(GS);
    let (gtin, serial) = fields.next()?.strip_prefix("01")?.split_at_checked(14)?;
    let serial = serial.strip_prefix("21").filter(|serial| is_as_long_as_ours(serial))?;
    let (gtin, (first, second, None)) = (gtin.parse().ok()?, (fields.next()?, fields.next(), fields.next())) else {
        return None;
    };
    let bare = UnitParts { gtin, serial, price: None, key: None, tail: None, short_tail: None, group: None };
    let Some(second) = second else { return Some(UnitParts { short_tail: Some(short_tail(first)?), ..bare }) };
    if let Some(key) = element(first, "91", 4) {
        let tail = |kind: TailKind| element(second, "92", kind.characters());
        let tail = tail(TailKind::Ed25519).or_else(|| tail(TailKind::Hmac))?;
        return Some(UnitParts { key: Some(key), tail: Some(tail), ..bare });
    }
    let price = element(first, "8005", 6).filter(|price| price.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(UnitParts { price: Some(price), short_tail: Some(short_tail(second)?), ..bare })
}

fn is_as_long_as_ours(serial: &str) -> bool {
    [SerialScheme::Long, SerialScheme::Short(ShortLength::Six), SerialScheme::Short(ShortLength::Seven)]
        .iter()
        .any(|scheme| scheme.characters() == serial.len())
}

fn short_tail(field: &str) -> Option<&str> {
    element(field, "93", TailKind::Short.characters())
}

fn element<'a>(field: &'a str, ai: &str, length: usize) -> Option<&'a str> {
    field.strip_prefix(ai).filter(|value| value.len() == length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::code::{self, Form, MarkingCode};
    use crate::layout::{CodeWriter, Group};
    use proptest::prelude::*;

    fn code(group: Group) -> String {
        let price = (group == Group::TobaccoBlock).then_some(12_000);
        let writer = CodeWriter::new(group, "04870001234560".parse().unwrap(), "k7Qa".parse().unwrap(), price).unwrap();
        let layout = group.layout();
        let serial = &"3ABCDEFGHJKLM"[..layout.serial.characters()];
        writer.code(serial, &"tT+/".repeat(22)[..layout.tail.characters()])
    }

    /// What the reader of every element string makes of a text.
    fn read(text: &str) -> Option<(UnitPartsOwned, bool)> {
        let read = code::read(text, Form::Auto, true).ok()?;
        let MarkingCode::Unit(unit) = &read.code else { return None };
        Some((owned(&UnitParts::of_unit(unit, None)), read.repaired.is_empty()))
    }

    type UnitPartsOwned = (u64, [Option<String>; 5]);

    fn owned(parts: &UnitParts<'_>) -> UnitPartsOwned {
        let texts = [Some(parts.serial), parts.price, parts.key, parts.tail, parts.short_tail];
        assert_eq!(parts.group, None);
        (parts.gtin.number(), texts.map(|text| text.map(str::to_owned)))
    }

    #[test]
    fn a_code_of_each_layout_with_elements_is_read_and_nothing_like_it() {
        for group in Group::ALL.into_iter().filter(|group| !matches!(group, Group::TobaccoPack | Group::Alcohol)) {
            let code = code(group);
            for text in [code.clone(), format!("]d2{code}"), format!("\u{1d}{code}")] {
                assert_eq!(read(&text), Some((owned(&parts(&text).unwrap()), true)), "{text:?}");
            }
            let spoiled = [
                format!(" {code}"),
                format!("{code}\u{1d}"),
                format!("{code}A"),
                format!("]d1{code}"),
                code.replace('\u{1d}', ""),
                code.replacen("4560", "4561", 1),
            ];
            for text in spoiled.iter().filter(|text| **text != code) {
                assert!(parts(text).is_none(), "{text:?}");
            }
        }
    }

    proptest! {
        /// What is read here is read there, into the same parts.
        #[test]
        fn whoever_reads_it_says_the_same(
            body in 0..10_000_000_000_000_u64,
            serial in "[!-~]{6,7}|[!-~]{13}|[0-9A-Za-z]{13}",
            rest in "\u{1d}93[!-~]{4}|\u{1d}8005[0-9]{6}\u{1d}93[0-9A-Za-z_-]{4}|\u{1d}91[0-9A-Za-z]{4}\u{1d}92[0-9A-Za-z+/=]{44}",
            prefix in "|\\]d2|\u{1d}|\\]Q3",
        ) {
            let body = format!("{body:013}");
            let digit = crate::check_digit::of(body.as_bytes()).unwrap();
            let text = format!("{prefix}01{body}{digit}21{serial}{rest}");
            if let Some(parts) = parts(&text) {
                prop_assert_eq!(read(&text), Some((owned(&parts), true)));
            }
        }

        /// X40: any text is read or refused.
        #[test]
        fn any_text_is_answered(text in "\\PC{0,80}") {
            let _ = parts(&text);
        }
    }
}
