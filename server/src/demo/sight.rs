//! What becomes of a code on its way from the label to the register: the forms that it is written in, the faults of
//! scanners and keyboards, and what forgers try.

use marking::code::{Form, read};
use marking::layout::GS;
use marking::misread::Repair;

/// A way in which a code may reach the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// As it is.
    Plain,
    /// With the symbology identifier that a scanner puts in front.
    WithIdentifier,
    /// As it is printed for people.
    Bracketed,
    /// As a GS1 Digital Link.
    Link,
    /// Spoiled by a fault that can be undone.
    Fault(Repair),
    /// Without its seal.
    WithoutSeal,
    /// With a seal whose letters are all small.
    GarbledSeal,
    /// With the seal of the next code in its order.
    AnothersSeal,
    /// With a key's name that no key has.
    UnknownKey,
}

/// The name of a key that the register will hardly ever draw; nothing breaks if it does.
const NO_KEY: &str = "zzzz";

impl Sight {
    /// Whether a label with the text itself can be printed and means the same; else the label shows the code as it was
    /// issued, and the fault lies with whoever reads it.
    pub(super) fn is_on_the_label(self) -> bool {
        !matches!(self, Self::Fault(_) | Self::WithIdentifier | Self::Bracketed)
    }
}

/// The text that reaches the register. `human` is the code as it is printed for people, `next` another code of the
/// same order. None when the code has no such form.
pub(super) fn seen(sight: Sight, code: &str, human: &str, next: &str) -> Option<String> {
    match sight {
        Sight::Plain => Some(code.to_owned()),
        Sight::WithIdentifier if code.contains("://") => Some(format!("]Q1{code}")),
        Sight::WithIdentifier if code.starts_with("00") => Some(format!("]C1{code}")),
        Sight::WithIdentifier => Some(format!("]d2{code}")),
        Sight::Bracketed => Some(human.to_owned()),
        Sight::Link => link(code),
        Sight::Fault(repair) => spoiled(repair, code),
        Sight::WithoutSeal => code.split(GS).next().filter(|rest| rest.len() < code.len()).map(str::to_owned),
        Sight::GarbledSeal => {
            let (head, seal) = at_seal(code)?;
            Some(format!("{head}{}", seal.to_ascii_lowercase()))
        }
        Sight::AnothersSeal => Some(format!("{}{}", at_seal(code)?.0, at_seal(next)?.1)),
        Sight::UnknownKey => {
            let (head, rest) = code.split_once(&format!("{GS}91"))?;
            Some(format!("{head}{GS}91{NO_KEY}{}", rest.get(4..)?))
        }
    }
}

/// The code before its seal, and the seal.
fn at_seal(code: &str) -> Option<(&str, &str)> {
    let start = code.rfind(GS)? + 3;
    code.split_at_checked(start)
}

/// A GS1 Digital Link: the product and the item in the path, everything else as parameters.
fn link(code: &str) -> Option<String> {
    let elements = read(code, Form::Auto, true).ok()?.elements;
    let part = |ai: &str| elements.get(ai).map(percent_encoded);
    let parameters: Vec<String> =
        ["91", "92", "93", "8005"].iter().filter_map(|ai| Some(format!("{ai}={}", part(ai)?))).collect();
    Some(format!("https://id.gs1.org/01/{}/21/{}?{}", part("01")?, part("21")?, parameters.join("&")))
}

fn percent_encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A code after a fault.
fn spoiled(repair: Repair, code: &str) -> Option<String> {
    let spoiled = match repair {
        Repair::CaseFlipped => code
            .chars()
            .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect(),
        Repair::YzSwapped => code
            .chars()
            .map(|c| match c {
                'y' => 'z',
                'z' => 'y',
                'Y' => 'Z',
                'Z' => 'Y',
                other => other,
            })
            .collect(),
        Repair::LostSeparators => code.replace(GS, ""),
        Repair::TypedSeparators => code.replace(GS, "{GS}"),
        Repair::TypedSpaces => {
            let letters: Vec<char> = code.chars().collect();
            letters.chunks(8).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
        }
        Repair::CyrillicLayout => code.chars().map(russian).collect(),
        Repair::StoredForm => format!("\"{}\"", code.replace(GS, "\\u001d")),
        Repair::KeyboardLayout => code.chars().map(german).collect(),
        Repair::LookAlikes => code.chars().map(cyrillic_look_alike).collect(),
        Repair::CaseLost => code.split(GS).next().unwrap_or_default().to_ascii_lowercase(),
        Repair::ChangedLink => code.to_ascii_lowercase(),
    };
    (spoiled != code).then_some(spoiled)
}

/// What the key of a character types while the Russian layout is on.
fn russian(typed: char) -> char {
    const LATIN: &str = "qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM/&";
    const RUSSIAN: &str = "йцукенгшщзфывапролдячсмитьЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ.?";
    LATIN.chars().zip(RUSSIAN.chars()).find_map(|(latin, russian)| (latin == typed).then_some(russian)).unwrap_or(typed)
}

/// What the key of a character types while the German layout is on.
fn german(typed: char) -> char {
    const US: &str = "yzYZ/-=+";
    const GERMAN: &str = "zyZY-ß´`";
    US.chars().zip(GERMAN.chars()).find_map(|(us, german)| (us == typed).then_some(german)).unwrap_or(typed)
}

/// The Cyrillic letter that looks like a Latin one.
fn cyrillic_look_alike(typed: char) -> char {
    const LATIN: &str = "ABCEHKMPTX";
    const CYRILLIC: &str = "АВСЕНКМРТХ";
    LATIN
        .chars()
        .zip(CYRILLIC.chars())
        .find_map(|(latin, cyrillic)| (latin == typed).then_some(cyrillic))
        .unwrap_or(typed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const CODE: &str = "01048700007700143ABcDEFGHJKLMz\u{1d}91k7Qa\u{1d}92aB/yz+=";

    #[test]
    fn each_fault_leaves_its_trace_and_nothing_else() {
        let seen = |sight| seen(sight, CODE, "", "").unwrap();
        assert!(seen(Sight::Fault(Repair::CaseFlipped)).ends_with("92Ab/YZ+="));
        assert!(seen(Sight::Fault(Repair::YzSwapped)).ends_with("92aB/zy+="));
        assert!(seen(Sight::Fault(Repair::CyrillicLayout)).ends_with("92фИ.ня+="));
        assert!(!seen(Sight::Fault(Repair::LostSeparators)).contains(GS));
        assert_eq!(seen(Sight::Fault(Repair::TypedSeparators)).matches("{GS}").count(), 2);
        assert_eq!(seen(Sight::Fault(Repair::TypedSpaces)).replace(' ', ""), CODE);
    }

    #[test]
    fn a_seal_is_lost_spoiled_or_exchanged() {
        let other = CODE.replace("aB/yz+=", "OTHER==");
        assert_eq!(seen(Sight::WithoutSeal, CODE, "", ""), Some("01048700007700143ABcDEFGHJKLMz".into()));
        assert!(seen(Sight::GarbledSeal, CODE, "", "").unwrap().ends_with("92ab/yz+="));
        assert!(seen(Sight::AnothersSeal, CODE, "", &other).unwrap().ends_with("92OTHER=="));
        assert!(seen(Sight::UnknownKey, CODE, "", "").unwrap().contains("91zzzz\u{1d}"));
        assert_eq!(seen(Sight::WithoutSeal, "00348700007700000015", "", ""), None);
    }
}
