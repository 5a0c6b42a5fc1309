//! What one network can do: it is one witness of a subject a day, counts once a day in a cell, and brings up so many new
//! alerts an hour. Networks are known by keyed hashes that hold for a day.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::rules::{Crowd, Mark, Network, Scan, Voices, mixed};
use super::store::{self, Cell};
use super::watch::Judged;
use crate::platform::clock;
use crate::platform::db::Transaction;
use crate::platform::problem::Result;
use crate::scans::KeptScan;

/// A mark, with what the rules about witnesses need to know of its scan.
pub(super) struct Left {
    /// Which scan of the batch left it.
    pub(super) scan: usize,
    pub(super) mark: Mark,
    pub(super) network: Network,
    /// The day on which it came in, in Kazakhstan.
    pub(super) day: NaiveDate,
    /// When it came in, in seconds since 1970.
    pub(super) received: i64,
}

/// The marks whose network may speak of their subject on their day. Their trails are held.
pub(super) async fn admitted(tx: &Transaction<'_>, marks: Vec<Left>) -> Result<Vec<Left>> {
    let key = |left: &Left| Voices::key(left.mark.subject, left.day.num_days_from_ce());
    let mut asked: BTreeMap<NaiveDate, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for left in marks.iter().filter(|left| left.mark.subject.is_witnessed()) {
        asked.entry(left.day).or_default().extend(Voices::keys(key(left), left.network));
    }
    let mut days = BTreeMap::new();
    for (day, keys) in asked {
        days.insert(day, Voices::new(store::read_voices(tx, day, &keys).await?));
    }
    let mut may_speak = |left: &Left| match days.get_mut(&left.day) {
        Some(voices) if left.mark.subject.is_witnessed() => voices.admits(key(left), left.network, left.mark.party),
        _ => true,
    };
    let admitted: Vec<Left> = marks.into_iter().filter(|left| may_speak(left)).collect();
    for (day, voices) in &days {
        store::write_voices(tx, *day, voices).await?;
    }
    Ok(admitted)
}

/// Leaves out new alerts beyond those that a network may bring up in an hour: their trails remember, and the next scan by
/// somebody else brings them up. What grows is never left out.
pub(super) async fn within_budgets(
    tx: &Transaction<'_>,
    judged: Vec<Judged>,
    network_and_hour: impl Fn(&Judged) -> (Network, i64),
) -> Result<Vec<Judged>> {
    let subjects: Vec<String> = judged.iter().map(|one| one.subject.to_string()).collect();
    if subjects.is_empty() {
        return Ok(judged);
    }
    let standing = store::list_standing(tx, &subjects).await?;
    let is_new = |one: &Judged| !standing.contains(&one.subject.to_string());
    let Some(hour) = judged.iter().filter(|one| is_new(one)).map(|one| network_and_hour(one).1).max() else {
        return Ok(judged);
    };
    let [most_near, most_wide] = store::ALERTS_AN_HOUR;
    let mut asked: BTreeMap<u64, (i32, i32)> = BTreeMap::new();
    for one in judged.iter().filter(|one| is_new(one)) {
        let (network, _) = network_and_hour(one);
        asked.entry(network.near).or_insert((0, most_near)).0 += 1;
        asked.entry(network.wide).or_insert((0, most_wide)).0 += 1;
    }
    let mut left = store::take_budgets(tx, hour, &asked).await?;
    let mut opened: BTreeMap<u64, i32> = BTreeMap::new();
    let (mut within, mut beyond) = (Vec::with_capacity(judged.len()), 0_u64);
    for one in judged {
        let (network, _) = network_and_hour(&one);
        let networks = [network.near, network.wide];
        if is_new(&one) {
            if networks.iter().any(|network| left.get(network).is_none_or(|left| *left <= 0)) {
                beyond += 1;
                continue;
            }
            for network in networks {
                left.entry(network).and_modify(|left| *left -= 1);
                *opened.entry(network).or_default() += 1;
            }
        }
        within.push(one);
    }
    store::note_opened(tx, hour, &opened).await?;
    metrics::counter!("tanba_alerts_held_back_total").increment(beyond);
    Ok(within)
}

/// Counts where people scan, and keeps what looks suspicious for hot spots: a network counts once a day in a cell, and
/// once as suspicious.
pub(super) async fn count(
    tx: &Transaction<'_>,
    kept: &[KeptScan],
    seen: &[Scan],
    networks: &HashMap<Uuid, Network>,
    suspicious: &BTreeSet<usize>,
) -> Result<()> {
    let placed: Vec<(usize, i64, NaiveDate)> = seen
        .iter()
        .enumerate()
        .filter_map(|(at, scan)| {
            let cell = u64::from(scan.place?.cell(Crowd::RESOLUTION)?).cast_signed();
            Some((at, cell, clock::local(kept[at].received_at).date_naive()))
        })
        .collect();
    let network = |at: usize| networks.get(&kept[at].id).copied().unwrap_or_default();
    let key = |at: usize, cell: i64, day: NaiveDate| mixed((cell, suspicious.contains(&at), day.num_days_from_ce()));
    let mut asked: BTreeMap<NaiveDate, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for (at, cell, day) in &placed {
        asked.entry(*day).or_default().extend(Voices::keys(key(*at, *cell, *day), network(*at)));
    }
    let mut days = BTreeMap::new();
    for (day, keys) in asked {
        days.insert(day, Voices::new(store::read_voices(tx, day, &keys).await?));
    }
    let mut cells: BTreeMap<(NaiveDate, i64, i64), Cell> = BTreeMap::new();
    let mut points = Vec::new();
    for (at, cell, received) in placed {
        let Some(voices) = days.get_mut(&received) else { continue };
        let (cell_today, network, party) = (key(at, cell, received), network(at), mixed(kept[at].id));
        // Each scan is a party of its own: only the first of a network counts. How much is scanned is counted by near
        // networks alone, since a wide one is half a city.
        let may_speak = if suspicious.contains(&at) {
            voices.admits(cell_today, network, party)
        } else {
            voices.admits_near(cell_today, network, party)
        };
        if !may_speak {
            continue;
        }
        let day = kept[at].taken_at.date_naive();
        let is_suspicious = suspicious.contains(&at);
        let all = cells.entry((day, cell, 0)).or_default();
        all.scans += 1;
        all.suspicious += i64::from(is_suspicious);
        if !is_suspicious {
            continue;
        }
        if let Some(gtin) = kept[at].gtin {
            cells.entry((day, cell, gtin)).or_default().suspicious += 1;
        }
        points.push((&kept[at], &seen[at]));
    }
    for (day, voices) in &days {
        store::write_voices(tx, *day, voices).await?;
    }
    store::add_cells(tx, &cells).await?;
    store::insert_suspicions(tx, &points).await
}
