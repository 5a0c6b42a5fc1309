//! docs/life-cycle.md, made from the table of statuses and the kinds of documents. `TANBA_WRITE=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use marking::status::{Event, Status};
use server::documents::{Outcome, outcomes};

use crate::house::root;

const PAGE: &str = "docs/life-cycle.md";

/// The picture: which events lead from one status to another. The statuses that nothing follows are one node.
fn picture() -> String {
    let node = |status: Status| if status.is_final() { "out".to_owned() } else { status.slug().replace('-', "_") };
    let mut text = "stateDiagram-v2\n    [*] --> emitted: emit\n".to_owned();
    for from in Status::ALL {
        let mut edges: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for event in Event::all() {
            if let Ok(to) = from.after(event) {
                let labels = edges.entry(node(to)).or_default();
                if !labels.contains(&event.slug()) {
                    labels.push(event.slug());
                }
            }
        }
        for (to, labels) in edges {
            writeln!(text, "    {} --> {to}: {}", node(from), labels.join(", ")).unwrap();
        }
    }
    let out = Status::ALL.into_iter().filter(|status| status.is_final()).map(Status::slug);
    writeln!(text, "    out: {}", out.collect::<Vec<_>>().join(", ")).unwrap();
    text
}

/// The matrix: a row for each kind of document, or for each reason where the reason decides.
fn matrix() -> String {
    let mut text = "| document | route |".to_owned();
    for status in Status::ALL {
        write!(text, " {} |", status.slug()).unwrap();
    }
    write!(text, "\n|---|---|{}\n", "---|".repeat(Status::ALL.len())).unwrap();
    let mut rows: Vec<(Outcome, Vec<&str>)> = Vec::new();
    for outcome in outcomes() {
        let same = |(known, _): &&mut (Outcome, Vec<&str>)| (known.kind, known.after) == (outcome.kind, outcome.after);
        match rows.iter_mut().find(same) {
            Some((_, reasons)) => reasons.extend(outcome.reason),
            None => rows.push((outcome.clone(), outcome.reason.into_iter().collect())),
        }
    }
    for (Outcome { kind, route, after, .. }, reasons) in &rows {
        let name = if reasons.is_empty() { (*kind).to_owned() } else { format!("{kind}: {}", reasons.join(", ")) };
        let cells: String =
            after.iter().map(|to| to.map_or("  |".to_owned(), |to| format!(" {} |", to.slug()))).collect();
        writeln!(text, "| {name} | `POST {route}` |{cells}").unwrap();
    }
    text
}

/// The page says of each document what it does to a unit in each status.
#[test]
fn the_life_of_a_code_is_drawn_as_the_code_says() {
    let text = format!(
        "# The life of a code\n\n\
         Made from `Status::after` and the kinds of documents by a test, which compares it.\n\n\
         ```mermaid\n{}```\n\n\
         A cell is the status after the document. In an empty one the document is refused as a whole with `out-of-order`.\n\
         Packs and recalls leave the status as it is; other rules of a document are in the contract.\n\n{}",
        picture(),
        matrix()
    );
    if std::env::var_os("TANBA_WRITE").is_some() {
        fs::write(root().join(PAGE), &text).unwrap();
    }
    let found = fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    assert!(found == text, "{PAGE} is out of date: TANBA_WRITE=1 cargo test --workspace --test it life_cycle");
}

/// Every route that the kinds name is one of the contract.
#[test]
fn the_routes_of_kinds_are_those_of_the_contract() {
    let contract = fs::read_to_string(root().join("openapi.yaml")).unwrap();
    for Outcome { kind, route, .. } in outcomes() {
        assert!(contract.contains(&format!("\n  {route}:\n")), "{kind}: {route}");
    }
}
