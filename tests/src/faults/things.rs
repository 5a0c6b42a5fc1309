//! What clients send in fault tests, and how the same is found again in the register: as one line of text a thing, equal
//! on both sides.

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use server::service::Service;
use uuid::Uuid;

/// A thing in the register, as [`super::Ledger::faults`] wants it: kind, id, content.
pub type Stored = (String, Uuid, String);

/// A scan of a unit, as a phone sends it.
pub fn scan(id: Uuid, code: &str, taken_at: DateTime<Utc>, latitude: f64) -> Value {
    json!({
        "id": id, "code": code, "taken_at": taken_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "consent": "exact", "place": { "latitude": latitude, "longitude": 71.4306, "accuracy_metres": 25.0 },
        "verdict": "in-circulation",
    })
}

/// What of a scan must be found again. Latitudes tell them apart.
pub fn scan_content(ours: bool, index: i32, verdict: &str, latitude: f64) -> String {
    format!("ours={ours} index={index} verdict={verdict} latitude={latitude:.5}")
}

/// What of a report with one photo must be found again.
pub fn report_content(words: &str) -> String {
    format!("photos=1 {words}")
}

/// What of a decision must be found again: it stands under the alert's id.
pub fn decision_content(text: &str) -> String {
    format!("confirmed {text}")
}

/// The scans in the register.
pub async fn stored_scans(app: &Service) -> Vec<Stored> {
    let db = app.base.db.get().await.expect("PostgreSQL answers");
    let list = "SELECT id, order_number IS NOT NULL, unit_index, verdict, latitude FROM scan";
    let rows = db.query(list, &[]).await.expect("scans are listed");
    rows.iter()
        .map(|row| {
            let index: Option<i32> = row.get(2);
            let content = scan_content(row.get(1), index.unwrap_or(-1), row.get(3), row.get(4));
            ("scan".to_owned(), row.get(0), content)
        })
        .collect()
}

/// Everything in the register that a ledger knows of: scans, reports, sales, releases, decisions on alerts. A report
/// whose photo is not in the folder of photos is told as one without.
pub async fn stored(app: &Service) -> Vec<Stored> {
    let mut all = stored_scans(app).await;
    let db = app.base.db.get().await.expect("PostgreSQL answers");
    let mut find = async |kind: &str, list: &str| {
        let rows = db.query(list, &[]).await.expect("things are listed");
        all.extend(rows.iter().map(|row| (kind.to_owned(), row.get(0), row.get(1))));
    };
    find("sale", "SELECT id, kind || ' ' || units FROM document WHERE kind = 'sell'").await;
    find("release", "SELECT id, kind || ' ' || units FROM document WHERE kind = 'release'").await;
    let decisions = "SELECT alert_id, detail || ' ' || message FROM alert_event WHERE what = 'decided'";
    find("decision", decisions).await;
    let list = "SELECT report.id, words, array_remove(array_agg(path), NULL) FROM report
                LEFT JOIN report_photo ON report_id = report.id GROUP BY report.id";
    let photos = app.base.config.data_dir.join("photos");
    let is_kept = |path: &String| Path::new(&photos).join(path).metadata().is_ok_and(|file| file.len() > 0);
    for row in db.query(list, &[]).await.expect("reports are listed") {
        let paths: Vec<String> = row.get(2);
        let kept = paths.iter().filter(|path| is_kept(path)).count();
        all.push(("report".to_owned(), row.get(0), format!("photos={kept} {}", row.get::<_, String>(1))));
    }
    all
}
