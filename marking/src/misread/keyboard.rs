//! Faults of scanners that type: keyboard layout, caps lock, and what people add by hand.

use crate::scan;

/// The keys of a US keyboard, and what the same keys type in Russian.
const US_TO_RUSSIAN: [(&str, &str); 3] = [
    ("qwertyuiop[]asdfghjkl;'zxcvbnm,./`", "йцукенгшщзхъфывапролджэячсмитьбю.ё"),
    ("QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?~", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,Ё"),
    ("@#$^&|", "\"№;:?/"),
];

/// The same in Kazakh, whose letters take the row of digits.
const US_TO_KAZAKH: [(&str, &str); 4] = [
    ("qwertyuiop[]asdfghjkl;'zxcvbnm,./`", "йцукенгшщзхъфывапролджэячсмитьбю№("),
    ("QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?~", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ?)"),
    ("1234567890-=", "\"әіңғ,.үұқөһ"),
    ("!@#$%^&*()_+|", "!ӘІҢҒ;:ҮҰҚӨҺ/"),
];

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{4ff}')
}

/// The letters of the Russian layout whose signs stand where the American ones do, as on keyboards of another make.
const US_TO_RUSSIAN_LETTERS: [(&str, &str); 2] = [
    ("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю"),
    ("QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"),
];

/// What was meant if each key was struck on a US keyboard, for each layout; the one whose digits
/// fit comes first. Nothing for a text without Cyrillic letters.
pub(super) fn as_typed_in_latin(text: &str) -> Vec<String> {
    if text.is_ascii() || !text.contains(is_cyrillic) {
        return Vec::new();
    }
    let russian = undo(text, &US_TO_RUSSIAN);
    let kazakh = undo(text, &US_TO_KAZAKH);
    let letters = undo(text, &US_TO_RUSSIAN_LETTERS);
    let mut found: Vec<String> = [russian, letters, kazakh].into_iter().flatten().collect();
    // In Kazakh the row of digits types letters.
    if !text.contains(|c: char| c.is_ascii_digit()) {
        found.reverse();
    }
    found.dedup();
    found
}

/// `None` if a Cyrillic letter is on no key of the layout.
fn undo(text: &str, layout: &[(&str, &str)]) -> Option<String> {
    let key = |typed: char| {
        layout
            .iter()
            .flat_map(|(us, local)| us.chars().zip(local.chars()))
            .find_map(|(us, local)| (local == typed).then_some(us))
    };
    text.chars().map(|c| key(c).or_else(|| (!is_cyrillic(c)).then_some(c))).collect()
}

/// Capital letters for small ones and the other way round. A symbology identifier that is right
/// stays as it is.
pub(super) fn case_flipped(text: &str) -> Option<String> {
    exchanged(text, other_case)
}

/// The capital letter for a small one and the other way round; any other byte as it is.
pub fn other_case(byte: u8) -> u8 {
    if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { byte }
}

/// Y for Z and the other way round.
pub(super) fn yz_swapped(text: &str) -> Option<String> {
    exchanged(text, y_for_z)
}

/// Y for Z and the other way round; any other byte as it is.
pub fn y_for_z(byte: u8) -> u8 {
    match byte {
        b'y' => b'z',
        b'z' => b'y',
        b'Y' => b'Z',
        b'Z' => b'Y',
        other => other,
    }
}

/// Exchanges ASCII letters for others; bytes of other characters are left alone, so the text stays one.
fn exchanged(text: &str, exchange: impl Fn(u8) -> u8) -> Option<String> {
    let (identifier, data) = scan::split_identifier(text);
    if data.bytes().all(|byte| exchange(byte) == byte) {
        return None;
    }
    let changed = identifier.bytes().chain(data.bytes().map(exchange)).collect();
    String::from_utf8(changed).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What a scanner that types `text` produces in this layout.
    pub(crate) fn typed(text: &str, kazakh: bool) -> String {
        let layout: &[(&str, &str)] = if kazakh { &US_TO_KAZAKH } else { &US_TO_RUSSIAN };
        let press = |key: char| {
            layout
                .iter()
                .flat_map(|(us, local)| us.chars().zip(local.chars()))
                .find_map(|(us, local)| (us == key).then_some(local))
                .unwrap_or(key)
        };
        text.chars().map(press).collect()
    }

    #[test]
    fn the_layouts_pair_every_key_with_one_character() {
        for layout in [&US_TO_RUSSIAN[..], &US_TO_KAZAKH[..]] {
            let mut typed = Vec::new();
            for (us, local) in layout {
                assert_eq!(us.chars().count(), local.chars().count());
                typed.extend(local.chars());
            }
            let keys = typed.len();
            typed.sort_unstable();
            typed.dedup();
            assert_eq!(typed.len(), keys);
        }
    }

    #[test]
    fn text_typed_in_cyrillic_is_typed_back() {
        let text = "]d2010460084074937221aB?/.,;:'\"<>[]{}&=+-_!%*()";
        for kazakh in [false, true] {
            assert_eq!(as_typed_in_latin(&typed(text, kazakh)).first().map(String::as_str), Some(text));
        }
        assert!(as_typed_in_latin(text).is_empty());
        assert!(as_typed_in_latin("ѫ").is_empty());
    }

    #[test]
    fn a_right_identifier_stays_and_a_flipped_one_is_flipped_back() {
        assert_eq!(case_flipped("]d201ab"), Some("]d201AB".to_owned()));
        assert_eq!(case_flipped("]D201ab"), Some("]d201AB".to_owned()));
        assert_eq!(case_flipped("0123"), None);
        assert_eq!(yz_swapped("xyzXYZ"), Some("xzyXZY".to_owned()));
        assert_eq!(yz_swapped("abc"), None);
    }
}
