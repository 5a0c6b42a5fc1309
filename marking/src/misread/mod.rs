//! The faults that scanners and keyboards are known for, and how they are undone: letter case
//! flipped, Y and Z swapped, Latin typed as Cyrillic, separators lost or spelled out, spaces. A
//! repair never invents characters; it only undoes what a known fault does.

mod keyboard;
mod lost;
mod separators;

pub use keyboard::{other_case, y_for_z};

use crate::code::{Form, MarkingCode, Read, read_plainly};
use crate::element_string::GS;

/// A fault that was undone to read a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repair {
    /// Spaces, line ends or invisible characters were typed into the code.
    TypedSpaces,
    /// A scanner that types was used with a Kazakh or Russian keyboard layout.
    CyrillicLayout,
    /// A separator was spelled out, as `{GS}`, `~` and the like, or doubled.
    TypedSeparators,
    /// Capital and small letters were exchanged: caps lock.
    CaseFlipped,
    /// Y and Z were exchanged: a German keyboard layout.
    YzSwapped,
    /// The separators were lost; they were put back where a known layout has them.
    LostSeparators,
}

impl Repair {
    /// Every repair, in the order in which faults are undone.
    pub const ALL: [Self; 6] = [
        Self::TypedSpaces,
        Self::CyrillicLayout,
        Self::TypedSeparators,
        Self::CaseFlipped,
        Self::YzSwapped,
        Self::LostSeparators,
    ];

    /// The kebab-case name that never changes.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::TypedSpaces => "typed-spaces",
            Self::CyrillicLayout => "cyrillic-layout",
            Self::TypedSeparators => "typed-separators",
            Self::CaseFlipped => "case-flipped",
            Self::YzSwapped => "yz-swapped",
            Self::LostSeparators => "lost-separators",
        }
    }
}

/// The most readings that [`repairs`] gives for one text.
const MOST: usize = 24;

/// The longest text that is repaired, in bytes: several times the longest code in use, also when
/// typed in Cyrillic.
const LONGEST: usize = 1024;

/// Which faults are tried together, the likeliest first. Spaces and spelled separators are undone
/// with each, since no code holds them.
const PLANS: [&[Repair]; 11] = [
    &[],
    &[Repair::CyrillicLayout],
    &[Repair::LostSeparators],
    &[Repair::CaseFlipped],
    &[Repair::YzSwapped],
    &[Repair::CyrillicLayout, Repair::LostSeparators],
    &[Repair::CaseFlipped, Repair::LostSeparators],
    &[Repair::CyrillicLayout, Repair::CaseFlipped],
    &[Repair::YzSwapped, Repair::LostSeparators],
    &[Repair::CyrillicLayout, Repair::YzSwapped],
    &[Repair::CaseFlipped, Repair::YzSwapped],
];

/// Every distinct reading of `text` after undoing known faults, at most two of them beside spaces
/// and spelled separators, the likeliest first and at most 24. The plain reading is not among
/// them. The register tries them when it doesn't know the plain reading or its seal fails.
pub fn repairs(text: &str) -> impl Iterator<Item = Read> {
    let mut seen: Vec<MarkingCode> = Vec::new();
    seen.extend(read_plainly(text, Form::Auto).ok().map(|read| read.code));
    candidates(text)
        .filter_map(|(text, repaired)| reading(&text, Form::Auto, repaired))
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

/// A text in which some faults have been undone.
type Candidate = (String, Vec<Repair>);

fn candidates(text: &str) -> impl Iterator<Item = Candidate> {
    let text = if text.len() > LONGEST { "" } else { text };
    let start = match keyboard::without_spaces(text) {
        Some(clean) => (clean, vec![Repair::TypedSpaces]),
        None => (text.to_owned(), Vec::new()),
    };
    let (cyrillic, parted) = (!start.0.is_ascii(), is_parted(&start.0));
    let possible = move |plan: &&&[Repair]| {
        (cyrillic || !plan.contains(&Repair::CyrillicLayout)) && !(parted && plan.contains(&Repair::LostSeparators))
    };
    let plans = PLANS.iter().filter(possible);
    plans.flat_map(move |plan| undone(&start, plan)).filter(|(_, repaired)| !repaired.is_empty())
}

/// Whether elements stand in the text with a separator between them, which no repair takes away: then none is lost.
fn is_parted(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && text.contains(GS)
}

/// `start` without the faults of `plan`; nothing if it doesn't show one of them.
fn undone(start: &Candidate, plan: &[Repair]) -> Vec<Candidate> {
    let mut texts = vec![start.clone()];
    for fault in &Repair::ALL[1..] {
        let planned = plan.contains(fault);
        texts = match fault {
            Repair::TypedSeparators => texts.into_iter().flat_map(spelled_out).collect(),
            _ if planned => texts
                .iter()
                .flat_map(|(text, before)| {
                    let repaired: Vec<_> = before.iter().copied().chain([*fault]).collect();
                    without(*fault, text).into_iter().map(move |text| (text, repaired.clone()))
                })
                .collect(),
            _ => texts,
        };
    }
    texts
}

fn without(fault: Repair, text: &str) -> Vec<String> {
    match fault {
        Repair::TypedSpaces => keyboard::without_spaces(text).into_iter().collect(),
        Repair::CyrillicLayout => keyboard::as_typed_in_latin(text),
        Repair::TypedSeparators => separators::certain(text).into_iter().collect(),
        Repair::CaseFlipped => keyboard::case_flipped(text).into_iter().collect(),
        Repair::YzSwapped => keyboard::yz_swapped(text).into_iter().collect(),
        Repair::LostSeparators => lost::put_back(text),
    }
}

/// The candidate with its separators restored, if it spells any: first only those that cannot be
/// data, then also those that could.
fn spelled_out((text, repaired): Candidate) -> Vec<Candidate> {
    let certain = separators::certain(&text);
    let all = separators::all(&text).filter(|all| certain.as_ref() != Some(all));
    let named: Vec<_> = repaired.iter().copied().chain([Repair::TypedSeparators]).collect();
    let mut found = match certain {
        Some(certain) => vec![(certain, named.clone())],
        None => vec![(text, repaired)],
    };
    found.extend(all.map(|all| (all, named)));
    found
}
