//! A report as it comes in, checked as a whole with the place of every fault. Pure.

use locales::Arg;
use sha2::{Digest, Sha256};

use uuid::Uuid;

use super::form::{Form, TEXTS};
use super::photo::Photo;
use super::text::contact;
use crate::http::room::Lease;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::platform::unicode;
use crate::registry;
use crate::scans::{MAX_CODE_BYTES, Place};

/// Longest words of a report or a message, in characters.
pub(crate) const MAX_WORDS: usize = 4_000;
/// Longest address, name of an outlet or contact, in characters.
const MAX_LINE: usize = 300;
/// What a place without an accuracy is taken to have, in metres.
const USUAL_ACCURACY_METRES: f64 = 100.0;

/// A report that holds as far as it can be seen without the register.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The client's own id.
    pub(crate) id: Uuid,
    /// A slug of the directory of categories.
    pub(crate) category: String,
    /// What happened, in the reporter's words.
    pub(crate) words: String,
    /// What was scanned.
    pub(crate) code: Option<String>,
    /// Where.
    pub(crate) place: Option<Place>,
    /// Where, in words.
    pub(crate) address: Option<String>,
    /// The shop's name.
    pub(crate) outlet: Option<String>,
    /// How to reach the reporter, if they like.
    pub(crate) contact: Option<String>,
    /// Photos, encoded anew.
    pub(crate) photos: Vec<Photo>,
    /// SHA-256 of all that was sent: a retry must be the same.
    pub(crate) fingerprint: Vec<u8>,
    /// Keeps the photos counted.
    pub(crate) _room: Vec<Lease>,
}

impl Draft {
    /// Checks what a form said. A report needs an id, a category, and something to look into: words, a code or a photo.
    pub(crate) fn check(mut form: Form) -> Result<Self> {
        let fingerprint = fingerprint(&form);
        let mut faults = std::mem::take(&mut form.faults);
        let mut texts = Texts { form: &mut form, faults: &mut faults };
        let id = texts.id();
        let category = texts.category();
        let words = texts.line("words", MAX_WORDS).unwrap_or_default();
        let code = texts.code();
        let address = texts.line("address", MAX_LINE);
        let outlet = texts.line("outlet", MAX_LINE);
        let contact = texts.contact();
        let place = texts.place();
        if words.is_empty() && code.is_none() && form.photos.is_empty() && faults.is_empty() {
            faults.push(FieldFault::new("words", "field-required"));
        }
        match (id, category) {
            (Some(id), Some(category)) if faults.is_empty() => Ok(Self {
                id,
                category,
                words,
                code,
                place,
                address,
                outlet,
                contact,
                photos: form.photos,
                fingerprint,
                _room: form.room,
            }),
            _ => Err(Error::Invalid(faults)),
        }
    }
}

/// What tells a retry from another report under the same id: all texts but the id, and the files as they were sent.
fn fingerprint(form: &Form) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    for name in TEXTS.into_iter().filter(|name| *name != "id") {
        add(form.texts.get(name).map(String::as_bytes).unwrap_or_default());
    }
    for digest in &form.digests {
        add(digest);
    }
    hasher.finalize().to_vec()
}

/// What is wrong with a text that people write: too long, or with a byte that no store takes. `field` names it.
pub(crate) fn text_faults(field: &str, text: &str, max: usize) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if text.chars().count() > max {
        faults.push(FieldFault::with(field, "field-too-long", &[("max", Arg::from(max))]));
    }
    if let Some(at) = text.find('\0') {
        faults.push(FieldFault::new(field, "field-control-character").at(at));
    }
    faults
}

/// What a report can be about, in a row.
pub(crate) fn categories() -> String {
    let categories = registry::reference().report_categories.items.iter();
    categories.map(|term| term.slug.as_str()).collect::<Vec<_>>().join(", ")
}

/// The texts of a form, taken one by one.
struct Texts<'a> {
    form: &'a mut Form,
    faults: &'a mut Vec<FieldFault>,
}

