//! Properties of reading (X40: hostile bytes cannot crash the core): any text is answered, what is printed is read
//! back, and what a known fault does to a code is undone by its name.

#![allow(clippy::unwrap_used)]

use marking::check_digit;
use marking::code::{Form, MarkingCode, read};
use marking::element_string::ElementString;
use marking::line::parse_line;
use marking::misread::{Repair, repairs};
use proptest::prelude::*;

const FORMS: [Form; 5] = [Form::Auto, Form::Scan, Form::Bracketed, Form::Raw, Form::Link];
const GS: char = '\u{1d}';

/// Set 82.
const SET_82: &str = "[!-\"%-/0-9:-?A-Z_a-z]";

fn gtin() -> impl Strategy<Value = String> {
    "[0-9]{13}".prop_map(|body| {
        let digit = check_digit::of(body.as_bytes()).unwrap();
        format!("{body}{digit}")
    })
}

fn text(length: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(&format!("{SET_82}{{{length}}}")).unwrap()
}

/// Codes in the layouts that stand on goods, as a scanner sends them.
fn code() -> impl Strategy<Value = String> {
    let serial = prop_oneof![text("13"), text("6"), text("7")];
    let tail = prop_oneof![
        (text("4"), text("88")).prop_map(|(key, seal)| format!("{GS}91{key}{GS}92{seal}")),
        (text("4"), text("44")).prop_map(|(key, seal)| format!("{GS}91{key}{GS}92{seal}")),
        text("4").prop_map(|tail| format!("{GS}93{tail}")),
        ("[0-9]{6}", text("4")).prop_map(|(price, tail)| format!("{GS}8005{price}{GS}93{tail}")),
    ];
    (gtin(), serial, tail).prop_map(|(gtin, serial, tail)| format!("01{gtin}21{serial}{tail}"))
}

fn plainly(text: &str) -> MarkingCode {
    text.parse().unwrap()
}

/// Whether one of the readings of `faulty` is `original` after just these repairs.
fn found(faulty: &str, original: &str, repaired: &[Repair]) -> bool {
    let original = plainly(original);
    repairs(faulty).any(|read| read.code == original && read.repaired == repaired)
}

/// What a scanner that types produces if the layout is Russian: letters as on the keys of a PC.
fn typed_in_russian(text: &str) -> String {
    let keys = "qwertyuiop[]asdfghjkl;'zxcvbnm,./QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?&";
    let types = "йцукенгшщзхъфывапролджэячсмитьбю.ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,?";
    struck(text, keys, types)
}

/// The same in Kazakh.
fn typed_in_kazakh(text: &str) -> String {
    let keys = "qwertyuiopasdfghjkl;'zxcvbnm,./QWERTYUIOPASDFGHJKL:\"ZXCVBNM<>?1234567890-=%&*()_+";
    let types = "йцукенгшщзфывапролджэячсмитьбю№ЙЦУКЕНГШЩЗФЫВАПРОЛДЖЭЯЧСМИТЬБЮ?\"әіңғ,.үұқөһҒ:ҮҰҚӨҺ";
    struck(text, keys, types)
}

fn struck(text: &str, keys: &str, types: &str) -> String {
    assert_eq!(keys.chars().count(), types.chars().count());
    let strike = |key: char| keys.chars().zip(types.chars()).find_map(|(k, t)| (k == key).then_some(t)).unwrap_or(key);
    text.chars().map(strike).collect()
}

fn swapped(text: &str) -> String {
    let swap = |c: char| match c {
        'y' => 'z',
        'z' => 'y',
        'Y' => 'Z',
        'Z' => 'Y',
        _ => c,
    };
    text.chars().map(swap).collect()
}

fn flipped(text: &str) -> String {
    let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(flip).collect()
}

