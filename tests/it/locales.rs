//! Every word that the code asks for is there in three languages, and nothing is there that no code asks for.

use std::collections::BTreeSet;

use locales::Language;

use super::house::files;

/// Themes whose keys are made of a prefix and a slug that stands in the code or in the reference data.
const THEMES: [&str; 23] = [
    "web-audit-",
    "verdict-",
    "reason-",
    "repair-",
    "parse-",
    "status-",
    "report-message-",
    "report-status-",
    "category-",
    "problem-",
    "stock-",
    "withdrawal-",
    "alert-kind-",
    "alert-text-",
    "alert-why-",
    "alert-state-",
    "alert-decision-",
    "alert-event-",
    "alert-seen-",
    "web-notice-",
    "web-tried-",
    "web-approval-kind-",
    "web-job-",
];

/// The sources in which slugs stand, unit tests left out.
fn sources() -> String {
    read(&["marking/src", "locales/src", "mobile-core/src", "server/src", "server/reference", "web/src"])
}

/// Those in which problems are made: slugs of the app's own are none.
fn sources_of_problems() -> String {
    read(&["marking/src", "locales/src", "mobile-core/src", "server/src", "server/reference"])
}

fn read(folders: &[&str]) -> String {
    files(folders, &["rs", "toml", "ts", "svelte"])
        .into_iter()
        // What the app's build writes from the messages themselves proves nothing.
        .filter(|(name, _)| !name.starts_with("generated/") && !name.ends_with(".test.ts"))
        .map(|(_, text)| text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned())
        .collect()
}

/// Every quoted slug of a text: `"like-this"`.
fn slugs(text: &str) -> BTreeSet<&str> {
    text.split('"')
        .filter(|piece| {
            !piece.is_empty()
                && piece.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
        .collect()
}

#[test]
fn every_slug_of_the_core_has_words() {
    let mut wanted = Vec::new();
    for verdict in marking::verdict::Verdict::ALL {
        wanted.push(format!("verdict-{}", verdict.slug()));
        wanted.push(format!("verdict-{}-advice", verdict.slug()));
    }
    wanted.extend(marking::verdict::Reason::SLUGS.iter().map(|slug| format!("reason-{slug}")));
    wanted.extend(marking::status::Status::ALL.iter().map(|status| format!("status-{}", status.slug())));
    wanted.extend(marking::misread::Repair::ALL.iter().map(|repair| format!("repair-{}", repair.slug())));
    wanted.extend(marking::parse_error::ParseErrorKind::ALL.iter().map(|kind| format!("parse-{}", kind.slug())));
    let missing: Vec<&String> = wanted.iter().filter(|key| !locales::has(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_problem_and_every_fault_of_a_field_has_words() {
    let text = sources_of_problems();
    let mut missing = BTreeSet::new();
    let failures = [
        "Malformed(",
        "malformed(",
        "Unauthenticated(",
        "Forbidden(",
        "NotFound(",
        "Conflict(",
        "conflict(",
        "TooLarge(",
        "slug: ",
    ];
    for failure in failures {
        for rest in text.split(failure).skip(1) {
            let Some(slug) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            for key in [format!("problem-{slug}"), format!("problem-{slug}-detail")] {
                if !locales::has(&key) {
                    missing.insert(key);
                }
            }
        }
    }
    missing.extend(
        slugs(&text).into_iter().filter(|slug| slug.starts_with("field-") && !locales::has(slug)).map(str::to_owned),
    );
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The app asks by quoted keys; a key that goes on in the code ends with a hyphen here and is one of the themes above.
#[test]
fn every_key_that_the_app_asks_for_has_words() {
    let text = read(&["web/src"]);
    let asked = slugs(&text).into_iter().filter(|slug| slug.starts_with("web-") || slug.starts_with("field-"));
    let missing: Vec<&str> = asked.filter(|key| !locales::has(key)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_words_are_left_that_nothing_asks_for() {
    let text = sources();
    let slugs = slugs(&text);
    let asked = |key: &str| {
        slugs.contains(key)
            // The words are the list of actions, see `audit::action`.
            || key.starts_with("audit-")
            || THEMES.iter().filter_map(|theme| key.strip_prefix(theme)).any(|slug| {
                let bare = slug.strip_suffix("-detail").or_else(|| slug.strip_suffix("-advice")).unwrap_or(slug);
                slugs.contains(slug) || slugs.contains(bare)
            })
    };
    let unused: Vec<String> = locales::all_keys(Language::En).into_iter().filter(|key| !asked(key)).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}
