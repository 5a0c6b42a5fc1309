//! Everything that a screen shows for a verdict, so that all hosts say the same: title, advice, colour and icon by
//! their role, reasons as sentences, facts as lines, and what to do next.
//!
//! Words come from `locales` by slug and not from the register's answer, so a card can change its language without
//! asking again; where this version has no words for a slug, the register's own are shown. No role and no word says
//! that goods are genuine.

mod offline;
mod online;

use serde::Serialize;

pub use self::offline::of_offline;
pub use self::online::{of, of_answer};

/// The longest value of a fact, in characters: names in the register are shorter.
const LONGEST_VALUE: usize = 400;

/// What a screen shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The verdict's slug, for programs.
    pub verdict: String,
    /// In which words it is told, for programs: the verdict's slug, or another one that says more.
    pub wording: String,
    /// The verdict as a sentence.
    pub title: String,
    /// What the person should make of it, one or two sentences.
    pub advice: String,
    /// What the colour should say.
    pub colour: Colour,
    /// What the icon should say.
    pub icon: Icon,
    /// Why, as sentences, the weightiest first.
    pub reasons: Vec<String>,
    /// What is known of the goods and the code.
    pub facts: Vec<Fact>,
    /// What the person can do next, the likeliest first.
    pub next: Vec<Step>,
    /// Whether the answer was made without the register.
    pub offline: bool,
    /// When the register said so, or how old the phone's own list is: a sentence.
    pub note: Option<String>,
}

/// What a colour says; the host chooses the colour itself, and never tells it by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Nothing speaks against the goods.
    Favourable,
    /// Look closer.
    Caution,
    /// Don't use or sell the goods.
    Danger,
    /// Says nothing about the goods.
    Neutral,
}

/// What an icon says; the host draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Icon {
    /// On sale.
    Check,
    /// Too early or too late.
    Clock,
    /// Look closer.
    Alert,
    /// Don't use or sell the goods.
    Stop,
    /// Not known.
    Question,
    /// Scan again.
    Scan,
    /// Said without the register.
    Offline,
}

/// One line about the goods or the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// What it is, for programs: `trade-name`, `expires-on` and so on.
    pub slug: String,
    /// Its name.
    pub label: String,
    /// What is so.
    pub value: String,
}

/// Something that the person can do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What the host does.
    pub action: Action,
    /// What stands on the button.
    pub label: String,
}

/// What a host does when a person takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Opens a report about the goods.
    Report,
    /// Opens the camera for the same label.
    ScanAgain,
    /// Asks the register as soon as there is a connection.
    CheckOnline,
    /// Opens the camera for other goods.
    ScanNext,
}

impl Action {
    fn key(self) -> &'static str {
        match self {
            Self::Report => "card-step-report",
            Self::ScanAgain => "card-step-scan-again",
            Self::CheckOnline => "card-step-check-online",
            Self::ScanNext => "card-step-scan-next",
        }
    }

    fn step(self, language: locales::Language) -> Step {
        Step { action: self, label: locales::say(language, self.key(), &[]) }
    }
}

/// The lines of a card, in the order in which they were added.
struct Facts {
    language: locales::Language,
    lines: Vec<Fact>,
}

impl Facts {
    fn new(language: locales::Language) -> Self {
        Self { language, lines: Vec::new() }
    }

    /// Adds a line under a label `card-fact-…`; an empty value adds none.
    fn add(&mut self, key: &str, value: Option<&str>) {
        let Some(value) = value.map(clean).filter(|value| !value.is_empty()) else { return };
        let slug = key.strip_prefix("card-fact-").unwrap_or(key).to_owned();
        self.lines.push(Fact { slug, label: locales::say(self.language, key, &[]), value });
    }
}

/// A text that others wrote, without what could rearrange the screen: control and direction characters.
fn clean(text: &str) -> String {
    let harmful = |character: char| {
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|character| !harmful(*character)).take(LONGEST_VALUE).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests;
