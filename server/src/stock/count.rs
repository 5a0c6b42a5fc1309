//! The walk of a check: answers from verify, holdings from the register, then judgement and comparison. Look-ups are
//! made for all codes at once. A register that is away costs a second at most and turns every yes into *unknown*.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use marking::gtin::Gtin;
use marking::sscc::Sscc;
use marking::verdict::{Judgement, NotFound};

use super::compare::{Difference, Expected, Item, Items, compare};
use super::judge::{Holding, MaySell, Why, judge};
use super::store;
use crate::codes::UnitPlace;
use crate::platform::problem::{Error, Result};
use crate::verify::Verify;
use crate::verify::{self, Answer};

/// The most units that are counted in packs: as many as a document may name.
const MAX_UNITS: u32 = 30_000;
/// The most lines that an answer tells one by one, and the most missing items.
const MAX_LINES: usize = 1_000;
/// How long the register may take to say whose goods are.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is to be checked.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// Codes as scanned: of units, and of packs.
    Codes(Vec<String>),
    /// What is inside a pack.
    Pack(Sscc),
}

/// What was expected.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// So many units of each of these goods.
    Quantities(BTreeMap<Gtin, u32>),
    /// The items of these codes.
    Codes(Vec<String>),
    /// What is inside a pack.
    Pack(Sscc),
}

/// One code, or one unit of a pack.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The code as sent; none for a unit of a pack.
    pub(super) code: Option<String>,
    /// What verify says; none when no store answered.
    pub(super) answer: Option<Answer>,
    /// Whose the goods are.
    pub(super) holding: Holding,
    /// May it be sold.
    pub(super) may: MaySell,
    /// Why not, and what else is odd.
    pub(super) why: Vec<Why>,
    /// The line on which the same thing stands before.
    pub(super) doubled_of: Option<usize>,
    /// What it stands for; the units inside, for a pack.
    items: Items,
    /// The moment that the answer is of.
    as_of: Option<DateTime<Utc>>,
}

/// What came of a check.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    /// One by one.
    pub(super) lines: Vec<Line>,
    /// Units of a large pack that are in the totals only.
    pub(super) lines_omitted: usize,
    /// By what may be done: units, where a pack stands for those inside.
    pub(super) totals: BTreeMap<MaySell, u32>,
    /// Lines that repeat another.
    pub(super) doubled: u32,
    /// Units by product.
    pub(super) present: BTreeMap<Gtin, u32>,
    /// Those of them that may be sold.
    pub(super) sellable: BTreeMap<Gtin, u32>,
    /// Against the expected delivery; none without one, or when no store could say what it holds.
    pub(super) difference: Option<Difference>,
    /// The missing items, as far as they are told one by one.
    pub(super) missing: Vec<(Item, Option<Answer>)>,
    /// The moment that the oldest of the answers is of; none when there is none.
    pub(super) as_of: Option<DateTime<Utc>>,
}

/// Checks what was asked for against the register and against what was expected.
pub(super) async fn count(state: &Verify, participant: i32, asked: Asked, wanted: Option<Wanted>) -> Result<Counted> {
    let (lines, wanted) = match asked {
        Asked::Codes(codes) => lines_of_codes(state, participant, codes, wanted).await?,
        Asked::Pack(sscc) => {
            let found = find_visible_pack(state, participant, sscc).await?;
            let holding = found.ok_or(Error::NotFound("unknown-pack"))?;
            let lines = lines_of_pack(state, participant, sscc, holding).await?;
            let expected = match wanted {
                None => None,
                Some(Wanted::Quantities(quantities)) => Some(Expected::Quantities(quantities)),
                Some(Wanted::Pack(sscc)) => expected_pack(state, participant, sscc).await?,
                Some(Wanted::Codes(codes)) => {
                    let texts: Vec<&str> = codes.iter().map(String::as_str).collect();
                    let answers = unless_away(verify::answer_many(state, &texts).await)?;
                    answers.map(|answers| expected_items(&codes, &answers))
                }
            };
            (lines, expected)
        }
    };
    let mut counted = tally(lines, wanted.as_ref());
    tell_missing(state, &mut counted).await?;
    Ok(counted)
}

