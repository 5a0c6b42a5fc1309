//! The faults that scanners, keyboards, people and programs are known for, and how they are undone: letter case flipped
//! or lost, Y and Z swapped, Latin typed on another layout or in letters of another script, separators lost or spelled
//! out, spaces and frames, links as messengers pass them on, codes as programs store them. A repair never invents
//! characters; it only undoes what a known fault does.

mod keyboard;
mod latin_layouts;
mod links;
mod look_alikes;
mod lost;
mod separators;
mod stored;
mod tidy;

pub use keyboard::{other_case, y_for_z};
pub use look_alikes::{look_alike, shape};
pub use lost::lacks_separators;

use crate::alphabet;
use crate::code::{Form, MarkingCode, Read, Tail, UnitCode, read_plainly};
use crate::serial::LONG_LENGTH;

/// A fault that was undone to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repair {
    /// Spaces, line ends, the frame of a serial scanner or invisible characters were in the code.
    TypedSpaces,
    /// The code stood as a program stores it: escaped, in Base64, in quotation marks, without application identifiers.
    StoredForm,
    /// A link was changed on its way: letters of another case, signs around it, escapes undone or made twice.
    ChangedLink,
    /// A scanner that types was used with a Kazakh or Russian keyboard layout.
    CyrillicLayout,
    /// A scanner that types was used with a German or French keyboard layout.
    KeyboardLayout,
    /// Letters of another script, or typographic signs, stood for the Latin ones that they look like.
    LookAlikes,
    /// A separator was spelled out, as `{GS}`, `~` and the like, or doubled.
    TypedSeparators,
    /// Capital and small letters were exchanged: caps lock.
    CaseFlipped,
    /// Small letters stood for capital ones in a serial, which has no others.
    CaseLost,
    /// Y and Z were exchanged: a German keyboard layout.
    YzSwapped,
    /// The separators were lost; they were put back where a known layout has them.
    LostSeparators,
}

impl Repair {
    /// Every repair, in the order in which faults are undone.
    pub const ALL: [Self; 11] = [
        Self::TypedSpaces,
        Self::StoredForm,
        Self::ChangedLink,
        Self::CyrillicLayout,
        Self::KeyboardLayout,
        Self::LookAlikes,
        Self::TypedSeparators,
        Self::CaseFlipped,
        Self::CaseLost,
        Self::YzSwapped,
        Self::LostSeparators,
    ];

    /// The kebab-case name that never changes.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::TypedSpaces => "typed-spaces",
            Self::StoredForm => "stored-form",
            Self::ChangedLink => "changed-link",
            Self::CyrillicLayout => "cyrillic-layout",
            Self::KeyboardLayout => "keyboard-layout",
            Self::LookAlikes => "look-alikes",
            Self::TypedSeparators => "typed-separators",
            Self::CaseFlipped => "case-flipped",
            Self::CaseLost => "case-lost",
            Self::YzSwapped => "yz-swapped",
            Self::LostSeparators => "lost-separators",
        }
    }
}

/// The most readings that [`repairs`] gives for one text.
pub const MOST: usize = 48;

/// The most candidates that are read for one text, so that a hostile one costs no more than a hundred codes do.
const MOST_TRIED: usize = 160;

/// The longest text that is repaired, in bytes: several times the longest code in use, also when
/// typed in Cyrillic or escaped.
const LONGEST: usize = 1024;

/// The most forms of one text, after spaces, programs' escapes and changes of a link were undone one after the other.
const MOST_FORMS: usize = 6;

/// Every distinct reading of `text` after undoing known faults, the likeliest first and at most [`MOST`]. The plain
/// reading is not among them. The register tries them when it doesn't know the plain reading or its seal fails.
pub fn repairs(text: &str) -> impl Iterator<Item = Read> {
    let mut seen: Vec<MarkingCode> = Vec::new();
    let plain = read_plainly(text, Form::Auto).ok();
    let of_plain = plain.iter().flat_map(mended).collect::<Vec<_>>();
    seen.extend(plain.map(|read| read.code));
    let of_candidates = candidates(text).flat_map(|(text, repaired)| {
        let read = reading(&text, Form::Auto, repaired);
        let better = read.iter().flat_map(mended).collect::<Vec<_>>();
        read.into_iter().chain(better)
    });
    of_plain
        .into_iter()
        .chain(of_candidates)
        .filter(move |read| {
            let new = !seen.contains(&read.code);
            if new {
                seen.push(read.code.clone());
            }
            new
        })
        .take(MOST)
}

