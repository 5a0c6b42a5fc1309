//! What the worker does to the snapshot: refreshes what a job names, and walks over everything to find what no job
//! has named. Reads PostgreSQL, writes Redis; done twice it changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{
    Card, OrderCard, PackCard, ParticipantCard, ProductCard, Shard, Snapshot, link::Live, truth, units::segment_name,
    write,
};
use crate::platform::problem::{Error, Result};

/// Segments written by one script: a hundred kilobytes, a fraction of a millisecond of Redis' time.
const BATCH: usize = 64;
/// Cards dropped by one script.
const DROPS: usize = 1_000;
/// Orders looked at in one step of a walk.
const ORDERS: i64 = 64;

/// How far refreshes have moved the marks of the shards that they wrote to, by the name under which PostgreSQL remembers
/// them.
pub(crate) use crate::platform::jobs::Marks;

/// What a walk over the whole register has put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    /// Orders looked at.
    pub(crate) orders: u32,
    /// Segments that were missing or older.
    pub(crate) segments: u32,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

impl Snapshot {
    /// Writes segments of an order and its card anew.
    pub(crate) async fn refresh_order(&self, order: u32, segments: &[u32]) -> Result<Marks> {
        let card = truth::ask(&self.0.db, async |db| truth::find_order(db, order).await).await?;
        self.0.orders.invalidate(&order).await;
        self.forget_segments(order, segments).await;
        let Some(card) = card else { return Ok(Marks::new()) };
        let shard = self.0.shards.of(&OrderCard::name(order));
        let live = writable(shard).await?;
        // The card first: whoever reads a segment must find the particulars that its units point to.
        write::replace_card(&shard.link, &live, OrderCard::name(order), &card).await.map_err(away)?;
        let written = self.write_segments(shard, &live, order, card.quantity, segments).await;
        self.forget_segments(order, segments).await;
        written?;
        let mark = write::forget(&shard.link, &live, &[]).await.map_err(away)?;
        self.bring_cards(&card).await?;
        Ok(Marks::from([(live.register().to_owned(), mark)]))
    }

    /// Sees to it that the cards are there which answers about these units will need when PostgreSQL is away.
    async fn bring_cards(&self, order: &OrderCard) -> Result<()> {
        self.fetch::<ProductCard>(order.gtin).await?;
        let importers = order.particulars.iter().filter_map(|particulars| particulars.importer);
        let participants: BTreeSet<i32> = importers.chain([order.participant]).collect();
        for number in participants {
            self.fetch::<ParticipantCard>(number).await?;
        }
        Ok(())
    }

    /// Lets this process forget what it has read of segments a moment ago.
    async fn forget_segments(&self, order: u32, numbers: &[u32]) {
        for number in numbers {
            self.0.segments.invalidate(&(order, *number)).await;
            self.0.hot.forget(&(order, *number));
        }
    }

    async fn write_segments(
        &self,
        shard: &Shard,
        live: &Arc<Live>,
        order: u32,
        quantity: u32,
        numbers: &[u32],
    ) -> Result<u32> {
        let mut replaced = 0;
        for numbers in numbers.chunks(BATCH) {
            let found =
                truth::ask(&self.0.db, async |db| truth::list_segments(db, order, quantity, numbers).await).await?;
            let records: Vec<_> =
                found.into_iter().map(|(number, bytes)| (segment_name(order, number), bytes)).collect();
            if !records.is_empty() {
                replaced += write::replace(&shard.link, live, &records).await.map_err(away)?;
            }
        }
        Ok(replaced)
    }

    /// Drops a product's card.
    pub(crate) async fn refresh_product(&self, gtin: u64) -> Result<Marks> {
        let dropped = self.drop_cards(&[ProductCard::name(gtin)]).await;
        self.0.products.invalidate(&gtin).await;
        self.0.answers.clear();
        self.product(gtin).await?;
        dropped
    }

    /// Drops a participant's card.
    pub(crate) async fn refresh_participant(&self, number: i32) -> Result<Marks> {
        let dropped = self.drop_cards(&[ParticipantCard::name(number)]).await;
        self.0.participants.invalidate(&number).await;
        self.0.answers.clear();
        self.participant(number).await?;
        dropped
    }

