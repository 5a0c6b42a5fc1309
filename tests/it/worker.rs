//! The worker survives its jobs: an attempt is counted before the work, a panic is a failed attempt, and what fails too
//! often is put aside where an operator finds it.

use serde_json::{Value, json};
use server::service::work::{self, Settled};
use tests::TestApp;

use crate::alerts::{ALMATY, import, scan, send, send_from};
use crate::people::People;

async fn number(app: &TestApp, sql: &str) -> i64 {
    app.app.base.db.get().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
}

async fn execute(app: &TestApp, sql: &str) {
    app.app.base.db.get().await.unwrap().batch_execute(sql).await.unwrap();
}

/// Lets time pass for jobs: what waits for its next attempt is due, leases have run out.
async fn settle_all(app: &TestApp) -> Settled {
    let mut total = Settled::default();
    for _ in 0..40 {
        execute(app, "UPDATE job SET run_at = least(run_at, now()), held_until = held_until - interval '1 hour'").await;
        let settled = work::settle(&app.app).await.unwrap();
        total.done += settled.done;
        total.failed += settled.failed;
        if number(app, "SELECT count(*) FROM job").await == 0 {
            break;
        }
    }
    total
}

/// A register with goods, one of which no worker can judge: reading what is remembered of it panics.
struct Poisoned {
    people: People,
    codes: Vec<String>,
}

impl Poisoned {
    async fn open() -> Self {
        let people = People::gather().await;
        let app = people.app();
        import(app).await;
        let order = people.trade.goods(60).await;
        let codes = people.trade.codes(order).await;
        work::settle(&app.app).await.unwrap();
        let poison = "INSERT INTO trail (subject, state, last_on)
            SELECT 'unit:' || number || ':0', '[\"no trail\"]', current_date FROM code_order";
        execute(app, poison).await;
        Self { people, codes }
    }

    fn app(&self) -> &TestApp {
        self.people.app()
    }

    /// Scans of all goods, the poisoned one among them, in one request.
    async fn scan_all(&self) {
        let now = self.app().app.base.clock.now();
        let scans: Vec<Value> =
            self.codes.iter().zip(1..).map(|(code, device)| scan(now, code, device, 0, ALMATY)).collect();
        send_from(self.app(), "203.0.113.9", &scans).await;
    }
}

const JUDGED: &str = "SELECT count(*) FROM trail WHERE subject LIKE 'unit:%' AND state->>'n' = '1'";