/// The likeliest reading of a text that cannot be read as it stands.
pub(crate) fn first_repair(text: &str, form: Form) -> Option<Read> {
    candidates(text).find_map(|(text, repaired)| reading(&text, form, repaired))
}

fn reading(text: &str, form: Form, repaired: Vec<Repair>) -> Option<Read> {
    let read = read_plainly(text, form).ok()?;
    Some(Read { repaired, ..read })
}

/// A reading with its serial in capital letters, or with its seal in the usual alphabet of Base64 and padded, or both:
/// what tells these from what was read is nothing that the register ever writes.
fn mended(read: &Read) -> Vec<Read> {
    let MarkingCode::Unit(unit) = &read.code else { return Vec::new() };
    let serial = (unit.serial.len() == LONG_LENGTH && unit.serial.bytes().any(|byte| byte.is_ascii_lowercase()))
        .then(|| unit.serial.to_ascii_uppercase())
        .filter(|serial| alphabet::LONG.holds(serial));
    let seal = match &unit.tail {
        Tail::Sealed { seal, .. } => usual_seal(seal),
        _ => None,
    };
    let mut found = Vec::new();
    for (serial, seal) in [(&serial, &None), (&None, &seal), (&serial, &seal)] {
        let repairs = [serial.as_ref().map(|_| Repair::CaseLost), seal.as_ref().map(|_| Repair::StoredForm)];
        let known =
            found.iter().any(|read: &Read| repairs.iter().flatten().all(|repair| read.repaired.contains(repair)));
        if repairs.iter().all(Option::is_none) || known {
            continue;
        }
        found.push(with(read, unit, serial.as_deref(), seal.as_deref(), repairs.into_iter().flatten()));
    }
    found
}

fn with(
    read: &Read,
    unit: &UnitCode,
    serial: Option<&str>,
    seal: Option<&str>,
    repairs: impl Iterator<Item = Repair>,
) -> Read {
    let mut unit = unit.clone();
    if let Some(serial) = serial {
        unit.elements = unit.elements.with("21", serial);
        serial.clone_into(&mut unit.serial);
    }
    if let (Some(new), Tail::Sealed { seal, .. }) = (seal, &mut unit.tail) {
        unit.elements = unit.elements.with("92", new);
        new.clone_into(seal);
    }
    let repaired = read.repaired.iter().copied().chain(repairs).collect();
    Read { elements: unit.elements.clone(), code: MarkingCode::Unit(unit), repaired }
}

/// A seal as the register writes it, from one in the alphabet for addresses or without its padding.
fn usual_seal(seal: &str) -> Option<String> {
    let mut usual = seal.replace('-', "+").replace('_', "/");
    match usual.trim_end_matches('=').len() {
        43 => usual = format!("{}=", usual.trim_end_matches('=')),
        86 => usual = format!("{}==", usual.trim_end_matches('=')),
        _ => return None,
    }
    (usual != seal).then_some(usual)
}

/// A text in which some faults have been undone.
type Candidate = (String, Vec<Repair>);

fn candidates(text: &str) -> impl Iterator<Item = Candidate> {
    let text = if text.len() > LONGEST { "" } else { text };
    forms(text)
        .into_iter()
        .flat_map(|form| letters(&form))
        .flat_map(parted)
        .filter(|(_, repaired)| !repaired.is_empty())
        .take(MOST_TRIED)
}

