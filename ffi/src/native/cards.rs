//! Texts and answers as a screen shows them.

use mobile_core::NotAnAnswer;
pub use mobile_core::card::{Action, Card, Colour, Fact, Icon, Step};
pub use mobile_core::scanned::{Fault, Scanned};

use super::Language;

/// What a scanned or typed text is, told before anything is asked of the register.
#[uniffi::remote(Record)]
pub struct Scanned {
    /// The family: `unit`, `pack`, `stamp`, `tobacco`, `product`, `other`; none when the text is no code.
    pub kind: Option<String>,
    /// The product, fourteen digits.
    pub gtin: Option<String>,
    /// The item: its serial, or the stamp's series and number.
    pub serial: Option<String>,
    /// The pack, eighteen digits.
    pub sscc: Option<String>,
    /// The elements in brackets, `(01)…(21)…`.
    pub bracketed: Option<String>,
    /// Slugs of what was repaired; words: `message(language, "repair-" + slug, "{}")`.
    pub repaired: Vec<String>,
    /// Why the text is no code.
    pub fault: Option<Fault>,
}

/// Why a text is no code.
#[uniffi::remote(Record)]
pub struct Fault {
    /// What programs look at; words: `message(language, "parse-" + slug, "{}")`.
    pub slug: String,
    /// The byte of the text where the fault lies.
    pub at: u32,
}

/// Everything that a screen shows for a verdict.
#[uniffi::remote(Record)]
pub struct Card {
    /// The verdict's slug, for programs.
    pub verdict: String,
    /// In which words it is told, for programs: the verdict's slug, or another one that says more.
    pub wording: String,
    /// The verdict as a sentence.
    pub title: String,
    /// What the person should make of it.
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
    /// When the register said so, or how old the phone's own list of keys is.
    pub note: Option<String>,
}

/// What a colour says; the app chooses the colour itself, and never tells it by colour alone.
#[uniffi::remote(Enum)]
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

/// What an icon says; the app draws it.
#[uniffi::remote(Enum)]
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
#[uniffi::remote(Record)]
pub struct Fact {
    /// What it is, for programs: `trade-name`, `expires-on` and so on.
    pub slug: String,
    /// Its name.
    pub label: String,
    /// What is so.
    pub value: String,
}

/// Something that the person can do next.
#[uniffi::remote(Record)]
pub struct Step {
    /// What the app does.
    pub action: Action,
    /// What stands on the button.
    pub label: String,
}

/// What an app does when a person takes a step.
#[uniffi::remote(Enum)]
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

/// The text is no answer of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum AnswerError {
    /// Another server answered, or a broken one.
    #[error("not an answer of the register")]
    NotAnAnswer,
}

impl From<NotAnAnswer> for AnswerError {
    fn from(_: NotAnAnswer) -> Self {
        Self::NotAnAnswer
    }
}

/// Reads a text as a scanner gave it or a person typed it; known faults of scanners are undone.
#[uniffi::export]
pub fn parse(text: &str) -> Scanned {
    Scanned::of(text)
}

/// What a screen shows for the body of a `/v1/verify` answer.
#[uniffi::export]
pub fn card(answer: &str, language: Language) -> Result<Card, AnswerError> {
    Ok(mobile_core::card::of_answer(answer, language.into())?)
}
