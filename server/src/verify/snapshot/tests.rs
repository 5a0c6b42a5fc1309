//! The snapshot on real servers: what it answers, and what it must never answer.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::PathBuf;
use std::time::Instant;

use marking::segment::{self, Segment, UnitState};
use marking::status::Status;

use super::*;
use crate::platform::db;
use stores::{Durability, Options, PrivateStores};

const GTIN: u64 = 4_870_001_234_560;

/// Private servers, a register with one order of 2,000 codes, and the snapshot over it.
struct Bench {
    servers: PrivateStores,
    folder: PathBuf,
    db: Pool,
    snapshot: Snapshot,
}

impl Bench {
    async fn new(name: &str) -> Self {
        let folder = PathBuf::from("/tmp").join(format!("tanba-snapshot-{name}-{}", std::process::id()));
        let options = Options { durability: Durability::Tests, ..Options::default() };
        let servers = PrivateStores::start_with(&folder, options).await.unwrap();
        let db = db::pool(&servers.addresses().database_url, 8).unwrap();
        db::migrate(&db).await.unwrap();
        db.get()
            .await
            .unwrap()
            .batch_execute(&format!(
                "INSERT INTO participant (bin, name_kk, name_ru, name_en, roles, created_at)
                     VALUES ('990140000012', 'Қазақ аяқ киімі', 'Казахская обувь', 'Kazakh Shoes', '{{producer}}', now());
                 INSERT INTO product (gtin, participant, product_group, trade_name_kk, trade_name_ru, trade_name_en,
                                      manufacturer, country, hs_code, state, created_at)
                     VALUES ({GTIN}, 1, 'shoes', 'Етік', 'Сапоги', 'Boots', 'Kazakh Shoes', 'KZ', '6403', 'published', now());
                 INSERT INTO code_order (id, gtin, participant, product_group, quantity, sequence, first_place, key_id, created_by, created_at, state, exported_at)
                     VALUES (gen_random_uuid(), {GTIN}, 1, 'shoes', 2000, 'gtin:0{GTIN}', 100, 'k001', gen_random_uuid(), now(), 'approved', now());
                 INSERT INTO particulars (order_number, number, produced_on) VALUES (1, 1, '2026-10-01');"
            ))
            .await
            .unwrap();
        let snapshot = open(&servers, &db);
        snapshot.0.shards.all()[0].link.wait().await.unwrap();
        Self { servers, folder, db, snapshot }
    }

    /// What another process would see.
    async fn stranger(&self) -> Snapshot {
        let snapshot = open(&self.servers, &self.db);
        snapshot.0.shards.all()[0].link.wait().await.unwrap();
        snapshot
    }

    /// Writes a state of one unit to PostgreSQL, with the next version, as a document would.
    async fn set(&self, index: u32, status: Status) {
        let (number, offset) = segment::segment_of(index);
        let client = self.db.get().await.unwrap();
        let (_, bytes) = truth::list_segments(&client, 1, 2_000, &[number]).await.unwrap().pop().unwrap();
        let mut segment = Segment::parse(&bytes).unwrap();
        segment.states_mut()[offset] = UnitState::new(status, 1).unwrap();
        let number = i32::try_from(number).unwrap();
        client
            .execute(
                "INSERT INTO segment (order_number, number, version, states) VALUES (1, $1, 1, $2)
                 ON CONFLICT (order_number, number) DO UPDATE SET version = segment.version + 1, states = excluded.states",
                &[&number, &&segment.to_bytes()[segment::VERSION_BYTES..]],
            )
            .await
            .unwrap();
    }

    /// The same, and the refresh that follows.
    async fn settle(&self, index: u32, status: Status) {
        self.set(index, status).await;
        self.snapshot.refresh_order(1, &[segment::segment_of(index).0]).await.unwrap();
    }

