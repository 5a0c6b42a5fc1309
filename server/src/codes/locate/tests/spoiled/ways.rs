//! The ways in which scanners, keyboards, people and programs spoil a genuine code.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use marking::layout::GS;

use super::*;

/// Whether a way to spoil a code leaves enough to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The code must be found.
    Read,
    /// It may also be called misread.
    Either,
}

pub(super) type Way = (&'static str, Due, Vec<String>);

const SPELLINGS: [&str; 47] = [
    "029",
    "29",
    "\\x1d",
    "\\u001d",
    "\\035",
    "{GS}",
    "<GS>",
    "(GS)",
    "[GS]",
    "^]",
    "↔",
    "␝",
    "è",
    "<F8>",
    "~d029",
    "\\F",
    "#29",
    "<0x1D>",
    "0x1D",
    "?",
    ";",
    " ",
    "\t",
    "|",
    "#",
    "~",
    "^",
    "{FNC1}",
    "<FNC1>",
    "[FNC1]",
    "~1",
    "_x001D_",
    "%1D",
    "=1D",
    "&#29;",
    "&#x1D;",
    "<U+001D>",
    "GS",
    "$",
    "@",
    "и",
    "č",
    "â†”",
    "вђќ",
    "\u{1e}",
    "\u{1c}",
    "<GROUP SEPARATOR>",
];
const FRAMES: [(&str, &str); 9] = [
    ("\u{2}", "\r"),
    ("\u{2}", "\u{3}"),
    ("", "\u{4}"),
    ("", "\r\n"),
    ("\t", "\t"),
    ("\u{feff}", ""),
    ("[)>\u{1e}05\u{1d}", "\u{1e}\u{4}"),
    ("\u{1d}", "\u{1d}"),
    ("\u{1}", "\u{6}\u{0}"),
];
const IDENTIFIERS: [&str; 20] = [
    "]d0", "]d1", "]d2", "]d3", "]d4", "]d5", "]d6", "]Q0", "]Q1", "]Q2", "]Q3", "]Q4", "]Q5", "]J0", "]J1", "]C0",
    "]C1", "]z0", "]z1", "]z3",
];
const UNSEEN: [char; 14] = [
    '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{a0}', '\u{ad}', '\u{202a}', '\u{202c}', '\u{202d}',
    '\u{2066}', '\u{2069}', '\u{200e}', ' ',
];
const LOOK_ALIKES: [&str; 6] = ["Il1", "0OoQ", "S5s", "B8", "Z2z", "uvUV"];

fn struck(text: &str, keys: &str, types: &str) -> String {
    assert_eq!(keys.chars().count(), types.chars().count());
    let strike = |key: char| keys.chars().zip(types.chars()).find_map(|(k, t)| (k == key).then_some(t)).unwrap_or(key);
    text.chars().map(strike).collect()
}

fn flipped(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// What a scanner that types sends on keyboards of other layouts; it can't send separators.
fn layouts(code: &str) -> Vec<String> {
    const LATIN: &str = "qwertyuiopasdfghjklzxcvbnmQWERTYUIOPASDFGHJKLZXCVBNM";
    const CYRILLIC: &str = "йцукенгшщзфывапролдячсмитьЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ";
    let code = &code.replace(GS, "");
    vec![
        struck(code, &format!("{LATIN}/"), &format!("{CYRILLIC}.")),
        struck(code, LATIN, CYRILLIC),
        struck(code, &format!("{LATIN}1234567890-=/+_"), &format!("{CYRILLIC}\"әіңғ,.үұқөһ№ҺӨ")),
        struck(code, "yzYZ/-=+_", "zyZY-ß´`?"),
        struck(code, "qawzQAWZm1234567890-/_+", "aqzwAQZW,&é\"'(-è_çà)!°+"),
        struck(code, "qawzQAWZm", "aqzwAQZW,"),
        code.clone(),
    ]
}

pub(super) fn replaced(text: &str, at: usize, by: char) -> String {
    text.char_indices().map(|(place, c)| if place == at { by } else { c }).collect()
}

/// The text with each of its characters from `from` on, one at a time, as one that looks alike.
fn look_alikes(text: &str, from: usize, dice: &mut Dice) -> Vec<String> {
    let mut found = Vec::new();
    for (at, c) in text.char_indices().filter(|(at, _)| *at >= from) {
        for class in LOOK_ALIKES.iter().filter(|class| class.contains(c)) {
            let others: Vec<char> = class.chars().filter(|other| *other != c).collect();
            found.push(replaced(text, at, *dice.pick(&others)));
        }
    }
    let keep = found.len().min(4);
    (0..keep).map(|_| dice.pick(&found).clone()).collect()
}

fn homoglyphs(text: &str) -> String {
    struck(text, "ABCEHKMPTXacepox", "АВСЕНКМРТХасерох")
}

pub(super) fn ways_for_all(code: &str, dice: &mut Dice) -> Vec<Way> {
    let serial_at = if code.starts_with("01") { 18 } else { 14 };
    let inside = |dice: &mut Dice, c: char| {
        let mut text = code.to_owned();
        text.insert(1 + dice.next(code.len() - 1), c);
        text
    };
    let unseen: Vec<String> = UNSEEN.iter().map(|c| inside(dice, *c)).collect();
    vec![
        ("capital letters", Due::Either, vec![code.to_ascii_uppercase(), format!("]D2{}", code.to_ascii_uppercase())]),
        ("small letters", Due::Either, vec![code.to_ascii_lowercase(), format!("]d2{}", code.to_ascii_lowercase())]),
        ("case flipped", Due::Read, vec![flipped(code), flipped(&format!("]d2{code}"))]),
        ("Y and Z exchanged", Due::Read, vec![struck(code, "yzYZ", "zyZY")]),
        ("look-alikes, typed", Due::Either, look_alikes(code, serial_at, dice)),
        ("letters of other scripts", Due::Either, vec![homoglyphs(code)]),
        ("keyboard layouts", Due::Either, layouts(code)),
        ("frames", Due::Read, FRAMES.iter().map(|(before, after)| format!("{before}{code}{after}")).collect()),
        ("identifiers", Due::Read, IDENTIFIERS.iter().map(|identifier| format!("{identifier}{code}")).collect()),
        ("FNC1 in front", Due::Read, SPELLINGS[..35].iter().map(|spelling| format!("{spelling}{code}")).collect()),
        ("invisible characters", Due::Read, unseen),
        ("stored by programs", Due::Read, stored(code)),
    ]
}

fn stored(code: &str) -> Vec<String> {
    let hex: String = code.bytes().flat_map(|byte| format!("{byte:02X}").into_bytes()).map(char::from).collect();
    let percent: String = code
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", u32::from(c)) })
        .collect();
    vec![
        BASE64_STANDARD.encode(code),
        BASE64_STANDARD.encode(format!("\u{1d}{code}")),
        BASE64_STANDARD.encode(format!("]d2{code}")),
        serde_json::to_string(code).unwrap(),
        code.replace(GS, "\\u001d").replace('/', "\\/"),
        code.replace('&', "&amp;").replace(GS, "&#29;"),
        code.replace(GS, "&#x1D;"),
        hex,
        percent,
        format!("\"{code}\""),
        format!("'{code}'"),
        format!("«{code}»"),
        format!("{code};"),
    ]
}

/// What is done to codes with elements alone.
pub(super) fn ways_for_elements(code: &str, dice: &mut Dice) -> Vec<Way> {
    let read = read_code(code);
    let human = read.to_bracketed();
    let square = human.replace('(', "[").replace(')', "]");
    let spelled = SPELLINGS.iter().map(|spelling| code.replace(GS, spelling));
    let leading = SPELLINGS.iter().map(|spelling| format!("{spelling}{}", code.replace(GS, spelling)));
    let first_lost = code.replacen(GS, "", 1);
    let link = read.to_link("https://id.gs1.org").unwrap();
    let (bare, query) = link.split_once('?').unwrap();
    let long = read.get("21").unwrap().len() == 13;
    let bare_due = if long { Due::Read } else { Due::Either };
    let serial = code.split(GS).next().unwrap();
    let mut spaced: Vec<char> = human.chars().collect();
    spaced.insert(4, ' ');
    spaced.insert(19, ' ');
    vec![
        ("separators spelled", Due::Read, spelled.chain(leading).collect()),
        ("separators lost", Due::Read, vec![code.replace(GS, ""), first_lost, format!("]d2{}", code.replace(GS, ""))]),
        (
            "separators lost and letters exchanged",
            Due::Either,
            vec![
                flipped(&code.replace(GS, "")),
                code.replace(GS, "").to_ascii_uppercase(),
                code.replace(GS, "029").to_ascii_uppercase(),
                code.replace(GS, "").to_ascii_lowercase(),
                struck(&code.replace(GS, "{GS}"), "yzYZ", "zyZY"),
            ],
        ),
        (
            "brackets",
            Due::Read,
            vec![
                human.clone(),
                format!("]d2{human}"),
                format!("]C1{human}"),
                square,
                human.replace(')', ") "),
                human.replace('(', " ("),
                human.replace('(', "\n("),
                spaced.into_iter().collect(),
                human.replace('(', "（").replace(')', "）"),
            ],
        ),
        (
            "links",
            Due::Read,
            vec![
                link.clone(),
                format!("{bare}/?{query}"),
                format!("{link}&fbclid=IwAR0abc&utm_source=telegram"),
                link.replace("%2B", "+"),
                link.replace("%2B", " "),
                link.replace("%2B", "%20"),
                link.replace('&', "&amp;"),
                link.replace("https", "HTTPS").replace("id.gs1.org", "ID.GS1.ORG"),
                link.replace("https", "Https"),
                format!("<{link}>"),
                format!("Смотри: {link} ."),
                format!("https://l.facebook.com/l.php?u={}&h=AT", percent_encoded(&link)),
                link.replace("https://", ""),
            ],
        ),
        (
            "without a seal",
            bare_due,
            vec![serial.to_owned(), bare.to_owned(), format!("{bare}/"), serial.to_ascii_lowercase()],
        ),
        (
            "GTIN and serial",
            bare_due,
            vec![
                format!("{}{}", &code[2..16], read.get("21").unwrap()),
                format!("{} {}", &code[2..16], read.get("21").unwrap()),
            ],
        ),
        (
            "seal for addresses or without padding",
            Due::Either,
            vec![
                code.replace('+', "-").replace('/', "_"),
                code.trim_end_matches('=').to_owned(),
                code[..code.len() - 1].to_owned(),
            ],
        ),
        (
            "letters in place of digits",
            Due::Either,
            vec![code.replacen('0', "O", 1), human.replacen('1', "l", 1), replaced(code, 4 + dice.next(8), 'O')],
        ),
    ]
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn read_code(code: &str) -> marking::element_string::ElementString {
    code::read(code, Form::Auto, true).unwrap().elements
}

pub(super) fn ways_for_stamps(code: &str, dice: &mut Dice) -> Vec<Way> {
    let bare = code.trim_start_matches("https://");
    let identified = ["]Q0", "]Q1", "]Q2", "]Q5", "]d1", "]d4"].map(|identifier| format!("{identifier}{code}"));
    let whole = vec![
        code.to_ascii_uppercase(),
        code.to_ascii_lowercase(),
        code.replace("https", "Https"),
        code.replace("https", "http"),
        format!("{code}/"),
        format!("{code}?fbclid=IwAR0abc"),
        format!("{code}/?utm_source=telegram&utm_medium=social#top"),
        format!("{code}#:~:text=x"),
        bare.to_owned(),
        format!("<{code}>"),
        format!("Вино: {code}."),
        format!("({code})"),
        format!("\u{2}{code}\r\n"),
        format!("\"{code}\""),
        BASE64_STANDARD.encode(code),
        format!("https://l.facebook.com/l.php?u={}&h=AT", percent_encoded(code)),
        format!("https://t.me/iv?url={}", percent_encoded(code)),
        bare[bare.find('/').unwrap()..].to_owned(),
    ];
    vec![
        ("links of stamps", Due::Read, whole),
        ("identifiers of stamps", Due::Read, identified.into()),
        ("look-alikes in stamps, typed", Due::Either, look_alikes(code, code.len() - 13, dice)),
        ("letters of other scripts in stamps", Due::Either, vec![homoglyphs(code)]),
    ]
}

pub(super) fn ways_for_packs(code: &str) -> Vec<Way> {
    vec![("packs of cigarettes as stored", Due::Either, vec![code[..21].to_owned(), code[..25].to_owned()])]
}
