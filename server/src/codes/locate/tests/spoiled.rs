//! Five hundred genuine codes of all layouts, spoiled in every way that scanners, keyboards, people and programs are known
//! for, and codes that forgers and inventors make. What comes of each is counted; the table stands in `docs/misreads.md`.

use std::collections::BTreeMap;

use super::*;

mod ways;

use ways::{Due, ways_for_all, ways_for_elements, ways_for_packs, ways_for_stamps};

/// Codes that are spoiled.
const CODES: u32 = 500;

/// What came of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Read,
    Misread,
    Unknown,
    Forged,
}

fn outcome(location: &Location) -> Outcome {
    let of_seal = |seal: &SealCheck| match seal {
        SealCheck::Holds { .. } | SealCheck::KeyRevoked { .. } => Outcome::Read,
        SealCheck::Missing | SealCheck::Garbled => Outcome::Misread,
        SealCheck::DoesNotMatch => Outcome::Forged,
        SealCheck::KeyUnknown => Outcome::Unknown,
    };
    match location {
        // A long serial without its seal is read, and says that the seal was not checked.
        Location::Unit(unit) if matches!(unit.seal, SealCheck::Missing | SealCheck::Garbled) => Outcome::Read,
        Location::Unit(unit) => of_seal(&unit.seal),
        Location::Unsealed { seal, .. } => of_seal(seal),
        Location::NotIssued { .. } => Outcome::Unknown,
        Location::Pack { .. } | Location::Product { .. } | Location::NotACode { .. } => Outcome::Misread,
    }
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.next(of.len())]
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(*self.pick(alphabet))).collect()
    }
}

/// B1, B53, B54 and their like: nothing that a scanner, a keyboard, a person or a program does to a genuine code accuses the goods, and nearly
/// all such texts are read, or called misread where no more can be said.
#[test]
fn genuine_codes_spoiled_in_every_known_way_are_neither_forged_nor_unknown() {
    let kit = Kit::new();
    let mut dice = Dice(832);
    let mut table: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    let (mut accused, mut lost) = (Vec::new(), Vec::new());
    for number in 0..CODES {
        let group = Group::ALL[number as usize % Group::ALL.len()];
        let code = kit.code(group, 1_000 + number * 7);
        let ways = match group {
            Group::Alcohol => ways_for_stamps(&code, &mut dice),
            Group::TobaccoPack => [ways_for_all(&code, &mut dice), ways_for_packs(&code)].concat(),
            _ => [ways_for_all(&code, &mut dice), ways_for_elements(&code, &mut dice)].concat(),
        };
        for (way, due, texts) in ways {
            for text in texts {
                let outcome = outcome(&kit.locate(&text));
                let row = table.entry(way).or_default();
                row[outcome as usize] += 1;
                match outcome {
                    Outcome::Unknown | Outcome::Forged => {
                        accused.push(format!("{way}: {group}: {text:?}: {outcome:?}"));
                    }
                    Outcome::Misread if due == Due::Read => {
                        row[4] += 1;
                        lost.push(format!("{way}: {group}: {text:?}"));
                    }
                    _ => {}
                }
            }
        }
    }
    let total: u32 = table.values().flat_map(|row| &row[..4]).sum();
    println!("| way | read | misread | unknown | forged | not read, but should be |\n|---|---|---|---|---|---|");
    for (way, [read, misread, unknown, forged, lost]) in &table {
        println!("| {way} | {read} | {misread} | {unknown} | {forged} | {lost} |");
    }
    println!("{total} texts, {} accused, {} not read", accused.len(), lost.len());
    let samples = |all: &[String]| {
        (0..all.len().min(40)).map(|at| all[at * all.len() / all.len().min(40)].clone()).collect::<Vec<_>>()
    };
    assert!(accused.is_empty(), "{:#?}", samples(&accused));
    assert!(lost.len() * 50 <= total as usize, "{:#?}", samples(&lost));
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The code with another tail.
fn with_tail(code: &str, tail: &str) -> String {
    format!("{}{tail}", &code[..code.len() - tail.len()])
}

/// Forged and invented codes of one order: the name of the kind, and the text.
fn forgeries(kit: &Kit, group: Group, place: u32, dice: &mut Dice) -> Vec<(&'static str, String)> {
    let (code, next) = (kit.code(group, place), kit.code(group, place + 1));
    let length = group.layout().tail.characters();
    let alphabet: &[u8] = match length {
        88 | 44 => BASE64,
        13 => b"0123456789ABCDEFGHJKLMNPQRSTUVWX",
        _ => BASE64_URL,
    };
    let padding = "=".repeat([0, 1, 2][usize::from(length == 44) + 2 * usize::from(length == 88)]);
    let random = format!("{}{padding}", dice.text(alphabet, length - padding.len()));
    let mut found = vec![
        ("random seal", with_tail(&code, &random)),
        ("seal of another code", with_tail(&code, &next[next.len() - length..])),
    ];
    let identified = |text: &str| if group == Group::Alcohol { format!("]Q1{text}") } else { format!("]d2{text}") };
    found.extend([
        ("random seal, scanned", identified(&found[0].1)),
        ("seal of another code, scanned", identified(&found[1].1)),
    ]);
    if length >= 44 {
        let at = code.len() - length + dice.next(length - 2);
        let new = char::from(*dice.pick(alphabet));
        if !code[at..].starts_with(new) {
            found.push(("one character of a long seal, scanned", identified(&ways::replaced(&code, at, new))));
        }
    }
    if group.layout().serial == SerialScheme::Long {
        let serial = dice.text(b"0123456789ABCDEFGHJKLMNPQRSTUVWX", 12);
        let invented = format!("{}{serial}{}", &code[..19], &code[31..]);
        found.extend([("random long serial, scanned", identified(&invented)), ("random long serial", invented)]);
        let serial = dice.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 12);
        found.push(("random serial of all letters", format!("{}{serial}{}", &code[..19], &code[31..])));
    }
    found
}

/// D1.2: codes that nobody issued are called what they are, as they were before anything was excused.
#[test]
fn forged_and_invented_codes_are_called_what_they_are_as_before() {
    let kit = Kit::new();
    let mut dice = Dice(8);
    let mut table: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for number in 0..4_000 {
        let group = Group::ALL[number as usize % Group::ALL.len()];
        for (kind, text) in forgeries(&kit, group, 50_000 + 3 * number, &mut dice) {
            let plain = match code::read(&text, Form::Auto, true) {
                Ok(read) => outcome(&kit.reader().place(read)),
                Err(_) => Outcome::Misread,
            };
            let row = table.entry(kind).or_default();
            row[0] += 1;
            row[1] += u32::from(plain >= Outcome::Unknown);
            row[2] += u32::from(outcome(&kit.locate(&text)) >= Outcome::Unknown);
        }
    }
    println!("| kind | texts | accused before | accused now |\n|---|---|---|---|");
    for (kind, [all, before, now]) in &table {
        println!("| {kind} | {all} | {before} | {now} |");
    }
    for (kind, [all, before, now]) in table {
        // Letters of one case, which say nothing of a short seal, are all that is lost; and nothing of what was scanned.
        let allowed = if kind.ends_with("scanned") { 500 } else { 100 };
        assert!((before - now.min(before)) * allowed <= all, "{kind}: {now} of {before}");
    }
}