    async fn redis(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.servers.addresses().redis_url.as_str()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Everything that Redis holds, as a copy that can be put back.
    async fn copy(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut redis = self.redis().await;
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
        let mut copy = Vec::new();
        for key in keys {
            copy.push((key.clone(), redis::cmd("DUMP").arg(key).query_async(&mut redis).await.unwrap()));
        }
        copy
    }

    async fn put_back(&self, copy: &[(Vec<u8>, Vec<u8>)]) {
        let mut redis = self.redis().await;
        for (key, value) in copy {
            let () =
                redis::cmd("RESTORE").arg(key).arg(0).arg(value).arg("REPLACE").query_async(&mut redis).await.unwrap();
        }
    }

    async fn end(self) {
        self.servers.discard().await.unwrap();
        std::fs::remove_dir_all(self.folder).unwrap();
    }
}

fn at(order: u32, index: u32) -> UnitPlace {
    UnitPlace { order, index }
}

fn open(servers: &PrivateStores, db: &Pool) -> Snapshot {
    let config = Config::from(|_| None).unwrap();
    Snapshot::open(&config, &servers.addresses().redis_url, db.clone(), &MacKey::new(&[7; 32])).unwrap()
}

/// Waits for a condition; the test ends in failure if it never comes.
async fn until(is_so: impl AsyncFn() -> bool) {
    let patience = Duration::from_mins(1);
    let came = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(patience, came).await.expect("the condition never came");
}

async fn status(snapshot: &Snapshot, index: u32) -> Status {
    snapshot.unit(at(1, index)).await.unwrap().unwrap().state.status()
}

async fn commands(redis: &mut redis::aio::MultiplexedConnection) -> u64 {
    let info: String = redis::cmd("INFO").arg("stats").query_async(redis).await.unwrap();
    info.lines().find_map(|line| line.strip_prefix("total_commands_processed:")).unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_was_never_touched_is_emitted_and_what_was_never_issued_is_nothing() {
    let bench = Bench::new("untouched").await;
    assert_eq!(status(&bench.snapshot, 0).await, Status::Emitted);
    assert_eq!(status(&bench.snapshot, 1_999).await, Status::Emitted);
    assert!(bench.snapshot.unit(at(1, 2_000)).await.unwrap().is_none());
    assert!(bench.snapshot.unit(at(2, 0)).await.unwrap().is_none());
    assert!(bench.snapshot.unit(at(u32::MAX, u32::MAX)).await.unwrap().is_none());
    bench.end().await;
}

#[tokio::test]
async fn a_refresh_shows_a_change_and_its_particulars_to_every_process() {
    let bench = Bench::new("refresh").await;
    let other = bench.stranger().await;
    assert_eq!(status(&other, 7).await, Status::Emitted);
    bench.settle(7, Status::InCirculation).await;
    // Another process may go on for a moment with what it has just read.
    until(async || status(&other, 7).await == Status::InCirculation).await;
    for snapshot in [&bench.snapshot, &other] {
        let unit = snapshot.unit(at(1, 7)).await.unwrap().unwrap();
        assert_eq!(unit.state.status(), Status::InCirculation);
        assert_eq!(unit.particulars().unwrap().produced_on.unwrap().to_string(), "2026-10-01");
    }
    // Particulars that the other process's card does not have yet.
    let client = bench.db.get().await.unwrap();
    client
        .batch_execute("INSERT INTO particulars (order_number, number, recall_reason) VALUES (1, 2, '{\"kk\":\"желім\",\"ru\":\"glue\"}')")
        .await
        .unwrap();
    client
        .batch_execute("UPDATE segment SET version = 2, states = overlay(states placing '\\x2002' from 17)")
        .await
        .unwrap();
    bench.snapshot.refresh_order(1, &[0]).await.unwrap();
    let unit = async || other.unit(at(1, 8)).await.unwrap().unwrap();
    until(async || unit().await.state.status() != Status::Emitted).await;
    let unit = unit().await;
    assert_eq!(unit.particulars().unwrap().recall_reason.as_ref().unwrap().ru, "glue");
    bench.end().await;
}

#[tokio::test]
async fn many_units_are_asked_for_in_one_go_and_counted_by_state() {
    let bench = Bench::new("many").await;
    bench.settle(5, Status::InCirculation).await;
    bench.settle(1_500, Status::Sold).await;
    let places = [at(1, 5), at(9, 0), at(1, 1_500), at(1, 2_000), at(1, 6)];
    let units = bench.stranger().await.units(&places).await.unwrap();
    let found: Vec<_> = units.iter().map(|unit| unit.as_ref().map(|unit| unit.state.status())).collect();
    assert_eq!(found, [Some(Status::InCirculation), None, Some(Status::Sold), None, Some(Status::Emitted)]);
    let runs = [UnitRun { order: 1, first: 5, last: 5 }, UnitRun { order: 1, first: 1_000, last: 1_999 }];
    let census = bench.snapshot.census(&runs).await.unwrap();
    let counts: Vec<_> = census.iter().map(|(unit, count)| (unit.state.status(), *count)).collect();
    assert_eq!(counts, [(Status::Emitted, 999), (Status::InCirculation, 1), (Status::Sold, 1)]);
    bench.end().await;
}

#[tokio::test]
async fn a_place_of_a_sequence_leads_to_its_order_and_the_next_question_asks_nobody() {
    let bench = Bench::new("runs").await;
    let sequence = Sequence::Gtin(GTIN.try_into().unwrap());
    let (first, second) = (bench.stranger().await, bench.stranger().await);
    assert_eq!(first.run(sequence, 99).await.unwrap(), None);
    assert_eq!(first.run(sequence, 100).await.unwrap(), Some(at(1, 0)));
    assert_eq!(second.run(sequence, 2_099).await.unwrap(), Some(at(1, 1_999)));
    assert_eq!(first.run(sequence, 2_100).await.unwrap(), None);
    let mut redis = bench.redis().await;
    let before = commands(&mut redis).await;
    assert_eq!(first.run(sequence, 1_000).await.unwrap(), Some(at(1, 900)));
    assert_eq!(commands(&mut redis).await, before + 1, "only this count itself");
    bench.end().await;
}

#[tokio::test]
async fn a_known_unit_costs_one_round_trip_to_redis() {
    let bench = Bench::new("cost").await;
    bench.settle(7, Status::InCirculation).await;
    assert_eq!(status(&bench.snapshot, 7).await, Status::InCirculation);
    let mut redis = bench.redis().await;
    let before = commands(&mut redis).await;
    for _ in 0..100 {
        assert_eq!(status(&bench.snapshot, 7).await, Status::InCirculation);
    }
    let spent = commands(&mut redis).await - before;
    assert!(spent <= 2 * 100 + 10, "{spent}");
    bench.end().await;
}

/// A segment is read from PostgreSQL once, however many ask at the same moment.
#[tokio::test]
async fn a_thousand_askers_of_a_missing_segment_cost_one_query() {
    let bench = Bench::new("flight").await;
    assert_eq!(status(&bench.snapshot, 0).await, Status::Emitted);
    let mut client = bench.db.get().await.unwrap();
    let lock = client.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE segment IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let askers = (0..1_000).map(|index| {
        let snapshot = bench.snapshot.clone();
        tokio::spawn(async move { snapshot.unit(at(1, 1_016 + index % 900)).await.unwrap().unwrap() })
    });
    let askers: Vec<_> = askers.collect();
    let db = bench.db.get().await.unwrap();
    let waiting = async || -> i64 {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '-- verify::list_segments%' AND state = 'active'";
        db.query_one(waiting, &[]).await.unwrap().get(0)
    };
    until(async || waiting().await > 0).await;
    // Every asker has had its turn by now.
    for _ in 0..100 {
        tokio::task::yield_now().await;
        assert_eq!(waiting().await, 1);
    }
    drop(db);
    lock.commit().await.unwrap();
    for asker in askers {
        asker.await.unwrap();
    }
    bench.end().await;
}

/// R2
#[tokio::test]
async fn an_emptied_snapshot_fills_again_and_the_walk_brings_back_all_that_was_touched() {
    let bench = Bench::new("flush").await;
    bench.settle(7, Status::Sold).await;
    bench.settle(1_500, Status::InCirculation).await;
    let () = redis::cmd("FLUSHALL").query_async(&mut bench.redis().await).await.unwrap();
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    bench.snapshot.0.shards.all()[0].link.wait().await.unwrap();
    let rebuilt = bench.snapshot.rebuild().await.unwrap();
    // The answer before may have brought back its own segment.
    assert!(rebuilt.orders == 1 && (1..=2).contains(&rebuilt.segments), "{rebuilt:?}");
    assert_eq!(bench.snapshot.rebuild().await.unwrap().segments, 0);
    assert_eq!(status(&bench.snapshot, 1_500).await, Status::InCirculation);
    bench.end().await;
}

/// R2: an old copy of the snapshot, put back under a running service, is not believed for a single answer.
#[tokio::test]
async fn an_old_copy_put_back_is_never_believed() {
    let mut bench = Bench::new("stale").await;
    bench.settle(7, Status::InCirculation).await;
    assert_eq!(status(&bench.snapshot, 7).await, Status::InCirculation);
    let copy = bench.copy().await;
    bench.settle(7, Status::Sold).await;
    for round in 0..3 {
        bench.put_back(&copy).await;
        assert_eq!(status(&bench.snapshot, 7).await, Status::Sold, "round {round}");
        // The same without what this process holds.
        bench.snapshot.0.segments.invalidate_all();
        bench.snapshot.0.hot.forget_all();
        assert_eq!(status(&bench.snapshot, 7).await, Status::Sold, "round {round}");
        // A process that starts now has seen nothing, but the one that was there has opened another space by now.
        bench.snapshot.0.shards.all()[0].link.wait().await.unwrap();
        assert_eq!(status(&bench.stranger().await, 7).await, Status::Sold, "round {round}");
    }
    // And not by a server that starts with it.
    bench.servers.kill_redis();
    bench.servers.start_redis().await.unwrap();
    bench.put_back(&copy).await;
    assert_eq!(status(&bench.stranger().await, 7).await, Status::Sold);
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    // What the copy has brought is swept away.
    until(async || {
        let left = bench.copy().await;
        left.iter().all(|(key, _)| copy.iter().all(|(old, _)| old != key))
    })
    .await;
    bench.end().await;
}

impl Bench {
    /// Every key of Redis whose name has this in it.
    async fn keys(&self, part: &str) -> Vec<String> {
        redis::cmd("KEYS").arg(format!("*{part}*")).query_async(&mut self.redis().await).await.unwrap()
    }

    /// Changes what is under every key whose name has this in it, as somebody would who can reach Redis.
    async fn alter(&self, part: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) {
        let mut redis = self.redis().await;
        let keys = self.keys(part).await;
        assert!(!keys.is_empty(), "{part}");
        for key in keys {
            let value: Vec<u8> = redis::cmd("GET").arg(&key).query_async(&mut redis).await.unwrap();
            let () = redis::cmd("SET").arg(&key).arg(change(value)).query_async(&mut redis).await.unwrap();
        }
    }
}

/// X56: cards that somebody else has written, changed or moved to another key are as good as none.
#[tokio::test]
async fn a_card_that_the_service_did_not_write_is_not_believed() {
    let bench = Bench::new("forged-card").await;
    bench.settle(7, Status::Sold).await;
    let replaced = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes).contains("Boots");
        let at = bytes.windows(5).position(|part| part == b"Boots");
        assert_eq!(text, at.is_some());
        let mut forged = bytes;
        if let Some(at) = at {
            forged[at..at + 5].copy_from_slice(b"Water");
        }
        forged
    };
    bench.alter(":p:", replaced).await;
    let stranger = bench.stranger().await;
    assert_eq!(stranger.product(GTIN).await.unwrap().unwrap().trade_name.en, "Boots");
    // An order's card with a version so high that nothing replaces it.
    bench.alter(":o:", |bytes| [&[0x7f; 8], &bytes[8..]].concat()).await;
    let stranger = bench.stranger().await;
    assert_eq!(stranger.unit(at(1, 7)).await.unwrap().unwrap().order.quantity, 2_000);
    // A card without any tag.
    bench.alter(":m:", |_| br#"{"b":"990140000012","n":{"kk":"x","ru":"x","en":"x"}}"#.to_vec()).await;
    let stranger = bench.stranger().await;
    assert_eq!(stranger.participant(1).await.unwrap().unwrap().name.en, "Kazakh Shoes");
    bench.end().await;
}

/// X56: a run of a sequence that leads to another order.
#[tokio::test]
async fn a_run_that_the_service_did_not_write_leads_nowhere() {
    let bench = Bench::new("forged-run").await;
    let sequence = Sequence::Gtin(GTIN.try_into().unwrap());
    assert_eq!(bench.snapshot.run(sequence, 100).await.unwrap(), Some(at(1, 0)));
    let mut redis = bench.redis().await;
    for key in bench.keys(":r:").await {
        for forged in ["150,10,9", "[150,10,9]", "150,10,9,00112233445566778899aabbccddeeff"] {
            let () = redis::cmd("ZADD").arg(&key).arg(150).arg(forged).query_async(&mut redis).await.unwrap();
        }
    }
    assert_eq!(bench.stranger().await.run(sequence, 155).await.unwrap(), Some(at(1, 55)));
    bench.end().await;
}

/// X56: a mark that somebody else has set is one that was emptied, and never gets into PostgreSQL.
#[tokio::test]
async fn a_mark_that_the_service_did_not_write_opens_a_new_space_and_is_not_remembered() {
    let bench = Bench::new("forged-mark").await;
    bench.settle(7, Status::Sold).await;
    let spaces = bench.snapshot.spaces();
    for forged in ["9007199254740991", "9007199254740991:00112233445566778899aabbccddeeff", "", "x"] {
        bench.alter(":mark", |_| forged.as_bytes().to_vec()).await;
        assert_eq!(status(&bench.snapshot, 7).await, Status::Sold, "{forged}");
        bench.snapshot.0.shards.all()[0].link.wait().await.unwrap();
        let moved = bench.snapshot.refresh_order(1, &[0]).await.unwrap();
        assert!(moved.values().all(|mark| *mark < 1 << 53), "{moved:?}");
        assert_eq!(status(&bench.stranger().await, 7).await, Status::Sold, "{forged}");
    }
    assert_ne!(bench.snapshot.spaces(), spaces);
    bench.end().await;
}

/// X56: a segment carries no tag. The first who asks may be told something wrong, and soon nobody is.
#[tokio::test]
async fn a_forged_segment_is_found_when_it_is_asked_about_and_the_space_is_left() {
    let bench = Bench::new("forged-segment").await;
    bench.settle(7, Status::Sold).await;
    let other = bench.stranger().await;
    assert_eq!(status(&other, 7).await, Status::Sold);
    let good = UnitState::new(Status::InCirculation, 1).unwrap().to_bits().to_be_bytes();
    bench.alter(":s:", |bytes| [&u64::MAX.to_be_bytes(), good.repeat((bytes.len() - 8) / 2).as_slice()].concat()).await;
    until(async || status(&other, 7).await == Status::Sold).await;
    assert!(other.alterations() > 0);
    // Everybody else has left the space, too.
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    assert_eq!(status(&bench.stranger().await, 7).await, Status::Sold);
    // An older state of the segment, put back under its own key, is found by the walk, although nobody asks.
    let copy = bench.copy().await;
    let before = other.alterations() + bench.snapshot.alterations();
    bench.settle(7, Status::Returned).await;
    let old: Vec<_> = copy.into_iter().filter(|(key, _)| String::from_utf8_lossy(key).contains(":s:")).collect();
    bench.put_back(&old).await;
    let walked = bench.stranger().await;
    walked.inspect(&[(1, 0)]).await.unwrap();
    let found: u64 = [&walked, &other, &bench.snapshot].iter().map(|snapshot| snapshot.alterations()).sum();
    assert!(found > before, "{found}");
    assert_eq!(status(&walked, 7).await, Status::Returned);
    bench.end().await;
}

/// A4: an answer is of a moment, and everything before that moment is in it.
#[tokio::test]
async fn an_answer_is_never_of_a_later_moment_than_a_write_that_it_lacks() {
    let bench = Bench::new("as-of").await;
    bench.settle(7, Status::InCirculation).await;
    let as_of = async |snapshot: &Snapshot| {
        let unit = snapshot.unit(at(1, 7)).await.unwrap().unwrap();
        (unit.state.status(), unit.as_of)
    };
    // While a refresh waits, whatever this process reads of Redis is of a moment before it.
    bench.set(7, Status::Sold).await;
    let job = "INSERT INTO job (kind, payload) VALUES ('refresh-order', '{}')";
    bench.db.get().await.unwrap().batch_execute(job).await.unwrap();
    let committed = Instant::now();
    let mut seen = Vec::new();
    for _ in 0..60 {
        let (status, as_of) = as_of(&bench.snapshot).await;
        assert!(status == Status::Sold || as_of <= committed, "{status:?} {:?}", as_of - committed);
        seen.push(status);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(seen.contains(&Status::InCirculation), "Redis was read");
    bench.db.get().await.unwrap().batch_execute("DELETE FROM job").await.unwrap();
    bench.end().await;
}

/// A4: what a process has written itself it answers with at once, with Redis or without, and copies that it holds are no
/// excuse.
#[tokio::test]
async fn what_a_process_has_written_it_answers_with_at_once() {
    let mut bench = Bench::new("own").await;
    bench.settle(7, Status::InCirculation).await;
    let job =
        |segments: &[u32]| vec![crate::platform::jobs::RefreshOrder { order: 1, segments: segments.to_vec() }.into()];
    let mut turn = [Status::Sold, Status::Returned].into_iter().cycle();
    for round in 0..40 {
        // The segment is hot.
        for _ in 0..3 {
            status(&bench.snapshot, 7).await;
        }
        let next = turn.next().unwrap();
        bench.set(7, next).await;
        bench.snapshot.show(job(&[0])).await;
        assert_eq!(status(&bench.snapshot, 7).await, next, "{round}");
        assert_eq!(status(&bench.stranger().await, 7).await, next, "another process that holds no copy, {round}");
    }
    bench.servers.kill_redis();
    bench.set(7, Status::InCirculation).await;
    bench.snapshot.show(job(&[0])).await;
    assert_eq!(status(&bench.snapshot, 7).await, Status::InCirculation);
    bench.servers.start_redis().await.unwrap();
    bench.servers.pause_redis();
    bench.set(7, Status::Sold).await;
    bench.snapshot.show(job(&[0])).await;
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    bench.servers.resume_redis();
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    bench.end().await;
}

/// R2: a server that is stopped costs one short wait; then its link is closed, and nothing waits for it.
#[tokio::test]
async fn without_redis_the_answer_comes_from_postgresql_and_soon_from_redis_again() {
    let mut bench = Bench::new("no-redis").await;
    bench.settle(7, Status::InCirculation).await;
    bench.servers.pause_redis();
    assert_eq!(status(&bench.snapshot, 7).await, Status::InCirculation);
    let link = &bench.snapshot.0.shards.all()[0].link;
    assert!(link.live().is_none(), "the link is closed");
    bench.set(7, Status::Sold).await;
    assert!(bench.snapshot.refresh_order(1, &[0]).await.is_err());
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    bench.servers.resume_redis();
    bench.servers.kill_redis();
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    bench.servers.start_redis().await.unwrap();
    until(async || bench.snapshot.0.shards.all()[0].link.wait().await.is_some()).await;
    assert_eq!(status(&bench.snapshot, 7).await, Status::Sold);
    bench.end().await;
}

/// A refresh that could not be made is a job that waits: the snapshot is not believed meanwhile.
#[tokio::test]
async fn while_a_refresh_waits_postgresql_answers() {
    let bench = Bench::new("lag").await;
    bench.settle(7, Status::InCirculation).await;
    bench.set(7, Status::Sold).await;
    let job = "INSERT INTO job (kind, payload, attempts) VALUES ('refresh-order', '{}', 1)";
    bench.db.get().await.unwrap().batch_execute(job).await.unwrap();
    let fresh = bench.stranger().await;
    assert_eq!(status(&fresh, 7).await, Status::Sold);
    bench.db.get().await.unwrap().batch_execute("DELETE FROM job").await.unwrap();
    bench.end().await;
}

/// R3
#[tokio::test]
async fn without_postgresql_the_snapshot_answers_and_says_so_and_without_both_nobody_does() {
    let mut bench = Bench::new("no-postgres").await;
    bench.settle(7, Status::InCirculation).await;
    assert!(!bench.snapshot.is_reserve());
    bench.servers.kill_postgres();
    until(async || bench.snapshot.unit(at(1, 7)).await.is_ok() && bench.snapshot.is_reserve()).await;
    let unit = bench.snapshot.unit(at(1, 7)).await.unwrap().unwrap();
    assert_eq!(unit.state.status(), Status::InCirculation);
    assert!(bench.snapshot.product(GTIN).await.unwrap().is_some());
    assert!(bench.snapshot.participant(1).await.unwrap().is_some());
    assert!(bench.snapshot.is_reserve());
    // A segment that the snapshot lacks is not guessed.
    let error = bench.snapshot.unit(at(1, 1_500)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { slug: "store-unavailable", .. }), "{error}");
    bench.servers.kill_redis();
    // What was read a moment ago may answer for as long as it is kept.
    until(async || bench.snapshot.unit(at(1, 7)).await.is_err()).await;
    let error = bench.snapshot.unit(at(1, 7)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { slug: "store-unavailable", .. }), "{error}");
    bench.servers.start_postgres().await.unwrap();
    assert_eq!(status(&bench.snapshot, 7).await, Status::InCirculation);
    bench.end().await;
}

