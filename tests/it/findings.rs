//! `docs/findings.md` lists what proves each finding of the review: the tests that carry its id in their name or comment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::house::{files, root};

/// Ids, and the tests that carry them, in the order of the files.
type Proofs = BTreeMap<String, Vec<String>>;

/// The public bug reports that were tried on the running service; numbers that are missing were kept for acceptance.
const BUGS: [u32; 39] = [
    1, 3, 5, 7, 8, 11, 12, 13, 14, 16, 18, 21, 22, 24, 25, 27, 29, 32, 34, 35, 39, 40, 42, 44, 46, 47, 49, 51, 53, 54,
    56, 57, 58, 60, 62, 63, 65, 67, 68,
];

/// Every finding of the review, in the order of the list.
fn findings() -> Vec<String> {
    let list = |list: &'static str, numbers: Vec<u32>| numbers.into_iter().map(move |number| format!("{list}{number}"));
    list("X", (41..=79).collect())
        .chain(list("B", BUGS.to_vec()))
        .chain(list("A", (1..=18).collect()))
        .chain(list("U", (1..=40).collect()))
        .collect()
}

/// Ids in a text: a letter of a list of findings and a number.
fn ids(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let is_id = |word: &&str| {
        let Some((list, number)) = word.split_at_checked(1) else { return false };
        let number: u32 = number.parse().unwrap_or_default();
        match list {
            "X" => (41..=79).contains(&number),
            "A" | "B" | "U" => (1..=99).contains(&number),
            _ => false,
        }
    };
    words.filter(is_id).map(str::to_owned).collect()
}

/// Tests of Rust: functions with the attribute of a test, and the comment above them.
fn read_rust(text: &str, proofs: &mut Proofs) {
    let (mut found, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            found.extend(ids(comment));
        } else if line.starts_with("#[") {
            is_test |= line.contains("test");
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|(before, _)| before.split(' ').all(is_keyword)) {
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            for id in std::mem::take(&mut found).into_iter().filter(|_| is_test) {
                proofs.entry(id).or_default().push(name.to_owned());
            }
            is_test = false;
        } else if !line.starts_with("//") {
            (found, is_test) = (Vec::new(), false);
        }
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "" | "pub" | "async" | "const")
}

/// Walks through the app: `test("name", …)` with the comment above it.
fn read_walks(text: &str, proofs: &mut Proofs) {
    for piece in text.split("\ntest(\"").collect::<Vec<_>>().windows(2) {
        let name = piece[1].split('"').next().unwrap_or_default();
        let before = piece[0].rsplit("/**").next().filter(|_| piece[0].trim_end().ends_with("*/")).unwrap_or("");
        for id in ids(before).into_iter().chain(ids(name)) {
            proofs.entry(id).or_default().push(name.to_owned());
        }
    }
}

static PROOFS: LazyLock<Proofs> = LazyLock::new(|| {
    let mut proofs = Proofs::new();
    let folders = [
        "marking",
        "mobile-core/src",
        "reader",
        "stores",
        "ffi/src",
        "ffi/tests",
        "server/src",
        "tests/it",
        "xtask/src",
    ];
    for folder in folders {
        let mut found = files(&[folder], &["rs"]);
        found.sort();
        for (_, text) in &found {
            read_rust(text, &mut proofs);
        }
    }
    let mut found = files(&["web/e2e"], &["mjs"]);
    found.sort();
    for (_, text) in &found {
        // A name that is long stands in a line of its own.
        read_walks(&text.replace("\ntest(\n  \"", "\ntest(\""), &mut proofs);
    }
    for tests in proofs.values_mut() {
        let mut seen = BTreeSet::new();
        tests.retain(|test| seen.insert(test.clone()));
    }
    proofs
});

/// A row of the list as it must be; one without a test keeps its sentence.
fn row(line: &str) -> String {
    let Some((id, rest)) = line.strip_prefix("| ").and_then(|line| line.split_once(" | ")) else {
        return line.to_owned();
    };
    match PROOFS.get(id) {
        Some(tests) => {
            let names: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
            format!("| {id} | {} |", names.join(", "))
        }
        None if ids(id).is_empty() || !rest.starts_with('`') => line.to_owned(),
        None => panic!("{id} is proven by nothing: say why"),
    }
}

/// `TANBA_WRITE=1 cargo test -p tests --test it findings` writes the list anew.
#[test]
fn every_finding_has_its_tests_or_a_sentence_why_not() {
    let path = root().join("docs/findings.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let wanted: String = text.lines().map(|line| row(line) + "\n").collect();
    if std::env::var_os("TANBA_WRITE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
        return;
    }
    let listed: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | ")).map(|(id, _)| id).collect();
    // Also one whose row was a sentence without a test.
    let missing: Vec<String> = findings().into_iter().filter(|id| !listed.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "findings without a row: {missing:?}");
    let known: BTreeSet<String> = findings().into_iter().collect();
    let unknown: Vec<&String> = PROOFS.keys().filter(|id| !known.contains(*id)).collect();
    assert!(unknown.is_empty(), "tests carry ids of no finding: {unknown:?}");
    for (line, wanted) in text.lines().zip(wanted.lines()) {
        assert_eq!(line, wanted, "write the list anew");
    }
}
