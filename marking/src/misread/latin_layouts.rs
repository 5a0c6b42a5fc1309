//! Scanners that type on a keyboard whose layout is German or French: what was meant, had the layout been American.

use std::borrow::Cow;

/// What the keys of a German keyboard type, and the American keys in the same places.
const GERMAN: (&str, &str) = ("zyZYß´ü+öä#-\"§&/()=?`ÜÖÄ'*;:_°^", "yzYZ-=[];'\\/@#^&*()_+{:\"|}<>?~`");

/// The same of a French one.
const FRENCH: (&str, &str) =
    ("aqzwAQZW&é\"'(-è_çà)^$mù*,;:!1234567890°¨£M%µ?./§²", "qawzQAWZ1234567890-[];'\\m,./!@#$%^&*()_{}:\"|M<>?`");

/// A French keyboard whose digits come from its block of numbers: letters alone are exchanged.
const FRENCH_LETTERS: (&str, &str) = ("aqzwAQZW,?", "qawzQAWZmM");

/// Marks that a dead key leaves on the letter after it, and the key.
const DEAD: [(&str, char, &str); 3] =
    [("áéíóúýÁÉÍÓÚÝ", '´', "aeiouyAEIOUY"), ("àèìòùÀÈÌÒÙ", '`', "aeiouAEIOU"), ("âêîôûÂÊÎÔÛ", '^', "aeiouAEIOU")];

/// What was meant if the layout was German. `None` if the text has nothing that the layout changes beyond Y and Z, whose
/// exchange is a fault of its own.
pub(super) fn from_german(text: &str) -> Option<String> {
    let spread = spread(text);
    let typical = |c: char| !matches!(c, 'y' | 'z' | 'Y' | 'Z') && GERMAN.0.contains(c);
    if !spread.contains(typical) {
        return None;
    }
    struck(&spread, GERMAN)
}

/// What was meant if the layout was French, for digits typed as signs and for digits that came right.
pub(super) fn from_french(text: &str) -> Vec<String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let layout = if digits * 4 < text.len() { FRENCH } else { FRENCH_LETTERS };
    struck(text, layout).filter(|meant| meant != text).into_iter().collect()
}

fn struck(text: &str, (typed, meant): (&str, &str)) -> Option<String> {
    let key = |c: char| typed.chars().zip(meant.chars()).find_map(|(typed, meant)| (typed == c).then_some(meant));
    let meant: String = text.chars().map(|c| key(c).unwrap_or(c)).collect();
    meant.is_ascii().then_some(meant)
}

/// The text with each accented letter as its dead key and the letter.
fn spread(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut spread = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        let dead = DEAD.iter().find_map(|(marked, key, bare)| {
            let letter = marked.chars().zip(bare.chars()).find_map(|(marked, bare)| (marked == c).then_some(bare))?;
            Some([*key, letter])
        });
        match dead {
            Some(keys) => spread.extend(keys),
            None => spread.push(c),
        }
    }
    spread.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scanner that types `text` produces.
    fn typed(text: &str, (typed, meant): (&str, &str)) -> String {
        let press = |c: char| meant.chars().zip(typed.chars()).find_map(|(meant, typed)| (meant == c).then_some(typed));
        text.chars().map(|c| press(c).unwrap_or(c)).collect()
    }

    #[test]
    fn what_was_typed_on_a_german_or_french_keyboard_is_typed_back() {
        for layout in [GERMAN, FRENCH] {
            assert_eq!(layout.0.chars().count(), layout.1.chars().count());
        }
        let text = "]d20104870000770014213AYz\u{1d}92aqwmZ+/=_-==";
        assert_eq!(from_german(&typed(text, GERMAN)).as_deref(), Some(text));
        assert_eq!(from_french(&typed(text, FRENCH)), [text]);
        assert_eq!(from_german("010487yz"), None);
        assert_eq!(from_german("é0").as_deref(), Some("=e0"));
    }
}