/// Another database on the same Redis server, under the same prefix, is another register.
#[tokio::test]
async fn a_register_made_anew_sees_nothing_of_the_old_one() {
    let bench = Bench::new("anew").await;
    bench.settle(7, Status::InCirculation).await;
    let client = bench.db.get().await.unwrap();
    client.batch_execute("CREATE DATABASE another").await.unwrap();
    let url = bench.servers.addresses().database_url.replace("/tanba?", "/another?");
    let another = db::pool(&url, 2).unwrap();
    db::migrate(&another).await.unwrap();
    let snapshot = open(&bench.servers, &another);
    snapshot.0.shards.all()[0].link.wait().await.unwrap();
    assert!(snapshot.unit(at(1, 7)).await.unwrap().is_none());
    another.close();
    bench.end().await;
}

/// D1.4
#[tokio::test]
async fn a_pack_holds_its_units_through_all_levels() {
    let bench = Bench::new("packs").await;
    let client = bench.db.get().await.unwrap();
    client
        .batch_execute(
            "INSERT INTO pack (sscc, level, owner, parent, packed_at) VALUES
                 (10, 'transport', 1, NULL, now()), (11, 'group', 1, 10, now()), (12, 'group', 1, 10, now());
             INSERT INTO pack_unit (order_number, unit_index, sscc)
                 SELECT 1, n, CASE WHEN n < 10 THEN 11 ELSE 12 END FROM generate_series(0, 19) n WHERE n <> 5",
        )
        .await
        .unwrap();
    let pack = bench.snapshot.pack(10).await.unwrap().unwrap();
    assert_eq!((pack.pack_count, pack.packs.as_slice(), pack.opened), (2, [11, 12].as_slice(), false));
    let runs = [UnitRun { order: 1, first: 0, last: 4 }, UnitRun { order: 1, first: 6, last: 19 }];
    assert_eq!(pack.units, runs);
    client.batch_execute("UPDATE pack SET opened_at = now() WHERE sscc = 12").await.unwrap();
    bench.snapshot.refresh_packs(&[12]).await.unwrap();
    assert!(bench.snapshot.pack(12).await.unwrap().unwrap().opened);
    assert!(bench.snapshot.pack(99).await.unwrap().is_none());
    bench.end().await;
}
