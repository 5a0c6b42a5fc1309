//! Gathers the faults of a request, so that its sender learns of all of them at once.

use locales::Arg;

use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::unicode;

/// The faults found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldFault>);

impl Faults {
    /// One more.
    pub(crate) fn add(&mut self, field: impl Into<String>, slug: &'static str) {
        self.0.push(FieldFault::new(field, slug));
    }

    /// One more, unless the field has one with this slug already.
    pub(crate) fn add_once(&mut self, field: &str, slug: &'static str) {
        if !self.0.iter().any(|fault| fault.field == field && fault.slug == slug) {
            self.add(field, slug);
        }
    }

    /// One more, whose sentence needs figures.
    pub(crate) fn add_with(&mut self, field: impl Into<String>, slug: &'static str, args: &[(&str, Arg<'_>)]) {
        self.0.push(FieldFault::with(field, slug, args));
    }

    /// A line of text that must be there, have at most `max` characters and none that only controls a terminal or
    /// the direction of writing (X35). Returned without spaces around it.
    pub(crate) fn text(&mut self, field: &str, text: &str, max: usize) -> String {
        let text = unicode::nfc(text.trim());
        if text.is_empty() {
            self.add(field, "field-required");
        } else if text.chars().count() > max {
            self.add_with(field, "field-too-long", &[("max", max.into())]);
        } else if text.chars().any(is_control) {
            self.add(field, "field-control-character");
        }
        text
    }

    /// Keeps what was read, or notes the fault with its slug.
    pub(crate) fn keep<T, E>(
        &mut self,
        field: &str,
        read: Result<T, E>,
        slug: impl FnOnce(E) -> &'static str,
    ) -> Option<T> {
        read.map_err(|error| self.add(field, slug(error))).ok()
    }

    /// All of them as one refusal, or nothing.
    pub(crate) fn refuse(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// C0, C1, line separators, and the marks that turn the direction of writing round.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug_of(text: &str) -> Option<&'static str> {
        let mut faults = Faults::default();
        faults.text("name", text, 5);
        match faults.refuse() {
            Err(Error::Invalid(faults)) => Some(faults[0].slug),
            _ => None,
        }
    }

    /// X35
    #[test]
    fn a_line_of_text_is_neither_empty_nor_long_nor_tricky() {
        assert_eq!(slug_of(" Қазақ "), None);
        assert_eq!(slug_of(" \t "), Some("field-required"));
        assert_eq!(slug_of("Қазақс"), Some("field-too-long"));
        assert_eq!(slug_of("a\u{1b}b"), Some("field-control-character"));
        assert_eq!(slug_of("a\u{202e}b"), Some("field-control-character"));
    }
}
