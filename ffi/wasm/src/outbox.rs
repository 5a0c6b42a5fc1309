//! What waits to be sent, as far as it is decided without waiting: `outbox.js` puts a storage around it.
//!
//! Values go over as JSON texts, and what the storage has to change comes back as one:
//! `{"put": [[key, text]], "remove": [key]}`. Photos stay on the other side.

use mobile_core::outbox::{Changes, Entry, KeptReport, NewReport, NewScan, NotKept, Outbox, Outcome, Parcel, Waiting};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use super::{instant, lower};

/// What is decided of the outbox. `Outbox` of `outbox.js` is what an app opens.
#[wasm_bindgen]
#[derive(Clone)]
pub struct OutboxState(Outbox);

#[derive(Deserialize)]
struct Stored {
    records: Vec<(String, String)>,
    photos: Vec<String>,
}

#[derive(Serialize)]
struct Changed {
    put: Vec<(String, String)>,
    remove: Vec<String>,
}

#[wasm_bindgen]
impl OutboxState {
    /// Goes on with what the storage holds, and tells what is to be changed in it.
    #[wasm_bindgen(unchecked_return_type = "[OutboxState, string]", skip_typescript)]
    pub fn open(stored: &str) -> Result<Vec<JsValue>, JsError> {
        let Stored { records, photos } = read(stored)?;
        let entry = |(key, text): (String, String)| Entry { key, bytes: text.into_bytes() };
        let (outbox, changes) = Outbox::open(&records.into_iter().map(entry).collect::<Vec<_>>(), &photos);
        Ok(vec![Self(outbox).into(), told(changes)?.into()])
    }

    /// The same once more, to try a change that the storage may not take.
    #[wasm_bindgen(skip_typescript)]
    pub fn copy(&self) -> Self {
        self.clone()
    }

    /// Keeps a scan: the register's `NewScan`.
    #[wasm_bindgen(js_name = keepScan, skip_typescript)]
    pub fn keep_scan(&mut self, scan: &str) -> Result<String, JsError> {
        let scan: NewScan = read(scan)?;
        told(self.0.keep_scan(&scan).map_err(refused)?)
    }

    /// Keeps a report; the keys of its photos come first in `put`, each with an empty text.
    #[wasm_bindgen(js_name = keepReport, skip_typescript)]
    pub fn keep_report(&mut self, report: &str, sizes: &[usize]) -> Result<String, JsError> {
        let report: NewReport = read(report)?;
        let kept = self.0.keep_report_sized(&report, sizes).map_err(refused)?;
        let entry = |key| Entry { key, bytes: Vec::new() };
        let put = |KeptReport { photos, record }| photos.into_iter().map(entry).chain([record]).collect();
        told(Changes { put: kept.map(put).unwrap_or_default(), remove: Vec::new() })
    }

    /// The next thing to send, if one is due.
    #[wasm_bindgen(skip_typescript)]
    pub fn next(&mut self, now: &str) -> Result<JsValue, JsError> {
        let parcel: Option<Parcel> = self.0.next(instant(now)?);
        parcel.map_or(Ok(JsValue::UNDEFINED), |parcel| lower(&parcel))
    }

    /// Notes what the status of an answer says of a parcel; 0 when there was no answer.
    #[wasm_bindgen(skip_typescript)]
    pub fn settle(
        &mut self,
        number: f64,
        status: u16,
        retry_after: Option<u32>,
        now: &str,
        chance: u32,
    ) -> Result<String, JsError> {
        let outcome = Outcome::of_status(status, retry_after);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number that we gave out")]
        told(self.0.settle(number as u64, outcome, instant(now)?, chance.into()))
    }

    /// When to ask for the next thing to send, in milliseconds since 1970.
    #[wasm_bindgen(js_name = dueAt, skip_typescript)]
    pub fn due_at(&self, now: &str) -> Result<Option<f64>, JsError> {
        #[allow(clippy::cast_precision_loss, reason = "exact for the next three hundred thousand years")]
        Ok(self.0.due_at(instant(now)?).map(|at| at.timestamp_millis() as f64))
    }

    /// Everything that waits, in order.
    #[wasm_bindgen(skip_typescript)]
    pub fn waiting(&self) -> Result<JsValue, JsError> {
        let waiting: Vec<Waiting> = self.0.waiting();
        lower(&waiting)
    }

    /// Throws something away.
    #[wasm_bindgen(skip_typescript)]
    pub fn discard(&mut self, id: &str) -> Result<String, JsError> {
        told(self.0.discard(id))
    }

    /// Records that could not be read.
    #[wasm_bindgen(skip_typescript)]
    pub fn damaged(&self) -> u32 {
        self.0.damaged()
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, JsError> {
    serde_json::from_str(text).map_err(|_| JsError::new("malformed"))
}

fn refused(not_kept: NotKept) -> JsError {
    JsError::new(not_kept.slug())
}

fn told(changes: Changes) -> Result<String, JsError> {
    let text = |entry: Entry| (entry.key, String::from_utf8_lossy(&entry.bytes).into_owned());
    let told = Changed { put: changes.put.into_iter().map(text).collect(), remove: changes.remove };
    Ok(serde_json::to_string(&told)?)
}