fn answered(text: &str) -> Result<(), TestCaseError> {
    for form in FORMS {
        for strict in [false, true] {
            if let Err(error) = read(text, form, strict) {
                prop_assert!(error.at <= text.len(), "{error} in {text:?}");
            }
        }
    }
    prop_assert!(repairs(text).count() <= marking::misread::MOST);
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answered(&text)?;
        let _ = parse_line(&text, Form::Auto, false);
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        answered(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn text_that_looks_like_a_code_is_answered(
        text in "(\\]d2|\\]E0|\\]Q1|\\^|https://a/|\\(|)(01|21|\\(01\\)|/|8008|3100|\\(8110\\)|91|=|\\?|[0-9]{14}|[ -~]|\u{1d}|\\^|~|é|й){0,30}"
    ) {
        answered(&text)?;
    }

    #[test]
    fn what_is_printed_is_read_back(code in code(), batch in text("1,20"), day in "2[0-9]1[0-2][0-2][1-9]") {
        let scan = format!("{code}{GS}17{day}10{batch}");
        let elements = ElementString::parse_scan(&scan).unwrap();
        prop_assert_eq!(elements.to_scan(), scan);
        prop_assert_eq!(&ElementString::parse_scan(&elements.to_scan()).unwrap(), &elements);
        prop_assert_eq!(&ElementString::parse_scan(&format!("]d2{}", elements.to_scan())).unwrap(), &elements);
        prop_assert_eq!(&ElementString::parse_raw(&elements.to_raw()).unwrap(), &elements);
        prop_assert_eq!(&ElementString::parse_bracketed(&elements.to_bracketed()).unwrap(), &elements);
        let link = elements.to_link("https://id.example/").unwrap();
        let linked = ElementString::parse_link(&link).unwrap();
        for element in &elements {
            prop_assert_eq!(linked.get(element.ai.as_str()), Some(element.value.as_str()));
        }
        prop_assert_eq!(linked.len(), elements.len());
    }

    #[test]
    fn a_text_that_reads_as_it_stands_is_never_repaired(code in code(), identifier in "(|\\]d2|\\]Q3|\\]d1)") {
        let text = format!("{identifier}{code}");
        let strictly = read(&text, Form::Auto, true).unwrap();
        prop_assert!(strictly.repaired.is_empty());
        prop_assert!(repairs(&text).all(|read| read.code != strictly.code && !read.repaired.is_empty()));
        prop_assert_eq!(read(&text, Form::Auto, false).unwrap(), strictly);
    }

    #[test]
    fn flipped_case_is_undone(code in code()) {
        let faulty = flipped(&code);
        prop_assume!(faulty != code);
        prop_assert!(found(&faulty, &code, &[Repair::CaseFlipped]));
        let marked = format!("]d2{code}");
        prop_assert!(found(&flipped(&marked), &marked, &[Repair::CaseFlipped]));
    }

    #[test]
    fn swapped_y_and_z_are_undone(code in code()) {
        let faulty = swapped(&code);
        prop_assume!(faulty != code);
        prop_assert!(found(&faulty, &code, &[Repair::YzSwapped]));
    }

    #[test]
    fn cyrillic_layouts_are_undone(code in code()) {
        for faulty in [typed_in_russian(&code), typed_in_kazakh(&code)] {
            prop_assume!(faulty.contains(|c| matches!(c, '\u{400}'..='\u{4ff}')));
            let read = read(&faulty, Form::Auto, false).unwrap();
            prop_assert_eq!(&read.code, &plainly(&code));
            prop_assert_eq!(read.repaired, [Repair::CyrillicLayout]);
        }
    }

    #[test]
    fn lost_separators_are_put_back(code in code()) {
        let faulty = code.replace(GS, "");
        prop_assert!(found(&faulty, &code, &[Repair::LostSeparators]), "{}", faulty);
        prop_assert!(read(&faulty, Form::Auto, false).is_ok());
    }

    #[test]
    fn typed_spaces_are_taken_out(code in code(), places in proptest::collection::vec(any::<prop::sample::Index>(), 1..5), space in "[ \t\n\r\u{a0}\u{200b}\u{feff}]") {
        let mut faulty = code.clone();
        let mut places: Vec<_> = places.iter().map(|place| place.index(code.len())).collect();
        places.sort_unstable();
        for place in places.into_iter().rev() {
            faulty.insert_str(place, &space);
        }
        let read = read(&faulty, Form::Auto, false).unwrap();
        prop_assert_eq!(&read.code, &plainly(&code));
        prop_assert_eq!(read.repaired, [Repair::TypedSpaces]);
    }

    #[test]
    fn typed_separators_are_read_as_separators(
        code in code(),
        spelling in "(\\\\u001d|\\\\x1[dD]|\\{GS\\}|\\[gs\\]|~|\\{FNC1\\}|\\^|\u{241d})",
        leading in any::<bool>(),
    ) {
        let mut faulty = code.replace(GS, &spelling);
        if leading && spelling != "^" {
            faulty.insert_str(0, &spelling);
        }
        let read = read(&faulty, Form::Auto, false).unwrap();
        prop_assert_eq!(&read.code, &plainly(&code));
        prop_assert_eq!(read.repaired, [Repair::TypedSeparators]);
    }

    #[test]
    fn spellings_that_could_be_data_are_tried_too(code in code(), spelling in "(<GS>|<FNC1>|%1D|_x001D_)") {
        // Where the data have the same spelling, nobody can tell which of them was a separator.
        prop_assume!(!code.contains(&spelling));
        let faulty = code.replace(GS, &spelling);
        prop_assert!(found(&faulty, &code, &[Repair::TypedSeparators]));
    }

    #[test]
    fn two_faults_at_once_are_undone(code in code()) {
        let lost = code.replace(GS, "");
        let russian = typed_in_russian(&lost);
        prop_assume!(russian != lost && russian.contains(|c| matches!(c, '\u{400}'..='\u{4ff}')));
        prop_assert!(found(&russian, &code, &[Repair::CyrillicLayout, Repair::LostSeparators]));
        let flipped = flipped(&lost);
        prop_assume!(flipped != lost);
        prop_assert!(found(&flipped, &code, &[Repair::CaseFlipped, Repair::LostSeparators]));
    }
}
