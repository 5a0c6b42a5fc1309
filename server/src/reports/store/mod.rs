//! The tables of reports.

mod event;
mod link;
mod list;
mod photo;
mod push;
mod report;
mod retention;

pub(crate) use event::{Streamed, append_event, list_events, list_stream, newest_event};
pub(crate) use link::{Linked, delete_links, find_sighting, insert_links, list_candidates, list_links};
pub(crate) use list::{Filter, InCharge, Listed, list_reports};
pub(crate) use photo::{
    delete_photos, find_photo, insert_photos, list_pending, list_photos, list_strangers, note_pending, strike_pending,
};
pub(crate) use push::{NewPush, Push, delete_push, delete_push_of, find_push, find_push_by_id, list_push, upsert_push};
pub(crate) use report::{
    Hold, NewReport, Sent, Update, erase, find_by_number, find_by_token, find_day_key, find_sent, insert_report,
    insert_token, list_logins, next_sequence, update,
};
pub(crate) use retention::{
    close_as_deleted, coarsen, delete_day_keys, delete_tokens, list_exact, list_expired, list_unerased,
};
