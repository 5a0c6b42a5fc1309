//! `docs/requirements.md` tells the truth: every duty is listed, and the tests that it names exist.

use std::fs;

use super::house::{files, root};

/// Rows of the tables: id, state, proof.
fn rows() -> Vec<[String; 3]> {
    let text = fs::read_to_string(root().join("docs/requirements.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    text.lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|--") && !line.starts_with("| id"))
        .map(cells)
        .map(|cells| {
            assert_eq!(cells.len(), 5, "id, duty, state, where, proof: {cells:?}");
            [cells[0].clone(), cells[2].clone(), cells[4].clone()]
        })
        .collect()
}

/// All text in which a test can stand: Rust, Python, and the walks through the app.
fn tests() -> String {
    let folders = [
        "marking",
        "locales",
        "mobile-core/src",
        "reader",
        "stores",
        "ffi/src",
        "ffi/tests",
        "server",
        "tests",
        "xtask",
        "web/e2e",
    ];
    // A long name of a walk is on a line of its own.
    files(&folders, &["rs", "py", "mjs"]).into_iter().map(|(_, text)| text.replace("test(\n  \"", "test(\"")).collect()
}

#[test]
fn every_duty_is_listed_once() {
    let mut wanted: Vec<String> = (1..=23).map(|n| format!("D1.{n}")).collect();
    wanted.extend(["D2a", "D2b", "D3"].map(str::to_owned));
    wanted.extend((1..=16).filter(|n| *n != 12).map(|n| format!("S{n}")));
    wanted.extend(["Q4a", "Q4b", "Q4b.3", "Q5–Q9"].map(str::to_owned));
    wanted.extend((10..=28).map(|n| format!("Q{n}")).filter(|id| id != "Q17" && id != "Q18"));
    wanted.push("Q17–Q18".to_owned());
    wanted.extend((1..=40).map(|n| format!("X{n}")));
    wanted.extend((1..=11).map(|n| format!("R{n}")));
    let mut listed: Vec<String> = rows().into_iter().map(|[id, ..]| id).collect();
    wanted.sort();
    listed.sort();
    assert_eq!(listed, wanted);
}

#[test]
fn the_tests_it_names_exist() {
    let tests = tests();
    for [id, state, proof] in rows() {
        assert!(["works", "part", "not yet"].contains(&state.as_str()), "{id}: {state}");
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        assert!(state != "works" || !named.is_empty(), "{id} works, but nothing proves it");
        for name in named {
            let function = name.rsplit("::").next().unwrap();
            assert!(
                [format!("fn {function}("), format!("def {function}("), format!("test(\"{name}\"")]
                    .iter()
                    .any(|head| tests.contains(head)),
                "{id}: no test {name}"
            );
        }
    }
}