    /// Drops cards of packs.
    pub(crate) async fn refresh_packs(&self, packs: &[u64]) -> Result<Marks> {
        let names: Vec<String> = packs.iter().map(|sscc| PackCard::name(*sscc)).collect();
        let dropped = self.drop_cards(&names).await;
        for sscc in packs {
            self.0.packs.invalidate(sscc).await;
        }
        dropped
    }

    async fn drop_cards(&self, names: &[String]) -> Result<Marks> {
        let mut by_shard: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for name in names {
            by_shard.entry(self.0.shards.number(name)).or_default().push(name);
        }
        let mut marks = Ok(Marks::new());
        for (number, names) in by_shard {
            let shard = &self.0.shards.all()[number];
            for names in names.chunks(DROPS) {
                match forget(shard, names).await {
                    Ok((register, mark)) => {
                        let _ = marks.as_mut().map(|marks| marks.insert(register, mark));
                    }
                    Err(error) => marks = Err(error),
                }
            }
        }
        marks
    }

    /// One step of a walk over every order: its card, and those of its segments that were ever touched, are written
    /// where they are missing or older. Orders whose shard is away are passed over: when it is back, it is another one, and
    /// the walk begins anew. At leisure one segment of each order is compared byte by byte. Returns the order to go on after;
    /// none at the end.
    pub(crate) async fn patrol(&self, after: u32, at_leisure: bool, rebuilt: &mut Rebuilt) -> Result<Option<u32>> {
        let started = Instant::now();
        let mut sample = Vec::new();
        let orders = truth::ask(&self.0.db, async |db| truth::list_orders(db, after, ORDERS).await).await?;
        for order in &orders {
            let shard = self.0.shards.of(&OrderCard::name(*order));
            let Some(live) = shard.link.live() else { continue };
            let Some(card) = truth::ask(&self.0.db, async |db| truth::find_order(db, *order).await).await? else {
                continue;
            };
            write::replace_card(&shard.link, &live, OrderCard::name(*order), &card).await.map_err(away)?;
            self.bring_cards(&card).await?;
            let versions = truth::ask(&self.0.db, async |db| truth::list_versions(db, *order).await).await?;
            for versions in versions.chunks(1_024) {
                let old = older_than(shard, &live, *order, versions).await?;
                rebuilt.segments += self.write_segments(shard, &live, *order, card.quantity, &old).await?;
            }
            rebuilt.orders += 1;
            let touched = versions.len();
            if touched > 0 {
                sample.push((*order, versions[self.0.asked.random() % touched].0));
            }
        }
        if at_leisure {
            self.inspect(&sample).await?;
        }
        rebuilt.elapsed += started.elapsed();
        Ok(orders.last().copied())
    }

    /// Walks over everything at once. Returns what was put right.
    #[cfg(test)]
    pub(crate) async fn rebuild(&self) -> Result<Rebuilt> {
        let mut rebuilt = Rebuilt::default();
        let mut after = 0;
        while let Some(next) = self.patrol(after, false, &mut rebuilt).await? {
            after = next;
        }
        Ok(rebuilt)
    }
}

async fn forget(shard: &Shard, names: &[&str]) -> Result<(String, u64)> {
    let live = writable(shard).await?;
    let mark = write::forget(&shard.link, &live, names).await.map_err(away)?;
    Ok((live.register().to_owned(), mark))
}

async fn writable(shard: &Shard) -> Result<Arc<Live>> {
    shard.link.wait().await.ok_or_else(|| away(super::link::Away))
}

/// Which of these segments the snapshot lacks, or holds in a lower version.
async fn older_than(shard: &Shard, live: &Arc<Live>, order: u32, versions: &[(u32, u64)]) -> Result<Vec<u32>> {
    let read = shard.link.read::<Vec<Vec<u8>>>(live, |pipe| {
        for (number, _) in versions {
            pipe.cmd("GETRANGE").arg(live.key(&segment_name(order, *number))).arg(0).arg(7);
        }
    });
    let (found, _) = read.await.map_err(away)?;
    let held = |bytes: Vec<u8>| bytes.try_into().ok().map(u64::from_be_bytes);
    let pairs = versions.iter().zip(found.into_iter().map(held));
    Ok(pairs.filter(|((_, version), held)| held.is_none_or(|held| held < *version)).map(|((n, _), _)| *n).collect())
}

fn away(_: super::link::Away) -> Error {
    Error::Unavailable { slug: "snapshot-unavailable", source: "Redis does not answer".into() }
}
