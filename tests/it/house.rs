//! The invariants of ARCHITECTURE.md, held against the source.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the server in the order in which they may use each other: each only those before it.
/// `http` (what every route shares) knows the state of the process; it and `app` stand outside the order.
const ORDER: [&str; 25] = [
    "config",
    "clock",
    "error",
    "bounds",
    "db",
    "embedded",
    "audit",
    "jobs",
    "idempotency",
    "keys",
    "auth",
    "registry",
    "codes",
    "office",
    "labels",
    "recalls",
    "verify",
    "decode",
    "regions",
    "scans",
    "reports",
    "backup",
    "stock",
    "alerts",
    "site",
];

/// The one module that writes each table.
const WRITERS: [(&str, &str); 52] = [
    ("audit", "audit"),
    ("audit_link", "audit"),
    ("job", "jobs"),
    ("dead_job", "jobs"),
    ("refresh_mark", "jobs"),
    ("idempotency", "idempotency"),
    ("secret_key", "keys"),
    ("key_list", "keys"),
    ("account", "auth"),
    ("token_family", "auth"),
    ("refresh_token", "auth"),
    ("account_use", "auth"),
    ("account_notice", "auth"),
    ("recovery_code", "auth"),
    ("sign_in_attempt", "auth"),
    ("sign_in_place", "auth"),
    ("approval", "office"),
    ("participant", "registry"),
    ("product", "registry"),
    ("code_order", "codes"),
    ("place_sequence", "codes"),
    ("place_block", "codes"),
    ("place_returned", "codes"),
    ("order_quota", "codes"),
    ("particulars", "codes"),
    ("segment", "codes"),
    ("holder", "codes"),
    ("operation", "codes"),
    ("operation_range", "codes"),
    ("shipment", "codes"),
    ("pack", "codes"),
    ("scan", "scans"),
    ("report", "reports"),
    ("report_token", "reports"),
    ("report_photo", "reports"),
    ("report_event", "reports"),
    ("report_link", "reports"),
    ("report_photo_pending", "reports"),
    ("report_day_key", "reports"),
    ("region", "regions"),
    ("trail", "alerts"),
    ("scan_cell", "alerts"),
    ("scan_cell_day", "alerts"),
    ("scan_tally", "alerts"),
    ("suspicion", "alerts"),
    ("alert", "alerts"),
    ("alert_event", "alerts"),
    ("alert_link", "alerts"),
    ("network_salt", "scans"),
    ("witness_even", "alerts"),
    ("witness_odd", "alerts"),
    ("network_alert", "alerts"),
];

/// The workspace's folder.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below these folders of the workspace that ends so: its path below the folder, and its text.
pub(super) fn files(folders: &[&str], extensions: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in folders {
        let start = root().join(folder);
        let mut folders = vec![start.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| extensions.iter().any(|extension| end == *extension)) {
                    let name = path.strip_prefix(&start).unwrap().to_string_lossy().into_owned();
                    found.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    found
}

/// Every file of the server: module, path below src, text without its unit tests.
pub(super) fn sources() -> Vec<(String, String, String)> {
    let found: Vec<_> = files(&["server/src"], &["rs"])
        .into_iter()
        .filter(|(name, _)| !name.ends_with("tests.rs") && !name.contains("/tests/"))
        .map(|(name, text)| {
            let module = name.split(['/', '.']).next().unwrap().to_owned();
            (module, name, text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned())
        })
        .collect();
    assert!(found.len() > 20, "the server has sources");
    found
}

/// The same text without comments, so that prose can name what code may not.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_module_uses_only_those_before_it() {
    let place: BTreeMap<&str, usize> = ORDER.iter().enumerate().map(|(place, module)| (*module, place)).collect();
    let mut faults = Vec::new();
    for (module, file, text) in sources() {
        let Some(own) = place.get(module.as_str()) else { continue };
        for (other, theirs) in &place {
            if theirs > own && code(&text).contains(&format!("crate::{other}::")) {
                faults.push(format!("{file} uses {other}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_error_knows_http_statuses_of_refusals() {
    let refusals = [
        "StatusCode::",
        "HttpResponse::BadRequest",
        "HttpResponse::Forbidden",
        "HttpResponse::NotFound",
        "HttpResponse::Conflict",
    ];
    for (_, file, text) in sources().into_iter().filter(|(_, file, _)| file != "error.rs") {
        for status in refusals {
            assert!(!code(&text).contains(status), "{file} names {status}");
        }
    }
}

#[test]
fn only_config_reads_the_environment() {
    for (module, file, text) in sources() {
        // The private stores look for programs on PATH, and the log's filter is the logger's own.
        if !matches!(module.as_str(), "config" | "embedded" | "main" | "cli") {
            assert!(!code(&text).contains("env::var"), "{file} reads the environment");
        }
    }
}

#[test]
fn a_table_is_written_by_one_module() {
    for (module, file, text) in sources() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (table, writer) in WRITERS {
            for verb in ["INSERT INTO", "UPDATE", "DELETE FROM"] {
                let written = [" ", "(", "\"", ")"].iter().any(|end| text.contains(&format!("{verb} {table}{end}")));
                // "FOR UPDATE" is a lock and "ON CONFLICT … DO UPDATE SET" names no table.
                assert!(!written || module == writer, "{file} writes {table}, which belongs to {writer}");
            }
        }
    }
}

#[test]
fn time_comes_from_the_clock() {
    for (module, file, text) in sources() {
        if !matches!(module.as_str(), "clock" | "embedded") {
            assert!(!code(&text).contains("Utc::now()"), "{file} asks the system for the time");
        }
    }
}

/// X28
#[test]
fn every_statement_names_itself_and_takes_parameters() {
    for (_, file, text) in sources() {
        for (line, number) in text.lines().zip(1..) {
            let formats_values = line.contains("format!")
                && ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| line.contains(verb))
                && line.contains("'{");
            assert!(!formats_values, "{file}:{number} puts a value into a statement");
            // What reads or writes a table begins with `-- module::name`, so that PostgreSQL's own lists can be read.
            // What reads no table, such as a lock, needs none.
            let verbs = ["\"SELECT ", "\"WITH ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"COPY "];
            let reads_no_table = line.contains("SELECT pg_") || line.contains("SELECT 1\"");
            let nameless = verbs.iter().any(|verb| line.contains(verb)) && !reads_no_table;
            assert!(!nameless, "{file}:{number} has a statement without a name");
        }
    }
}

/// The phone core is spoken to by other languages through one folder.
#[test]
fn only_ffi_names_what_binds_other_languages() {
    let binders = [concat!("uniffi", "::"), concat!("wasm_bindgen", "::"), concat!("js_sys", "::")];
    let folders = ["marking/src", "locales/src", "mobile-core/src", "server/src", "xtask/src"];
    for (file, text) in files(&folders, &["rs"]) {
        assert!(!binders.iter().any(|binder| code(&text).contains(binder)), "{file} names a binder");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (_, file, text) in sources() {
        assert!(text.starts_with("//!"), "{file} has no //! at its head");
    }
}
