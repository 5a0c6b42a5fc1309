//! Settings are read, and refused by name.

use super::*;

#[test]
fn a_bad_setting_is_named() {
    let error = Config::from(|name| (name == "TANBA_LISTEN").then(|| "nowhere".into())).expect_err("refused");
    assert!(error.to_string().starts_with("TANBA_LISTEN: "));
}

/// X61, X62: every setting takes its extremes, and what is let in can be reckoned with.
#[test]
fn extreme_settings_are_refused_by_name_or_hold() {
    let names = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let all = Config::from(|name| {
        names.borrow_mut().insert(name.to_owned());
        None
    });
    assert!(all.is_ok() && names.borrow().len() > 40, "{:?}", names.borrow());
    let (mut refused, long) = (0, "9".repeat(100_000));
    for name in names.into_inner() {
        for value in [
            "0",
            "-1",
            "4294967295",
            "18446744073709551615",
            "1e308",
            "NaN",
            " ",
            "\u{0}",
            "\u{202e}",
            "{z}{x}{y}",
            &long,
        ] {
            match Config::from(|asked| (asked == name).then(|| value.to_owned())) {
                Err(error) => {
                    refused += 1;
                    let sentence = error.to_string();
                    assert!(sentence.starts_with("TANBA_"), "{name}={value:.40}: {sentence:.80}");
                }
                Ok(config) => {
                    let now = chrono::Utc::now();
                    let Retention { exact_days, scan_days, report_days } = config.retention;
                    let Sessions { unused_days, unused_participant_days, .. } = config.sessions;
                    for days in [exact_days, scan_days, report_days, unused_days, unused_participant_days] {
                        assert!(now.checked_sub_signed(chrono::TimeDelta::days(days.into())).is_some(), "{name}");
                    }
                    for is_staff in [true, false] {
                        assert!(now.checked_add_signed(config.sessions.idle(is_staff)).is_some(), "{name}");
                    }
                    assert!(config.threads > 0 && config.database_connections > 0, "{name}");
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn nothing_set_means_no_stores_and_loopback() {
    let config = Config::from(|_| None).expect("defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert!(config.database_url.is_none() && config.redis_url.is_none());
}

#[test]
fn the_command_line_speaks_the_language_of_the_system() {
    let spoken = |set: &'static [(&str, &str)]| {
        let find = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::from(find).map(|config| config.language)
    };
    assert_eq!(spoken(&[]).expect("holds"), Language::En);
    assert_eq!(spoken(&[("LANG", "kk_KZ.UTF-8")]).expect("holds"), Language::Kk);
    assert_eq!(spoken(&[("LANG", "C.UTF-8")]).expect("holds"), Language::En);
    assert_eq!(spoken(&[("LANG", "kk_KZ.UTF-8"), ("TANBA_LANG", "ru")]).expect("holds"), Language::Ru);
    assert!(spoken(&[("TANBA_LANG", "tlh")]).is_err());
}
