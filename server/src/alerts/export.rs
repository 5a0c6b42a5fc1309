//! Alerts as CSV, for spreadsheets: UTF-8 with a mark for those that guess otherwise, no cell that would be run (X27).

use locales::Language;

use super::case::Decision;
use super::store::Kept;
use super::words;
use crate::codes::push_cell;

/// The first line.
const HEADER: &str = "id,kind,summary,score,state,decision,region,latitude,longitude,accuracy_metres,gtin,product,order,\
    index,scans,devices,opened_at,grown_at,decided_at\r\n";

/// A table of alerts.
pub(super) fn csv(alerts: &[Kept], language: Language) -> String {
    let mut text = format!("\u{feff}{HEADER}");
    for alert in alerts {
        let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let names = alert.names.as_ref().map(|[kk, ru, en]| match language {
            Language::Kk => kk,
            Language::Ru => ru,
            Language::En => en,
        });
        let cells = [
            alert.id.to_string(),
            words::kind(language, alert.kind),
            alert.findings.first().map(|finding| words::finding(language, finding)).unwrap_or_default(),
            format!("{:.4}", alert.score),
            alert.state.slug().to_owned(),
            alert.decision.map(Decision::slug).unwrap_or_default().to_owned(),
            alert.charge.region.clone().unwrap_or_default(),
            number(alert.place.map(|place| place.latitude)),
            number(alert.place.map(|place| place.longitude)),
            number(alert.place.map(|place| f64::from(place.accuracy_metres))),
            alert.gtin.map(|gtin| format!("{gtin:014}")).unwrap_or_default(),
            names.cloned().unwrap_or_default(),
            alert.order.map(|order| order.to_string()).unwrap_or_default(),
            alert.index.map(|index| index.to_string()).unwrap_or_default(),
            alert.scans.to_string(),
            alert.devices.to_string(),
            alert.opened_at.to_rfc3339(),
            alert.grown_at.to_rfc3339(),
            alert.decided_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        ];
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            push_cell(cell, &mut text);
        }
        text.push_str("\r\n");
    }
    text
}