/// An answer, or none when the stores behind it are away.
fn unless_away<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::Unavailable { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn lines_of_codes(
    state: &Verify,
    participant: i32,
    codes: Vec<String>,
    wanted: Option<Wanted>,
) -> Result<(Vec<Line>, Option<Expected>)> {
    let also: &[String] = if let Some(Wanted::Codes(codes)) = &wanted { codes } else { &[] };
    let texts: Vec<&str> = codes.iter().chain(also).map(String::as_str).collect();
    let Some(mut answers) = unless_away(verify::answer_many(state, &texts).await)? else {
        return Ok((codes.into_iter().map(silent_line).collect(), None));
    };
    let also = answers.split_off(codes.len());
    let packs: Vec<Sscc> = answers.iter().filter_map(closed_pack).collect();
    let places: Vec<UnitPlace> = answers.iter().filter_map(|answer| answer.place).collect();
    let holdings = Holdings::find(state, participant, &places, &packs).await?;
    let mut lines = Vec::with_capacity(codes.len());
    let mut room = MAX_UNITS;
    for (code, answer) in codes.into_iter().zip(answers) {
        let mut holding = answer.place.map_or(Holding::Unknown, |place| holdings.of_unit(place));
        let mut items = Items::new();
        if let Some(sscc) = closed_pack(&answer) {
            holding = holdings.of_pack(sscc);
            items = units_of_pack(state, sscc, &mut room).await?.unwrap_or_default();
        } else {
            let item = answer.place.map_or_else(|| Item::Text(code.clone()), Item::Unit);
            items.insert(item, answer.code.gtin);
        }
        let (may, why) = judge(&answer.judgement, holding);
        let as_of = answer.as_of;
        lines.push(Line { code: Some(code), answer: Some(answer), holding, may, why, doubled_of: None, items, as_of });
    }
    let expected = match wanted {
        None => None,
        Some(Wanted::Quantities(quantities)) => Some(Expected::Quantities(quantities)),
        Some(Wanted::Codes(codes)) => Some(expected_items(&codes, &also)),
        Some(Wanted::Pack(sscc)) => expected_pack(state, participant, sscc).await?,
    };
    Ok((lines, expected))
}

/// What is said of a code when no store answers: nothing.
fn silent_line(code: String) -> Line {
    let (may, why) = judge(&Judgement::of(NotFound::RegisterSilent), Holding::Unknown);
    let items = Items::from([(Item::Text(code.clone()), None)]);
    Line { code: Some(code), answer: None, holding: Holding::Unknown, may, why, doubled_of: None, items, as_of: None }
}

/// A pack that a code named and that was not taken apart.
fn closed_pack(answer: &Answer) -> Option<Sscc> {
    answer.pack.as_ref().filter(|pack| !pack.opened).map(|pack| pack.sscc)
}

/// The units of a pack, through all its levels; none when the stores are away. `room` is what may still be counted.
async fn units_of_pack(state: &Verify, sscc: Sscc, room: &mut u32) -> Result<Option<Items>> {
    let Some(card) = unless_away(state.snapshot.pack(sscc.number()).await)? else { return Ok(None) };
    let mut items = Items::new();
    for run in card.iter().flat_map(|card| &card.units) {
        let units = run.last - run.first + 1;
        *room = room.checked_sub(units).ok_or(Error::TooLarge("too-many-items"))?;
        let Some(order) = unless_away(state.snapshot.order(run.order).await)? else { return Ok(None) };
        let gtin = order.and_then(|order| Gtin::try_from(order.gtin).ok());
        items.extend((run.first..=run.last).map(|index| (Item::Unit(UnitPlace { order: run.order, index }), gtin)));
    }
    Ok(Some(items))
}

/// Whose a pack is, if the participant may know of it; others' packs are as unknown as those that don't exist (X4).
async fn find_visible_pack(state: &Verify, participant: i32, sscc: Sscc) -> Result<Option<Holding>> {
    let db = state.base.db.get().await?;
    let found = store::find_pack_holdings(&db, participant, &[sscc]).await?.remove(&sscc);
    Ok(found.filter(|holding| *holding != Holding::NotYours))
}

async fn lines_of_pack(state: &Verify, participant: i32, sscc: Sscc, holding: Holding) -> Result<Vec<Line>> {
    let items = units_of_pack(state, sscc, &mut MAX_UNITS.clone()).await?.ok_or_else(silent)?;
    if items.is_empty() {
        // Nothing inside, or taken apart: the pack itself is the only line.
        let answer = verify::answer(state, &format!("00{sscc}")).await?;
        let (may, why) = judge(&answer.judgement, holding);
        let as_of = answer.as_of;
        return Ok(vec![Line { code: None, answer: Some(answer), holding, may, why, doubled_of: None, items, as_of }]);
    }
    let mut lines = Vec::with_capacity(items.len());
    let items: Vec<_> = items.into_iter().collect();
    for piece in items.chunks(MAX_LINES) {
        let places: Vec<UnitPlace> = piece.iter().filter_map(|(item, _)| place_of(item)).collect();
        let answers = verify::answer_units(state, &places).await?;
        let holdings = Holdings::find(state, participant, &places, &[]).await?;
        for ((place, (item, gtin)), answer) in places.iter().zip(piece).zip(answers) {
            let holding = holdings.of_unit(*place);
            let silent = Judgement::of(NotFound::RegisterSilent);
            let (may, why) = judge(answer.as_ref().map_or(&silent, |answer| &answer.judgement), holding);
            let items = Items::from([(item.clone(), *gtin)]);
            let as_of = answer.as_ref().and_then(|answer| answer.as_of);
            // What is not told one by one need not be kept.
            let answer = answer.filter(|_| lines.len() < MAX_LINES);
            lines.push(Line { code: None, answer, holding, may, why, doubled_of: None, items, as_of });
        }
    }
    Ok(lines)
}

fn silent() -> Error {
    Error::Unavailable { slug: "register-unavailable", source: "no store tells what is in the pack".into() }
}

fn place_of(item: &Item) -> Option<UnitPlace> {
    if let Item::Unit(place) = item { Some(*place) } else { None }
}

/// The items of expected codes.
fn expected_items(codes: &[String], answers: &[Answer]) -> Expected {
    let item = |(code, answer): (&String, &Answer)| {
        (answer.place.map_or_else(|| Item::Text(code.clone()), Item::Unit), answer.code.gtin)
    };
    Expected::Items(codes.iter().zip(answers).map(item).collect())
}

/// The units of an expected pack; none when the register can't be asked about it.
async fn expected_pack(state: &Verify, participant: i32, sscc: Sscc) -> Result<Option<Expected>> {
    match unless_away(find_visible_pack(state, participant, sscc).await)? {
        None => Ok(None),
        Some(None) => Err(Error::field("expected.sscc", "field-unknown-pack")),
        Some(Some(_)) => Ok(units_of_pack(state, sscc, &mut MAX_UNITS.clone()).await?.map(Expected::Items)),
    }
}

/// Whose units and packs are; none when the register is away.
struct Holdings(Option<(HashMap<UnitPlace, Holding>, HashMap<Sscc, Holding>)>);

impl Holdings {
    async fn find(state: &Verify, participant: i32, places: &[UnitPlace], packs: &[Sscc]) -> Result<Self> {
        let ask = async {
            let db = state.base.db.get().await?;
            let units = store::find_unit_holdings(&db, participant, places).await?;
            let packs = store::find_pack_holdings(&db, participant, packs).await?;
            Ok((units, packs))
        };
        match tokio::time::timeout(PATIENCE, ask).await {
            Ok(found) => unless_away(found).map(Self),
            Err(_) => Ok(Self(None)),
        }
    }

    fn of_unit(&self, place: UnitPlace) -> Holding {
        let found = self.0.as_ref().and_then(|(units, _)| units.get(&place));
        found.copied().unwrap_or(Holding::Unknown)
    }

    fn of_pack(&self, sscc: Sscc) -> Holding {
        let found = self.0.as_ref().and_then(|(_, packs)| packs.get(&sscc));
        found.copied().unwrap_or(Holding::Unknown)
    }
}

/// Marks what is doubled or extra, and adds everything up.
fn tally(mut lines: Vec<Line>, expected: Option<&Expected>) -> Counted {
    let mut counted = Counted::default();
    let mut seen: HashMap<Item, usize> = HashMap::new();
    let mut present = Items::new();
    for (position, line) in lines.iter_mut().enumerate() {
        // A line is doubled when all that it stands for stands before.
        let before: Vec<_> = line.items.keys().map(|item| seen.get(item).copied()).collect();
        if !before.is_empty() && before.iter().all(Option::is_some) {
            line.doubled_of = before.into_iter().flatten().min();
            line.why.push(Why::Doubled);
            counted.doubled += 1;
            continue;
        }
        let fresh: Items =
            line.items.iter().filter(|(item, _)| !seen.contains_key(item)).map(|(i, g)| (i.clone(), *g)).collect();
        seen.extend(fresh.keys().map(|item| (item.clone(), position)));
        let units = u32::try_from(fresh.len()).unwrap_or(u32::MAX).max(1);
        *counted.totals.entry(line.may).or_default() += units;
        for gtin in fresh.iter().filter(|(item, _)| place_of(item).is_some()).filter_map(|(_, gtin)| *gtin) {
            *counted.present.entry(gtin).or_default() += 1;
            if line.may == MaySell::Yes {
                *counted.sellable.entry(gtin).or_default() += 1;
            }
        }
        present.extend(fresh);
    }
    counted.difference = expected.map(|expected| compare(&present, expected));
    if let Some(difference) = &counted.difference {
        for line in &mut lines {
            if line.items.keys().any(|item| difference.extra_items.contains(item)) {
                line.why.push(Why::Extra);
            }
        }
    }
    counted.as_of = lines.iter().filter_map(|line| line.as_of).min();
    counted.lines_omitted = lines.len().saturating_sub(MAX_LINES);
    lines.truncate(MAX_LINES);
    counted.lines = lines;
    counted
}

/// Names the missing items, as many as are told one by one.
async fn tell_missing(state: &Verify, counted: &mut Counted) -> Result<()> {
    let Some(difference) = &counted.difference else { return Ok(()) };
    let items: Vec<Item> = difference.missing_items.iter().take(MAX_LINES).cloned().collect();
    let places: Vec<UnitPlace> = items.iter().filter_map(place_of).collect();
    let answers = unless_away(verify::answer_units(state, &places).await)?.unwrap_or_default();
    let mut answers: HashMap<UnitPlace, Option<Answer>> = places.into_iter().zip(answers).collect();
    let told = |item: Item| {
        let answer = place_of(&item).and_then(|place| answers.remove(&place)).flatten();
        (item, answer)
    };
    counted.missing = items.into_iter().map(told).collect();
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn gtin() -> Gtin {
        "04870001234560".parse().unwrap()
    }

    fn unit(index: u32) -> Item {
        Item::Unit(UnitPlace { order: 1, index })
    }

    fn line(may: MaySell, items: &[Item]) -> Line {
        let items = items.iter().map(|item| (item.clone(), place_of(item).map(|_| gtin()))).collect();
        Line {
            code: None,
            answer: None,
            holding: Holding::Yours,
            may,
            why: vec![],
            doubled_of: None,
            items,
            as_of: None,
        }
    }

    #[test]
    fn the_same_unit_twice_counts_once() {
        let text = Item::Text("rubbish".into());
        let counted = tally(
            vec![
                line(MaySell::Yes, &[unit(1)]),
                line(MaySell::No, std::slice::from_ref(&text)),
                line(MaySell::Yes, &[unit(1)]),
                line(MaySell::No, &[text]),
            ],
            None,
        );
        assert_eq!(counted.totals, [(MaySell::Yes, 1), (MaySell::No, 1)].into());
        assert_eq!((counted.doubled, counted.present[&gtin()], counted.sellable[&gtin()]), (2, 1, 1));
        let doubled: Vec<_> = counted.lines.iter().map(|line| line.doubled_of).collect();
        assert_eq!(doubled, [None, None, Some(0), Some(1)]);
        assert_eq!(counted.lines[2].why, [Why::Doubled]);
    }

    #[test]
    fn a_pack_stands_for_its_units_and_a_unit_of_it_scanned_before_is_not_counted_again() {
        let pack = [unit(1), unit(2), unit(3)];
        let counted =
            tally(vec![line(MaySell::Yes, &[unit(2)]), line(MaySell::Yes, &pack), line(MaySell::No, &pack)], None);
        assert_eq!((counted.totals[&MaySell::Yes], counted.doubled, counted.present[&gtin()]), (3, 1, 3));
        assert_eq!(counted.lines[2].doubled_of, Some(0));
    }

    #[test]
    fn what_is_extra_is_said_on_its_line() {
        let expected = Expected::Items([(unit(1), Some(gtin())), (unit(7), Some(gtin()))].into());
        let counted = tally(vec![line(MaySell::Yes, &[unit(1)]), line(MaySell::Yes, &[unit(2)])], Some(&expected));
        assert!(counted.lines[0].why.is_empty());
        assert_eq!(counted.lines[1].why, [Why::Extra]);
        let difference = counted.difference.unwrap();
        assert_eq!((difference.missing_items, difference.extra), (vec![unit(7)], 1));
    }

    #[test]
    fn lines_of_a_large_pack_are_cut_and_its_totals_are_not() {
        let lines = (0..1_500).map(|index| line(MaySell::Yes, &[unit(index)])).collect();
        let counted = tally(lines, None);
        assert_eq!((counted.lines.len(), counted.lines_omitted, counted.present[&gtin()]), (1_000, 500, 1_500));
    }

    #[test]
    fn without_stores_no_code_is_judged() {
        let line = silent_line("0104870001234560213ABC".into());
        assert_eq!((line.may, line.why.as_slice()), (MaySell::Unknown, [Why::NotChecked].as_slice()));
    }
}