impl Texts<'_> {
    /// A text that isn't empty, composed.
    fn take(&mut self, name: &str) -> Option<String> {
        self.form.texts.remove(name).map(|text| unicode::nfc(&text)).filter(|text| !text.is_empty())
    }

    fn fault(&mut self, name: &str, slug: &'static str) {
        self.faults.push(FieldFault::new(name, slug));
    }

    fn required(&mut self, name: &str) -> Option<String> {
        let text = self.take(name);
        if text.is_none() && !self.faults.iter().any(|fault| fault.field == name) {
            self.fault(name, "field-required");
        }
        text
    }

    fn id(&mut self) -> Option<Uuid> {
        let id = Uuid::parse_str(&self.required("id")?).ok();
        if id.is_none() {
            self.fault("id", "field-not-a-uuid");
        }
        id
    }

    fn category(&mut self) -> Option<String> {
        let category = self.required("category")?;
        if !registry::reference().has_report_category(&category) {
            let args = [("allowed", Arg::from(categories()))];
            self.faults.push(FieldFault::with("category", "field-not-one-of", &args));
        }
        Some(category)
    }

    fn line(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.take(name)?;
        self.faults.extend(text_faults(name, &text, max));
        Some(text)
    }

    /// A code stays as it was read.
    fn code(&mut self) -> Option<String> {
        let code = self.form.texts.remove("code").filter(|text| !text.is_empty())?;
        self.faults.extend(text_faults("code", &code, MAX_CODE_BYTES));
        if code.len() > MAX_CODE_BYTES && !self.faults.iter().any(|fault| fault.field == "code") {
            self.faults.push(FieldFault::with("code", "field-too-long", &[("max", Arg::from(MAX_CODE_BYTES))]));
        }
        Some(code)
    }

    fn contact(&mut self) -> Option<String> {
        let pasted = self.line("contact", MAX_LINE)?;
        let contact = contact(&pasted);
        if contact.is_none() {
            self.fault("contact", "field-not-a-phone-or-mail");
        }
        contact
    }

    fn number(&mut self, name: &str) -> Option<f64> {
        let number = self.take(name)?.parse().ok();
        if number.is_none() {
            self.fault(name, "field-not-a-number");
        }
        number
    }

    fn place(&mut self) -> Option<Place> {
        let given = |form: &Form, name: &str| form.texts.get(name).is_some_and(|text| !text.is_empty());
        let (north, east) = (given(self.form, "latitude"), given(self.form, "longitude"));
        match (north, east) {
            (false, true) => self.fault("latitude", "field-required"),
            (true, false) => self.fault("longitude", "field-required"),
            _ => {}
        }
        let latitude = self.number("latitude");
        let longitude = self.number("longitude");
        let accuracy = self.number("accuracy_metres").unwrap_or(USUAL_ACCURACY_METRES);
        // Metres need no more digits than this.
        #[allow(clippy::cast_possible_truncation)]
        let place = Place { latitude: latitude?, longitude: longitude?, accuracy_metres: accuracy as f32 };
        self.faults.extend(place.faults("").into_iter().map(|mut fault| {
            fault.field = fault.field.trim_start_matches('.').to_owned();
            fault
        }));
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ID: &str = "0193e0b2-5f1c-7c3a-9d55-0c8f4a2b6e11";

    fn form(texts: &[(&'static str, &str)]) -> Form {
        Form { texts: texts.iter().map(|(name, text)| (*name, (*text).to_owned())).collect(), ..Form::default() }
    }

    fn faults(texts: &[(&'static str, &str)]) -> Vec<String> {
        let Err(Error::Invalid(faults)) = Draft::check(form(texts)) else { panic!("invalid") };
        faults.iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
    }

    #[test]
    fn a_short_report_is_enough() {
        let draft =
            Draft::check(form(&[("id", ID), ("category", "sold-twice"), ("words", "Scanned as sold")])).unwrap();
        assert_eq!((draft.words.as_str(), draft.contact), ("Scanned as sold", None));
        let draft = Draft::check(form(&[("id", ID), ("category", "other"), ("code", "4870112345674"), ("words", "")]));
        assert_eq!(draft.unwrap().code.unwrap(), "4870112345674");
    }

    #[test]
    fn a_report_of_nothing_is_refused() {
        assert_eq!(faults(&[("id", ID), ("category", "other")]), ["words field-required"]);
        assert_eq!(faults(&[]), ["id field-required", "category field-required"]);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let long = "я".repeat(MAX_WORDS + 1);
        assert_eq!(
            faults(&[
                ("id", "7"),
                ("category", "gossip"),
                ("words", &long),
                ("address", "a\0b"),
                ("latitude", "95"),
                ("longitude", "71"),
                ("accuracy_metres", "near"),
                ("contact", "me"),
            ]),
            [
                "id field-not-a-uuid",
                "category field-not-one-of",
                "words field-too-long",
                "address field-control-character",
                "contact field-not-a-phone-or-mail",
                "accuracy_metres field-not-a-number",
                "latitude field-out-of-range",
            ]
        );
    }

    #[test]
    fn half_a_place_is_none() {
        let base = [("id", ID), ("category", "other"), ("words", "w")];
        for (given, missing) in [("latitude", "longitude"), ("longitude", "latitude")] {
            let texts = [&base[..], &[(given, "51.1")]].concat();
            assert_eq!(faults(&texts), [format!("{missing} field-required")]);
        }
        for number in ["NaN", "inf", "-"] {
            let texts = [&base[..], &[("latitude", number), ("longitude", "71")]].concat();
            assert_eq!(faults(&texts).len(), 1, "{number}");
        }
        assert!(Draft::check(form(&base)).unwrap().place.is_none());
    }

    #[test]
    fn a_code_is_measured_in_bytes() {
        let long = "я".repeat(MAX_CODE_BYTES / 2 + 1);
        assert_eq!(faults(&[("id", ID), ("category", "other"), ("code", &long)]), ["code field-too-long"]);
    }

    /// B35
    #[test]
    fn a_contact_is_kept_clean_and_texts_are_composed() {
        let texts = [
            ("id", ID),
            ("category", "other"),
            ("words", "и\u{306}од"),
            ("contact", "\u{202d}+7 701 123 45 67\u{202c}"),
        ];
        let draft = Draft::check(form(&texts)).unwrap();
        assert_eq!((draft.words.as_str(), draft.contact.as_deref()), ("йод", Some("+7 701 123 45 67")));
    }

    #[test]
    fn every_part_counts_towards_the_fingerprint_but_the_id_does_not() {
        let draft = |texts: &[(&'static str, &str)]| Draft::check(form(texts)).unwrap().fingerprint;
        let one = draft(&[("id", ID), ("category", "other"), ("words", "w")]);
        let two = draft(&[("id", &Uuid::from_u128(8).to_string()), ("category", "other"), ("words", "w")]);
        assert_eq!(one, two);
        assert_ne!(one, draft(&[("id", ID), ("category", "other"), ("words", "w"), ("outlet", "x")]));
        assert_ne!(
            draft(&[("id", ID), ("category", "other"), ("words", "w"), ("outlet", "x")]),
            draft(&[("id", ID), ("category", "other"), ("words", "w"), ("address", "x")])
        );
    }
}
