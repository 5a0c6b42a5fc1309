//! The message files, read once: one Fluent bundle a language, the sorted keys, and the variables of each.
//!
//! Refuses nothing at run time: what a file gets wrong (syntax, a key twice) is found by the tests below.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast;
use unic_langid::LanguageIdentifier;

use crate::{Arg, Language, format};

/// The files of these themes in one language.
macro_rules! files {
    ($folder:literal: $($theme:literal)+) => {
        &[$(($theme, include_str!(concat!("../", $folder, "/", $theme, ".ftl")))),+]
    };
}

/// The files of one language, in the order in which they are read.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! built_in {
    ($folder:literal) => {
        files!($folder: "alerts" "audit" "card" "cli" "demo" "field" "offline" "parse" "problem" "reason" "recalls" "repair" "report"
            "status" "stock" "time" "verdict" "web-inspect" "web-own" "web-report" "web-staff" "web")
    };
}

/// The same in a browser: the words that the phone core speaks, and no more, as each kilobyte is waited for.
#[cfg(target_arch = "wasm32")]
macro_rules! built_in {
    ($folder:literal) => {
        files!($folder: "card" "offline" "parse" "reason" "repair" "status" "time" "verdict")
    };
}

static KK: &[(&str, &str)] = built_in!("kk");
static RU: &[(&str, &str)] = built_in!("ru");
static EN: &[(&str, &str)] = built_in!("en");

/// Numbers from here on are shown but choose no plural form: the plural rules can't take them.
const LARGEST_COUNT: f64 = 1e15;

/// The words of one language.
pub struct Catalogue {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    /// Key to the variables that its words need.
    keys: BTreeMap<String, BTreeSet<String>>,
}

/// The words of `language`, read on first use.
pub fn of(language: Language) -> &'static Catalogue {
    static ALL: LazyLock<[Catalogue; 3]> = LazyLock::new(|| Language::ALL.map(|language| Catalogue::read(language).0));
    &ALL[language as usize]
}

/// Themes and sources of the message files of `language`.
fn files(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::Kk => KK,
        Language::Ru => RU,
        Language::En => EN,
    }
}

/// What the plural rules are chosen by.
fn identifier(language: Language) -> LanguageIdentifier {
    language.tag().parse().expect("every tag is a language identifier")
}

impl Catalogue {
    /// Reads the files of `language`, and tells what they got wrong.
    fn read(language: Language) -> (Self, Vec<String>) {
        let tag = identifier(language);
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match language {
            Language::Kk => |value, _| formatted(Language::Kk, value),
            Language::Ru => |value, _| formatted(Language::Ru, value),
            Language::En => |value, _| formatted(Language::En, value),
        }));
        let mut keys = BTreeMap::new();
        let mut faults = Vec::new();
        for (theme, source) in files(language) {
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(rest, errors)| {
                faults.push(format!("{language}/{theme}.ftl: {errors:?}"));
                rest
            });
            for entry in resource.entries() {
                if let ast::Entry::Message(message) = entry {
                    index(message, &mut keys);
                }
            }
            if let Err(errors) = bundle.add_resource(resource) {
                faults.push(format!("{language}/{theme}.ftl: {errors:?}"));
            }
        }
        (Self { language, bundle, keys }, faults)
    }

    /// The words for `key`, and what was missing; the key itself when it has no words.
    pub fn say(&self, key: &str, args: &[(&str, Arg<'_>)]) -> (String, Vec<String>) {
        let Some(pattern) = self.pattern(key) else {
            return (key.to_owned(), vec!["there are no such words".to_owned()]);
        };
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (Cow::Borrowed(*name), self.value(value))).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        (text, errors.iter().map(ToString::to_string).collect())
    }

    pub fn has(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    pub fn variables(&self, key: &str) -> Vec<&str> {
        self.keys.get(key).into_iter().flatten().map(String::as_str).collect()
    }

    fn pattern(&self, key: &str) -> Option<&ast::Pattern<&str>> {
        match key.split_once('.') {
            None => self.bundle.get_message(key)?.value(),
            Some((message, attribute)) => Some(self.bundle.get_message(message)?.get_attribute(attribute)?.value()),
        }
    }

    fn value<'a>(&self, arg: &'a Arg<'_>) -> FluentValue<'a> {
        match arg {
            Arg::Text(text) => FluentValue::from(text.as_ref()),
            Arg::Number(number) if number.abs() < LARGEST_COUNT => {
                // Six digits are shown, and the plural rules count digits: let them see the same six.
                FluentValue::from((number * 1e6).round() / 1e6)
            }
            Arg::Number(number) => FluentValue::from(format::number(self.language, *number)),
            Arg::Date(date) => FluentValue::from(format::date(self.language, *date)),
            Arg::Instant(instant) => FluentValue::from(format::instant(self.language, *instant)),
            Arg::Message(key) => FluentValue::from(self.say(key, &[]).0),
        }
    }
}

/// Numbers the language's way; the rest as Fluent does.
fn formatted(language: Language, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(format::number(language, number.value)),
        _ => None,
    }
}

/// Enters a message and its attributes with their variables.
fn index(message: &ast::Message<&str>, keys: &mut BTreeMap<String, BTreeSet<String>>) {
    let id = message.id.name;
    if let Some(pattern) = &message.value {
        keys.insert(id.to_owned(), variables_of(pattern));
    }
    for attribute in &message.attributes {
        keys.insert(format!("{id}.{}", attribute.id.name), variables_of(&attribute.value));
    }
}

fn variables_of(pattern: &ast::Pattern<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    in_pattern(pattern, &mut found);
    found
}

fn in_pattern(pattern: &ast::Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &ast::Expression<&str>, found: &mut BTreeSet<String>) {
    match expression {
        ast::Expression::Inline(inline) => in_inline(inline, found),
        ast::Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &ast::InlineExpression<&str>, found: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        ast::InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