/// Waits until a running worker has judged so many units. Jobs that failed fewer than `patient` times need not wait for
/// their next attempt.
async fn await_judged(app: &TestApp, wanted: i64, patient: i32) {
    let due = format!("UPDATE job SET run_at = now() WHERE run_at > now() AND attempts < {patient}");
    for _ in 0..6_000 {
        if number(app, JUDGED).await >= wanted {
            return;
        }
        execute(app, &due).await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let jobs = number(app, "SELECT count(*) FROM job").await;
    panic!("{} of {wanted} judged, {jobs} jobs left", number(app, JUDGED).await);
}

/// X41
#[tokio::test]
async fn one_scan_that_no_worker_can_judge_ends_on_the_dead_list_and_takes_none_of_its_batch_along() {
    let case = Poisoned::open().await;
    let app = case.app();
    case.scan_all().await;
    // More jobs, which share the first attempt's transaction.
    for code in &case.codes[1..7] {
        send(app, &[scan(app.app.base.clock.now(), code, 99, 0, ALMATY)]).await;
    }
    let settled = settle_all(app).await;
    assert!(settled.failed > 0);
    assert_eq!(number(app, "SELECT count(*) FROM job").await, 0);
    assert_eq!(number(app, "SELECT sum((state->>'n')::bigint)::bigint FROM trail WHERE jsonb_typeof(state) = 'object' AND subject LIKE 'unit:%'").await, 59 + 6, "each once");
    let dead = case.people.get(Some("operator"), "/v1/jobs/dead").await.expect(200).json;
    let items = dead["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{dead}");
    let job = &items[0];
    let told = (&job["kind"], &job["things"], &job["attempts"], &job["may_be_dropped"]);
    assert_eq!(told, (&json!("judge-scans"), &json!(1), &json!(10), &json!(true)));
    let ready = app.admin("/readyz").await.expect(200).json;
    assert_eq!(ready["dead_jobs"], 1, "{ready}");

    // Its cause is mended: the operator lets it be tried again, and it counts once like the others.
    execute(app, "DELETE FROM trail WHERE jsonb_typeof(state) = 'array'").await;
    let path = format!("/v1/jobs/dead/{}/retry", job["id"]);
    case.people.post(Some("operator"), &path, &json!({})).await.expect(200);
    case.people.post(Some("operator"), &path, &json!({})).await.expect(404);
    assert_eq!(settle_all(app).await.failed, 0);
    assert_eq!(number(app, &format!("{JUDGED} AND subject LIKE '%:0'")).await, 1);
    let audited = "SELECT count(*) FROM audit WHERE action = 'jobs.retry' AND actor LIKE 'account:%'";
    assert_eq!(number(app, audited).await, 1);
    assert_eq!(app.admin("/readyz").await.expect(200).json["dead_jobs"], 0);
}

/// X41
#[tokio::test]
async fn a_job_that_kills_its_worker_is_counted_and_the_next_worker_goes_on() {
    let case = Poisoned::open().await;
    let app = case.app();
    case.scan_all().await;
    // What is left of a worker that died in the middle, again and again: the attempt is counted, no result is recorded.
    for _ in 0..12 {
        let died = "UPDATE job SET attempts = attempts + 1, held_until = now() - interval '1 second' WHERE attempts = (SELECT max(attempts) FROM job)";
        execute(app, died).await;
    }
    // A lease that has not run out keeps other workers away, and no longer.
    execute(app, "UPDATE job SET held_until = now() + interval '1 second'").await;
    settle_all(app).await;
    assert_eq!(number(app, JUDGED).await, 59, "its batch was judged in parts");
    assert_eq!(number(app, "SELECT count(*) FROM dead_job WHERE kind = 'judge-scans'").await, 1);
    // A single one that only ever kills is put aside before it is begun again.
    let kills = "INSERT INTO job (kind, payload, attempts, held_until)
        VALUES ('judge-sale', '{\"seller\":1,\"at\":0,\"units\":[]}', 10, now() - interval '1 second')";
    execute(app, kills).await;
    settle_all(app).await;
    assert_eq!(number(app, "SELECT count(*) FROM dead_job WHERE kind = 'judge-sale'").await, 1);
}

/// X41
#[tokio::test]
async fn a_failed_job_is_done_by_a_running_worker_as_soon_as_its_cause_is_gone() {
    let case = Poisoned::open().await;
    let app = case.app();
    let worker = work::start(app.app.clone());
    case.scan_all().await;
    // While its cause is there it fails again and again, but not so often that it is put aside.
    await_judged(app, 59, 5).await;
    execute(app, "DELETE FROM trail WHERE jsonb_typeof(state) = 'array'").await;
    await_judged(app, 60, i32::MAX).await;
    worker.stop().await;
    let metrics = app.admin("/metrics").await.expect(200);
    let text = String::from_utf8_lossy(&metrics.bytes).into_owned();
    assert!(text.contains("tanba_jobs_oldest_seconds{lane=\"scans\"}"), "{text}");
    assert_eq!(number(app, "SELECT count(*) FROM dead_job").await, 0);
}

/// A scan that is not found and not removed by retention either, as while its partition is made, is tried again.
#[tokio::test]
async fn a_scan_that_is_not_found_is_not_lost() {
    let people = People::gather().await;
    let app = people.app();
    let order = people.trade.goods(2).await;
    let codes = people.trade.codes(order).await;
    work::settle(&app.app).await.unwrap();
    send(app, &[scan(app.app.base.clock.now(), &codes[0], 1, 0, ALMATY)]).await;
    execute(app, "CREATE TABLE away AS TABLE scan; DELETE FROM scan").await;
    let settled = work::settle(&app.app).await.unwrap();
    assert_eq!((settled.done, settled.failed > 0), (0, true));
    assert_eq!(number(app, "SELECT count(*) FROM job WHERE kind = 'judge-scans'").await, 1);
    execute(app, "INSERT INTO scan SELECT * FROM away; UPDATE job SET run_at = now()").await;
    assert_eq!(work::settle(&app.app).await.unwrap(), Settled { done: 1, failed: 0 });
    assert_eq!(number(app, JUDGED).await, 1);
}

/// X41
#[tokio::test]
async fn an_operator_drops_what_nobody_needs_and_no_refresh_of_the_snapshot() {
    let people = People::gather().await;
    let app = people.app();
    work::settle(&app.app).await.unwrap();
    let broken = "INSERT INTO job (kind, payload, attempts) VALUES
        ('refresh-order', '{\"nonsense\": 1}', 9), ('tell-alert', '{\"nonsense\": 1}', 9)";
    execute(app, broken).await;
    settle_all(app).await;
    let dead = people.get(Some("operator"), "/v1/jobs/dead?limit=1").await.expect(200).json;
    assert!(dead["next_cursor"].is_string(), "{dead}");
    let dead = people.get(Some("operator"), "/v1/jobs/dead").await.expect(200).json;
    let id =
        |kind: &str| dead["items"].as_array().unwrap().iter().find(|job| job["kind"] == kind).unwrap()["id"].clone();
    let path = |kind: &str| format!("/v1/jobs/dead/{}/drop", id(kind));
    let refused = people.post(Some("operator"), &path("refresh-order"), &json!({})).await.expect(409);
    assert_eq!(refused.slug(), "job-needed");
    people.post(Some("operator"), &path("tell-alert"), &json!({})).await.expect(200);
    assert_eq!(number(app, "SELECT count(*) FROM dead_job").await, 1);
    assert_eq!(number(app, "SELECT count(*) FROM audit WHERE action = 'jobs.drop' AND result = 'done'").await, 1);
    for path in ["/v1/jobs/dead/x/drop", "/v1/jobs/dead/-1/retry", "/v1/jobs/dead/99999999999999999999/drop"] {
        assert_eq!(people.post(Some("operator"), path, &json!({})).await.expect(400).slug(), "malformed-path");
    }
}
