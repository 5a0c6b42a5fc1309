//! The tables of reports.

mod event;
mod link;
mod list;
mod photo;
mod report;
mod retention;

pub(crate) use event::{append_event, list_events};
pub(crate) use link::{Linked, count_links, insert_links, list_candidates, list_links, lock};
pub(crate) use list::{Filter, InCharge, Listed, list_reports};
pub(crate) use photo::{delete_photos, find_photo, insert_photos, list_photos, list_strangers};
pub(crate) use report::{
    NewReport, Sent, Update, erase, find_by_number, find_by_token, find_inspector_region, find_sent, insert_report,
    insert_token, next_sequence, update,
};
pub(crate) use retention::{close_as_deleted, coarsen, delete_tokens, list_exact, list_expired, list_unerased};
