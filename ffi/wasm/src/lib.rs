//! The phone core for the browser: lift the arguments, call `mobile-core`, lower what it says. Objects go over as JSON values whose TypeScript types stand in `types.ts`; instants are RFC
//! 3339 texts, as `new Date().toISOString()` writes them.
//!
//! One page or worker holds one state: the root it trusts, the list of keys, the product cards. Errors are thrown as
//! `Error` with the slug as its message.

mod live;
mod outbox;

use std::cell::RefCell;

use chrono::{DateTime, NaiveDate, Utc};
use js_sys::JSON;
use locales::Language;
use mobile_core::key_list::{KeyRing, Taken};
use mobile_core::products::Products;
use mobile_core::scanned::Scanned;
use mobile_core::{card, offline, words};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.ts");

thread_local! {
    static RING: RefCell<Option<KeyRing>> = const { RefCell::new(None) };
    static PRODUCTS: RefCell<Products> = RefCell::default();
}

/// Reads a text as a scanner gave it or a person typed it; known faults of scanners are undone.
#[wasm_bindgen(unchecked_return_type = "Scanned")]
pub fn parse(text: &str) -> Result<JsValue, JsError> {
    lower(&Scanned::of(text))
}

/// Names the root that signs lists of keys: 64 hexadecimal digits. A list held under another root is dropped.
///
/// Keep the root of the first visit: a register that suddenly names another one is not to be believed.
#[wasm_bindgen(js_name = setRoot)]
pub fn set_root(root: &str) -> Result<(), JsError> {
    let mut bytes = [0; 32];
    hex(root, &mut bytes).ok_or_else(|| JsError::new("malformed"))?;
    let ring = KeyRing::new(bytes).map_err(|_| JsError::new("malformed"))?;
    RING.with_borrow_mut(|held| *held = Some(ring));
    Ok(())
}

/// Takes a list of keys that the register served just now: the bytes of `GET /v1/keys`.
///
/// Throws `no-root`, `too-long`, `malformed`, `wrong-signature`, `rollback` (a newer list is held) or `changed`.
#[wasm_bindgen(js_name = setKeyList, unchecked_return_type = "\"new\" | \"confirmed\"")]
pub fn set_key_list(bytes: &[u8], #[wasm_bindgen(js_name = nowIso)] now_iso: &str) -> Result<JsValue, JsError> {
    let now = instant(now_iso)?;
    with_ring(|ring| {
        let taken = ring.take_served(bytes, now).map_err(|refused| JsError::new(refused.slug()))?;
        Ok(JsValue::from_str(match taken {
            Taken::New => "new",
            Taken::Confirmed => "confirmed",
        }))
    })
}

/// How old the list of keys is; undefined when none is held.
#[wasm_bindgen(js_name = keyListAge, unchecked_return_type = "KeyListAge | undefined")]
pub fn key_list_age(#[wasm_bindgen(js_name = nowIso)] now_iso: &str) -> Result<JsValue, JsError> {
    let now = instant(now_iso)?;
    let age = RING.with_borrow(|ring| ring.as_ref().and_then(|ring| ring.age(now)));
    age.map_or(Ok(JsValue::UNDEFINED), |age| lower(&age))
}

/// Whether to ask the register for the list of keys, next time there is a connection.
#[wasm_bindgen(js_name = keyListIsDue)]
pub fn key_list_is_due(#[wasm_bindgen(js_name = nowIso)] now_iso: &str) -> Result<bool, JsError> {
    let now = instant(now_iso)?;
    Ok(RING.with_borrow(|ring| ring.as_ref().is_none_or(|ring| ring.is_due(now))))
}

/// What to keep over a reload: the list of keys with when it was confirmed.
#[wasm_bindgen(js_name = saveKeyList)]
pub fn save_key_list() -> Vec<u8> {
    RING.with_borrow(|ring| ring.as_ref().map(KeyRing::save).unwrap_or_default())
}

/// Takes back what `saveKeyList` gave, after `setRoot`. Throws as `setKeyList` does.
#[wasm_bindgen(js_name = restoreKeyList)]
pub fn restore_key_list(kept: &[u8]) -> Result<(), JsError> {
    with_ring(|ring| ring.restore(kept).map_err(|refused| JsError::new(refused.slug())))
}

/// Learns the product in an answer of the register, so that offline answers can name it.
#[wasm_bindgen(js_name = learnProduct)]
pub fn learn_product(
    #[wasm_bindgen(js_name = answerJson)] answer_json: &str,
    #[wasm_bindgen(js_name = nowIso)] now_iso: &str,
) -> Result<(), JsError> {
    let now = instant(now_iso)?;
    PRODUCTS.with_borrow_mut(|products| products.learn(answer_json, now)).map_err(|_| JsError::new("not-an-answer"))
}

