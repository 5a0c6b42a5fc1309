//! The command line without a service.

use std::process::{Command, Output};

/// Runs the program with nothing but these settings.
fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let folder = std::env::temp_dir().join(format!("tanba-command-{}", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_tanba-under-test"))
        .args(arguments)
        .env_clear()
        .env("TANBA_DATA_DIR", &folder)
        .envs(settings.iter().copied())
        .output()
        .unwrap();
    // A start that is refused leaves nothing behind.
    assert!(!folder.exists(), "{} was made", folder.display());
    output
}

/// A setting that was lost must not start an empty register: without addresses and without --private-stores the program says in
/// one line what to set.
#[test]
fn without_addresses_of_stores_a_command_ends_with_one_line_that_says_what_to_set() {
    let database = ("TANBA_DATABASE_URL", "postgres://tanba@127.0.0.1:1/tanba");
    for arguments in [&["serve"][..], &["work"], &["demo"], &["migrate"], &["account", "list"], &["audit", "verify"]] {
        for language in ["kk", "ru", "en"] {
            let output = run(arguments, &[("TANBA_LANG", language)]);
            let line = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), line.lines().count()), (Some(2), 1), "{arguments:?}: {line}");
            for said in ["TANBA_DATABASE_URL", "TANBA_REDIS_URL", "--private-stores"] {
                assert!(line.contains(said), "{arguments:?}: {line}");
            }
        }
    }
    let output = run(&["serve"], &[database]);
    assert_eq!(output.status.code(), Some(2), "Redis has no address");
    // What needs PostgreSQL alone asks for nothing else, and finds it away.
    assert_eq!(run(&["migrate"], &[database]).status.code(), Some(3));
}