/// The text, and what it was before programs and people wrapped it, unwrapped layer by layer.
fn forms(text: &str) -> Vec<Candidate> {
    let mut forms: Vec<Candidate> = vec![(text.to_owned(), Vec::new())];
    let mut next = 0;
    while next < forms.len() && forms.len() < MOST_FORMS {
        let (form, before) = forms[next].clone();
        let tidied = tidy::tidy(&form).map(|tidied| (tidied, Repair::TypedSpaces));
        let stored = stored::forms(&form).into_iter().map(|form| (form, Repair::StoredForm));
        // A link is looked for before its spaces are taken out, since some of them stand for other characters.
        let links = links::restored(&form).into_iter().map(|link| (link, Repair::ChangedLink));
        for (form, repair) in tidied.into_iter().chain(stored).chain(links) {
            if forms.len() < MOST_FORMS && !form.is_empty() && !forms.iter().any(|(known, _)| *known == form) {
                let mut repaired = before.clone();
                if !repaired.contains(&repair) {
                    repaired.push(repair);
                }
                forms.push((form, repaired));
            }
        }
        next += 1;
    }
    // Spaces are no part of any code: a form that still has some is read without them.
    if forms.iter().any(|(form, _)| tidy::tidy(form).is_none()) {
        forms.retain(|(form, _)| tidy::tidy(form).is_none());
    }
    forms
}

/// The text, and what it was if its letters came from another layout, another script, with their case flipped, or with Y
/// and Z exchanged: at most two of these together.
fn letters((text, before): &Candidate) -> Vec<Candidate> {
    let mut typed = vec![(text.clone(), before.clone())];
    let mut push = |text: Option<String>, repair: Repair| {
        typed.extend(text.map(|text| (text, before.iter().copied().chain([repair]).collect())));
    };
    // Latin letters beside those of another script: somebody typed it, and no layout did.
    let mixed = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if mixed {
        push(look_alikes::in_latin(text), Repair::LookAlikes);
    }
    for text in keyboard::as_typed_in_latin(text) {
        push(Some(text), Repair::CyrillicLayout);
    }
    if !mixed {
        push(look_alikes::in_latin(text), Repair::LookAlikes);
    }
    let count = typed.len();
    let mut exchanged = Vec::new();
    for (text, before) in &typed {
        let flipped = keyboard::case_flipped(text).map(|text| (text, Repair::CaseFlipped));
        let swapped = keyboard::yz_swapped(text).map(|text| (text, Repair::YzSwapped));
        for (text, repair) in flipped.into_iter().chain(swapped) {
            exchanged.push((text, before.iter().copied().chain([repair]).collect::<Vec<_>>()));
        }
    }
    let both = keyboard::case_flipped(text).and_then(|text| keyboard::yz_swapped(&text));
    typed.extend(exchanged);
    typed.extend(
        both.map(|text| (text, before.iter().copied().chain([Repair::CaseFlipped, Repair::YzSwapped]).collect())),
    );
    if count == 1 || !text.is_ascii() {
        let german = latin_layouts::from_german(text).into_iter();
        for text in german.chain(latin_layouts::from_french(text)) {
            typed.push((text, before.iter().copied().chain([Repair::KeyboardLayout]).collect()));
        }
    }
    typed
}

/// The candidate, then with its separators restored where they are spelled: first only those that cannot be data, then
/// also those that could, then by the lengths of the layouts.
fn parted((text, repaired): Candidate) -> Vec<Candidate> {
    let with = |repair: Repair| {
        let mut named: Vec<_> = repaired.clone();
        if !named.contains(&repair) {
            named.push(repair);
        }
        named
    };
    let certain = separators::certain(&text);
    let all = separators::all(&text).filter(|all| certain.as_ref() != Some(all));
    let by_lengths = lost::put_back(&text);
    let spelled = certain.is_some();
    let mut found = vec![match certain {
        Some(certain) => (certain, with(Repair::TypedSeparators)),
        None => (text, repaired.clone()),
    }];
    found.extend(all.map(|all| (all, with(Repair::TypedSeparators))));
    if spelled {
        // One of several may have been lost where another one is spelled.
        let again = lost::put_back(&found[0].0);
        found.extend(again.into_iter().map(|(text, _)| (text, with(Repair::TypedSeparators))));
    }
    for (text, repair) in by_lengths {
        if !found.iter().any(|(known, _)| *known == text) {
            found.push((text, with(repair)));
        }
    }
    found
}