/// What to keep over a reload: the product cards.
#[wasm_bindgen(js_name = saveProducts)]
pub fn save_products() -> Vec<u8> {
    PRODUCTS.with_borrow(Products::save)
}

/// Takes back what `saveProducts` gave.
#[wasm_bindgen(js_name = restoreProducts)]
pub fn restore_products(kept: &[u8]) {
    PRODUCTS.set(Products::restore(kept));
}

/// What can be said of a code without the register, as a card.
///
/// Its verdict is `issued`, `forged-seal`, `misread` or `unknown-offline`.
#[wasm_bindgen(js_name = judgeOffline, unchecked_return_type = "Card")]
pub fn judge_offline(
    text: &str,
    language: &str,
    #[wasm_bindgen(js_name = nowIso)] now_iso: &str,
) -> Result<JsValue, JsError> {
    let now = instant(now_iso)?;
    let answer = RING.with_borrow(|ring| {
        PRODUCTS.with_borrow(|products| match ring {
            Some(ring) => offline::judge(ring, products, text, now),
            None => offline::judge_without_keys(products, text),
        })
    });
    lower(&card::of_offline(&answer, spoken(language)))
}

/// What a screen shows for the body of a `/v1/verify` answer. Throws `not-an-answer`.
#[wasm_bindgen(unchecked_return_type = "Card")]
pub fn card(#[wasm_bindgen(js_name = answerJson)] answer_json: &str, language: &str) -> Result<JsValue, JsError> {
    let card = card::of_answer(answer_json, spoken(language)).map_err(|_| JsError::new("not-an-answer"))?;
    lower(&card)
}

/// The words for a key; the variables come as a JSON object.
///
/// A text or a number is given as it is, a date as `{"date": "2026-11-20"}`, an instant as `{"instant": "…"}`.
#[wasm_bindgen]
pub fn message(language: &str, key: &str, #[wasm_bindgen(js_name = argsJson)] args_json: &str) -> String {
    words::message(spoken(language), key, args_json)
}

/// A calendar date, `2026-11-20`, as people write it; what is no date comes back as it is.
#[wasm_bindgen(js_name = formatDate)]
pub fn format_date(language: &str, #[wasm_bindgen(js_name = dateIso)] date_iso: &str) -> String {
    let date: Option<NaiveDate> = date_iso.parse().ok();
    date.map_or_else(|| date_iso.to_owned(), |date| locales::format::date(spoken(language), date))
}

/// A day and time in Kazakhstan; what is no instant comes back as it is.
#[wasm_bindgen(js_name = formatInstant)]
pub fn format_instant(language: &str, #[wasm_bindgen(js_name = instantIso)] instant_iso: &str) -> String {
    let at = instant(instant_iso);
    at.map_or_else(|_| instant_iso.to_owned(), |at| locales::format::instant(spoken(language), at))
}

/// A number with its thousands apart.
#[wasm_bindgen(js_name = formatNumber)]
pub fn format_number(language: &str, value: f64) -> String {
    locales::format::number(spoken(language), value)
}

/// How long ago or ahead an instant lies; what is no instant comes back as it is.
#[wasm_bindgen(js_name = formatRelative)]
pub fn format_relative(
    language: &str,
    #[wasm_bindgen(js_name = instantIso)] instant_iso: &str,
    #[wasm_bindgen(js_name = nowIso)] now_iso: &str,
) -> String {
    match (instant(instant_iso), instant(now_iso)) {
        (Ok(at), Ok(now)) => locales::format::relative(spoken(language), at, now),
        _ => instant_iso.to_owned(),
    }
}

fn with_ring<T>(act: impl FnOnce(&mut KeyRing) -> Result<T, JsError>) -> Result<T, JsError> {
    RING.with_borrow_mut(|ring| act(ring.as_mut().ok_or_else(|| JsError::new("no-root"))?))
}

/// The language of a tag; the state language for one that is not ours.
fn spoken(tag: &str) -> Language {
    tag.parse().unwrap_or_default()
}

fn instant(text: &str) -> Result<DateTime<Utc>, JsError> {
    text.parse().map_err(|_| JsError::new("not-an-instant"))
}

fn hex(text: &str, bytes: &mut [u8; 32]) -> Option<()> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(())
}

/// A value as a JavaScript object.
fn lower(value: &impl Serialize) -> Result<JsValue, JsError> {
    let json = serde_json::to_string(value)?;
    JSON::parse(&json).map_err(|_| JsError::new("unspeakable"))
}
