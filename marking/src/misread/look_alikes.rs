//! Characters that look like others: letters of other scripts that stand for Latin ones, and Latin letters and digits
//! that people who type a code take for each other.

/// Letters of other scripts, and the Latin letters that they look like. Typographic signs that keyboards put in for
/// plain ones stand here, too.
const OTHER_SCRIPTS: (&str, &str) = (
    "АВЕКМНОРСТУХІЈЅЗаеорсухіјѕһҮүҺԚԛԜԝӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧονϲ–—−‐‑’‘“”‹›",
    "ABEKMHOPCTYXIJS3aeopcyxijshYyhQqWwIABEZHIKMNOPTYXovc-----''\"\"<>",
);

/// The text with Latin letters for those of other scripts, plain signs for typographic ones, and full-width forms as they
/// are in ASCII; `None` if there are none, or others besides.
pub(super) fn in_latin(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let latin: String = text.chars().map(latin).collect();
    (latin.is_ascii() && latin != text).then_some(latin)
}

fn latin(c: char) -> char {
    let (others, latin) = OTHER_SCRIPTS;
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ if c.is_ascii() => c,
        _ => others.chars().zip(latin.chars()).find_map(|(other, latin)| (other == c).then_some(latin)).unwrap_or(c),
    }
}

/// What a character looks like: the same for those that people take for each other, capital and small letters among
/// them.
pub fn shape(byte: u8) -> u8 {
    match byte.to_ascii_uppercase() {
        b'I' | b'L' | b'J' | b'1' | b'|' | b'!' | b'7' => b'1',
        b'O' | b'Q' | b'D' | b'0' => b'0',
        b'S' | b'5' => b'5',
        b'B' | b'8' | b'6' | b'G' | b'3' => b'8',
        b'Z' | b'2' => b'2',
        b'U' | b'V' => b'V',
        b'-' | b'_' => b'-',
        other => other,
    }
}

/// Whether two texts look alike, character by character.
pub fn look_alike(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(|(one, other)| shape(one) == shape(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B7
    #[test]
    fn letters_of_other_scripts_become_the_latin_ones_that_they_look_like() {
        let (others, latin_ones) = OTHER_SCRIPTS;
        assert_eq!(others.chars().count(), latin_ones.chars().count());
        assert!(latin_ones.is_ascii() && !others.chars().any(|c| c.is_ascii()));
        assert_eq!(in_latin("35RR8WКМР412U").as_deref(), Some("35RR8WKMP412U"));
        assert_eq!(in_latin("（０１）３В9Cqs").as_deref(), Some("(01)3B9Cqs"));
        assert_eq!(in_latin("35RR8W"), None);
        assert_eq!(in_latin("Ж1"), None);
    }

    #[test]
    fn characters_that_people_take_for_each_other_have_one_shape() {
        for alike in ["IlL1", "0OoQ", "Ss5", "B8b", "Zz2", "uV"] {
            assert!(alike.bytes().all(|byte| Some(shape(byte)) == alike.bytes().next().map(shape)), "{alike}");
        }
        assert!(look_alike("IHqV", "lhQv"));
        assert!(!look_alike("IHqV", "IHqW") && !look_alike("I", "II"));
    }
}
