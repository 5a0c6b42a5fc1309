//! The tables of alerts.

mod alert;
mod cell;
mod event;
mod list;
mod trail;
mod voice;

pub(crate) use alert::{
    Grown, Kept, NewAlert, Update, coarsen_alerts, find_alert, find_alert_now, find_trail_state, open_or_grow, refute,
    update,
};
pub(crate) use cell::{
    Cell, HotCell, Point, add_cells, add_tally, forget_cells, insert_suspicions, list_cells, list_points, read_crowd,
    read_lessons,
};
pub(crate) use event::{
    Event, Happened, Linked, What, append_happened, find_event, insert_link, list_events, list_links, list_stream,
    newest_event, reports_exist,
};
pub(crate) use list::{Filter, InCharge, Order, list_alerts, list_of_report};
pub(crate) use trail::{coarsen_trails, forget_trails, take_trails, write_trails};
pub(crate) use voice::{
    ALERTS_AN_HOUR, find_key, forget_voices, list_standing, note_opened, read_voices, take_budgets, write_voices,
};
