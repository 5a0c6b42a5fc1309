//! The invariants of ARCHITECTURE.md, held against the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Rooms of the server in the order in which they may use each other: each only those before it.
const ORDER: [&str; 24] = [
    "platform",
    "http",
    "keys",
    "auth",
    "registry",
    "ledger",
    "codes",
    "documents",
    "office",
    "labels",
    "recalls",
    "verify",
    "decode",
    "regions",
    "scans",
    "inspection",
    "reports",
    "backup",
    "stock",
    "alerts",
    "site",
    "demo",
    "service",
    "cli",
];

/// Modules of the platform, in the same way.
const PLATFORM: [&str; 16] = [
    "clock",
    "host",
    "config",
    "unicode",
    "doubt",
    "problem",
    "bounds",
    "tasks",
    "upkeep",
    "cache",
    "db",
    "audit",
    "jobs",
    "idempotency",
    "command",
    "mod",
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

/// Paths that begin in the crate's root, wherever they are written: in `use` declarations, expressions, types, macros.
#[derive(Default)]
struct Paths(BTreeSet<Vec<String>>);

impl Paths {
    fn of(file: &str, text: &str) -> BTreeSet<Vec<String>> {
        let mut paths = Self::default();
        paths.visit_file(&syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}")));
        paths.0
    }

    fn follow(&mut self, tree: &syn::UseTree, mut path: Vec<String>) {
        match tree {
            syn::UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.follow(&step.tree, path);
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.follow(item, path.clone())),
            syn::UseTree::Name(name) => self.note(path, &name.ident),
            syn::UseTree::Rename(name) => self.note(path, &name.ident),
            syn::UseTree::Glob(_) => drop(self.0.insert(path)),
        }
    }

    fn note(&mut self, mut path: Vec<String>, last: &syn::Ident) {
        path.push(last.to_string());
        self.0.insert(path);
    }

    /// Macros are tokens only: `crate`, `::`, name.
    fn read_tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let tokens: Vec<proc_macro2::TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                proc_macro2::TokenTree::Group(group) => self.read_tokens(group.stream()),
                proc_macro2::TokenTree::Ident(ident) if ident == "crate" => {
                    let names = tokens[at + 1..].chunks(3).map_while(|step| match step {
                        [
                            proc_macro2::TokenTree::Punct(one),
                            proc_macro2::TokenTree::Punct(two),
                            proc_macro2::TokenTree::Ident(name),
                        ] if one.as_char() == ':' && two.as_char() == ':' => Some(name.to_string()),
                        _ => None,
                    });
                    let path: Vec<String> = names.collect();
                    self.0.insert([vec!["crate".to_owned()], path].concat());
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.follow(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.read_tokens(item.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.read_tokens(list.tokens.clone());
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

/// A path from the crate's root; none for a path that begins with another crate or a name of the module itself.
fn absolute(file: &str, path: Vec<String>) -> Option<Vec<String>> {
    let mut module: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    module.pop_if(|last| last == "mod");
    module.insert(0, "crate".to_owned());
    let ups = path.iter().take_while(|step| *step == "super").count();
    let rest = match path.first()?.as_str() {
        "crate" => return Some(path),
        "self" => path[1..].to_vec(),
        "super" => {
            module.truncate(module.len().checked_sub(ups)?);
            path[ups..].to_vec()
        }
        _ => return None,
    };
    Some([module, rest].concat())
}

#[test]
fn a_room_uses_only_those_before_it() {
    let mut faults = BTreeSet::new();
    for (room, file, text) in sources() {
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let inner = file.split(['/', '.']).nth(1).unwrap_or_default().to_owned();
        let place = |order: &[&str], name: &str| {
            order
                .iter()
                .position(|known| *known == name)
                .unwrap_or_else(|| panic!("{file}: {name} has no place in the order"))
        };
        for path in Paths::of(&file, &text).into_iter().filter_map(|path| absolute(&file, path)) {
            let Some(other) = path.get(1) else { continue };
            if place(&ORDER, other) > place(&ORDER, &room) {
                faults.insert(format!("{file} uses {other}"));
            }
            let part = path.get(2).filter(|part| part.starts_with(char::is_lowercase) && *part != "self");
            if let Some(part) = part.filter(|_| room == "platform" && *other == "platform")
                && place(&PLATFORM, part) > place(&PLATFORM, &inner)
            {
                faults.insert(format!("{file} uses platform::{part}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_one_file_knows_http_statuses_of_refusals() {
    let refusals = [
        "StatusCode::",
        "HttpResponse::BadRequest",
        "HttpResponse::Forbidden",
        "HttpResponse::NotFound",
        "HttpResponse::Conflict",
    ];
    for (_, file, text) in sources().into_iter().filter(|(_, file, _)| file != "http/refusal.rs") {
        for status in refusals {
            assert!(!code(&text).contains(status), "{file} names {status}");
        }
    }
}

#[test]
fn only_config_reads_the_environment() {
    for (room, file, text) in sources() {
        // The filter of the log is read by the logger itself.
        if file != "platform/config.rs" && !matches!(room.as_str(), "main" | "cli") {
            assert!(!code(&text).contains("env::var"), "{file} reads the environment");
        }
    }
}

/// Tables by the room that writes them: a migration is named after its room, and makes the tables of that room alone.
fn tables() -> BTreeMap<String, String> {
    let mut tables = BTreeMap::new();
    for (name, text) in files(&["server/migrations"], &["sql"]) {
        let room = name.trim_end_matches(".sql").split_once("__").expect("V1__room.sql").1.to_owned();
        let text = text.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join(" ");
        for statement in text.split(';') {
            let words: Vec<&str> = statement.split([' ', '(']).filter(|word| !word.is_empty()).collect();
            match words[..] {
                ["CREATE", "TABLE", name, ..] | ["CREATE", "UNLOGGED", "TABLE", name, ..] => {
                    assert_eq!(tables.insert(name.to_owned(), room.clone()), None, "{name} is made once");
                }
                ["DROP", "TABLE", name, ..] => drop(tables.remove(name)),
                _ => {}
            }
        }
    }
    assert!(tables.len() > 50, "the migrations make tables");
    tables
}

#[test]
fn a_table_is_written_by_one_room() {
    let tables = tables();
    let rooms: BTreeSet<&str> = tables.values().map(String::as_str).collect();
    assert!(rooms.iter().all(|room| ORDER.contains(room)), "migrations of rooms that are none: {rooms:?}");
    for (room, file, text) in sources() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (table, writer) in &tables {
            for verb in ["INSERT INTO", "UPDATE", "DELETE FROM", "COPY", "TRUNCATE"] {
                let written = [" ", "(", "\"", ")"].iter().any(|end| text.contains(&format!("{verb} {table}{end}")));
                // "FOR UPDATE" is a lock and "ON CONFLICT … DO UPDATE SET" names no table.
                assert!(!written || room == *writer, "{file} writes {table}, which belongs to {writer}");
            }
        }
    }
}

#[test]
fn time_comes_from_the_clock() {
    for (_, file, text) in sources() {
        if file != "platform/clock.rs" {
            assert!(!code(&text).contains("Utc::now()"), "{file} asks the system for the time");
        }
    }
}

/// Every string of a file, whole, with the text of the macro or call that it stands in when that is `format!`.
#[derive(Default)]
struct Strings {
    plain: Vec<String>,
    formatted: Vec<String>,
}

impl Strings {
    fn read_tokens(&mut self, tokens: proc_macro2::TokenStream, in_format: bool) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.read_tokens(group.stream(), in_format),
                proc_macro2::TokenTree::Literal(literal) => {
                    if let Ok(syn::Lit::Str(text)) = syn::parse_str::<syn::Lit>(&literal.to_string()) {
                        let found = if in_format { &mut self.formatted } else { &mut self.plain };
                        found.push(text.value());
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Strings {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.plain.push(text.value());
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let in_format = item.path.segments.last().is_some_and(|name| name.ident == "format" || name.ident == "write");
        self.read_tokens(item.tokens.clone(), in_format);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let is_test = item.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            syn::visit::visit_item_mod(self, item);
        }
    }
}

/// Whether a text is a statement, and not a sentence.
fn is_statement(text: &str) -> bool {
    let bare = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = bare.split_whitespace().collect();
    match words[..] {
        ["SELECT", ..] => words.contains(&"FROM"),
        ["WITH", _, "AS", ..] | ["INSERT", "INTO", ..] | ["DELETE", "FROM", ..] | ["COPY", ..] => true,
        ["UPDATE", ..] => words.contains(&"SET"),
        _ => false,
    }
}

/// X28
#[test]
fn every_statement_names_itself_and_takes_parameters() {
    for (_, file, text) in sources() {
        let mut strings = Strings::default();
        strings.visit_file(&syn::parse_file(&text).unwrap());
        for statement in strings.formatted.iter().filter(|text| is_statement(text)) {
            assert!(!statement.contains("'{"), "{file} puts a value into a statement: {statement}");
        }
        for statement in strings.plain.iter().chain(&strings.formatted).filter(|text| is_statement(text)) {
            // What reads or writes a table begins with `-- module::name`, so that PostgreSQL's own lists can be read.
            // What reads no table, such as a lock, needs none.
            let reads_no_table = statement.contains("SELECT pg_");
            let is_named = statement.trim_start().starts_with("-- ");
            assert!(is_named || reads_no_table, "{file} has a statement without a name: {statement}");
        }
    }
}

/// The phone core is spoken to by other languages through one folder.
#[test]
fn only_ffi_names_what_binds_other_languages() {
    let binders = [concat!("uniffi", "::"), concat!("wasm_bindgen", "::"), concat!("js_sys", "::")];
    let folders =
        ["marking/src", "locales/src", "mobile-core/src", "reader/src", "stores/src", "server/src", "xtask/src"];
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
