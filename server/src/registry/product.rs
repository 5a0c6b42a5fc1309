//! What goods are: a card of a GTIN, and what it must tell before it can be registered (S3, S5). A card starts as a
//! draft, and an operator publishes it; codes are ordered for published cards only.

use chrono::{DateTime, Utc};
use locales::Language;
use marking::gtin::{Gtin, InvalidGtin};
use marking::layout::Group;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::bin::{Bin, InvalidBin};
use super::faults::Faults;
use super::names::Names;
use super::reference::{Attribute, AttributeKind, ProductGroup, reference};
use crate::http::known;
use crate::platform::problem::{Error, Result};

/// Where a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProductState {
    /// Written, not looked at by an operator yet.
    Draft,
    /// Public; codes may be ordered.
    Published,
    /// Public still, since goods with its codes are about; no codes may be ordered.
    Withdrawn,
}

impl ProductState {
    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a stored name; none when it is no state of ours.
    pub(super) fn from_slug(slug: &str) -> Option<Self> {
        [Self::Draft, Self::Published, Self::Withdrawn].into_iter().find(|state| state.slug() == slug)
    }
}

/// A card of the register.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    /// Its number.
    pub(crate) gtin: Gtin,
    /// Number of the participant that registered it.
    pub(crate) participant: i32,
    /// Its group.
    pub(crate) group: Group,
    /// Trade name.
    pub(crate) trade_name: Names,
    /// Who makes it.
    pub(crate) manufacturer: String,
    /// The same in every language, where the register was told.
    pub(crate) manufacturers: Option<Names>,
    /// Where it is made: two letters of ISO 3166-1.
    pub(crate) country: String,
    /// Code of the EAEU commodity nomenclature, 4 to 10 digits.
    pub(crate) hs_code: String,
    /// What its group asks for, by the slugs of the directory.
    pub(crate) attributes: Map<String, Value>,
    /// Where the card stands.
    pub(crate) state: ProductState,
    /// When it was registered.
    pub(crate) created_at: DateTime<Utc>,
}

impl Product {
    /// Whether the public may see the card.
    pub(crate) fn is_public(&self) -> bool {
        self.state != ProductState::Draft
    }

    /// Whether codes may be ordered.
    pub(crate) fn is_published(&self) -> bool {
        self.state == ProductState::Published
    }
}

/// What is sent to register goods.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "gtin": "04870001234560",
    "group": "water",
    "trade_name": { "kk": "«Алатау» табиғи суы", "ru": "Природная вода «Алатау»", "en": "Alatau natural water" },
    "manufacturer": "«Алатау» ЖШС, Алматы",
    "country": "KZ",
    "hs_code": "2201101900",
    "attributes": { "brand": "Алатау", "kind": "mineral", "volume": 0.5, "carbonated": true }
}))]
pub(crate) struct NewProduct {
    /// GTIN, 8, 12, 13 or 14 digits; the last must follow from the others.
    #[schema(example = "04870001234560", pattern = "^([0-9]{8}|[0-9]{12,14})$")]
    pub(crate) gtin: String,
    /// BIN of the participant whose goods these are. Operators must say; a participant's own people need not.
    #[schema(example = "990140000384", pattern = "^[0-9]{12}$")]
    pub(crate) participant: Option<String>,
    /// The group of goods, by its slug in the directory `product-groups`.
    #[schema(example = "water", max_length = 40)]
    pub(crate) group: String,
    /// Trade name.
    pub(crate) trade_name: Names,
    /// Who makes the goods.
    #[schema(example = "«Алатау» ЖШС, Алматы", min_length = 1, max_length = 200)]
    pub(crate) manufacturer: String,
    /// The same in every language; without it everybody is shown `manufacturer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manufacturers: Option<Names>,
    /// Where they are made: two letters of ISO 3166-1.
    #[schema(example = "KZ", pattern = "^[A-Z]{2}$")]
    pub(crate) country: String,
    /// Code of the EAEU commodity nomenclature, 4 to 10 digits, under a heading of the group.
    #[schema(example = "2201101900", pattern = "^[0-9]{4,10}$")]
    pub(crate) hs_code: String,
    /// What the group asks for, by the slugs of the directory.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub(crate) attributes: Map<String, Value>,
}

/// A registration of goods whose fields hold.
#[derive(Clone, Debug)]
pub(crate) struct CheckedProduct {
    pub(super) gtin: Gtin,
    pub(super) participant: Option<Bin>,
    pub(super) group: Group,
    pub(super) trade_name: Names,
    pub(super) manufacturer: String,
    pub(super) manufacturers: Option<Names>,
    pub(super) country: String,
    pub(super) hs_code: String,
    pub(super) attributes: Map<String, Value>,
}

/// The slug of a fault in a GTIN.
pub(crate) fn gtin_slug(error: InvalidGtin) -> &'static str {
    match error {
        InvalidGtin::Shape => "field-not-a-gtin",
        InvalidGtin::CheckDigit => "field-check-digit",
    }
}

impl NewProduct {
    const MAX_MANUFACTURER: usize = 200;

    /// Checks every field, the group's attributes included, or tells all faults at once.
    pub(crate) fn check(&self) -> Result<CheckedProduct> {
        let mut faults = Faults::default();
        let gtin = faults.keep("gtin", self.gtin.parse::<Gtin>(), gtin_slug);
        let bin = self.participant.as_deref().map(str::parse::<Bin>).transpose();
        let participant = faults.keep("participant", bin, InvalidBin::slug);
        let trade_name = self.trade_name.checked("trade_name", &mut faults);
        let manufacturer = faults.text("manufacturer", &self.manufacturer, Self::MAX_MANUFACTURER);
        let manufacturers = self.manufacturers.as_ref().map(|names| names.checked("manufacturers", &mut faults));
        if reference().country(&self.country).is_none() {
            faults.add("country", "field-not-a-country");
        }
        let group = self.group.parse::<Group>().ok();
        if let Some(group) = group {
            let entry = reference().product_group(group);
            check_hs_code(entry, &self.hs_code, &mut faults);
            check_attributes(entry, &self.attributes, &mut faults);
        } else {
            let allowed = Group::ALL.map(Group::slug).join(", ");
            faults.add_with("group", "field-not-one-of", &[("allowed", allowed.into())]);
        }
        faults.refuse()?;
        let (Some(gtin), Some(participant), Some(group)) = (gtin, participant, group) else {
            return Err(Error::internal("a field was refused without a fault"));
        };
        Ok(CheckedProduct {
            gtin,
            participant,
            group,
            trade_name,
            manufacturer,
            manufacturers,
            country: self.country.clone(),
            hs_code: self.hs_code.clone(),
            attributes: self.attributes.clone(),
        })
    }
}

/// Four to ten digits under one of the group's headings.
fn check_hs_code(group: &ProductGroup, hs_code: &str, faults: &mut Faults) {
    if !(4..=10).contains(&hs_code.len()) || !hs_code.bytes().all(|byte| byte.is_ascii_digit()) {
        faults.add("hs_code", "field-not-an-hs-code");
    } else if !group.hs_prefixes.iter().any(|prefix| hs_code.starts_with(prefix.as_str())) {
        let headings = group.hs_prefixes.join(", ");
        faults.add_with("hs_code", "field-hs-heading", &[("allowed", headings.into())]);
    }
}

/// What the group asks for is there, what is there is asked for, and each value is of its kind.
fn check_attributes(group: &ProductGroup, given: &Map<String, Value>, faults: &mut Faults) {
    for attribute in &group.attributes {
        let field = format!("attributes.{}", attribute.slug);
        match given.get(&attribute.slug) {
            None if attribute.mandatory => faults.add(field, "field-required"),
            None => {}
            Some(value) => check_attribute(&attribute.kind, &field, value, faults),
        }
    }
    for name in given.keys().filter(|name| !group.attributes.iter().any(|attribute| attribute.slug == **name)) {
        let shown: String = name.chars().take(40).collect();
        let known = group.attributes.iter().map(|attribute| attribute.slug.as_str());
        let nearest = known::nearest(name, known).unwrap_or("none");
        faults.add_with(format!("attributes.{shown}"), "field-unknown", &[("nearest", nearest.into())]);
    }
}

fn check_attribute(kind: &AttributeKind, field: &str, value: &Value, faults: &mut Faults) {
    let range = |minimum: f64, maximum: f64| [("min", minimum.into()), ("max", maximum.into())];
    match (kind, value) {
        (AttributeKind::Text { max_length }, Value::String(text)) => {
            faults.text(field, text, *max_length);
        }
        (AttributeKind::Integer { minimum, maximum }, value) => match value.as_i64() {
            None => faults.add(field, "field-not-a-whole-number"),
            Some(number) if (*minimum..=*maximum).contains(&number) => {}
            Some(_) => {
                let args = [("min", (*minimum).into()), ("max", (*maximum).into())];
                faults.add_with(field, "field-out-of-range", &args);
            }
        },
        (AttributeKind::Decimal { minimum, maximum }, value) => match value.as_f64() {
            None => faults.add(field, "field-not-a-number"),
            Some(number) if (*minimum..=*maximum).contains(&number) => {}
            Some(_) => faults.add_with(field, "field-out-of-range", &range(*minimum, *maximum)),
        },
        (AttributeKind::Choice { values }, Value::String(slug)) if values.iter().any(|value| value.slug == *slug) => {}
        (AttributeKind::Choice { values }, _) => {
            let allowed: Vec<&str> = values.iter().map(|value| value.slug.as_str()).collect();
            faults.add_with(field, "field-not-one-of", &[("allowed", allowed.join(", ").into())]);
        }
        (AttributeKind::YesNo, Value::Bool(_)) => {}
        (AttributeKind::Text { .. } | AttributeKind::YesNo, _) => faults.add(field, "field-wrong-type"),
    }
}

/// One line of a card, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AttributeLine {
    /// The attribute.
    #[schema(example = "volume")]
    pub(crate) slug: String,
    /// Words for it.
    #[schema(example = "Көлемі")]
    pub(crate) name: String,
    /// Its value in words, with its unit.
    #[schema(example = "0,5 л")]
    pub(crate) text: String,
}

/// The card's attributes in words, in the order of the group's directory.
pub(crate) fn attribute_lines(product: &Product, language: Language) -> Vec<AttributeLine> {
    let group = reference().product_group(product.group);
    let line = |attribute: &Attribute| {
        let value = product.attributes.get(&attribute.slug)?;
        let text = value_in_words(&attribute.kind, value, language);
        let text = match &attribute.unit {
            Some(unit) => format!("{text}\u{a0}{}", unit.get(language)),
            None => text,
        };
        Some(AttributeLine { slug: attribute.slug.clone(), name: attribute.name.get(language).to_owned(), text })
    };
    group.attributes.iter().filter_map(line).collect()
}

fn value_in_words(kind: &AttributeKind, value: &Value, language: Language) -> String {
    match (kind, value) {
        (AttributeKind::Choice { values }, Value::String(slug)) => {
            let chosen = values.iter().find(|value| value.slug == *slug);
            chosen.map_or(slug.as_str(), |value| value.name.get(language)).to_owned()
        }
        (AttributeKind::YesNo, Value::Bool(yes)) => {
            locales::say(language, if *yes { "card-yes" } else { "card-no" }, &[])
        }
        (_, Value::Number(number)) => locales::format::number(language, number.as_f64().unwrap_or_default()),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn water() -> NewProduct {
        serde_json::from_value(json!({
            "gtin": "4870001234560", "group": "water", "manufacturer": "«Алатау» ЖШС", "country": "KZ",
            "trade_name": {"kk": "«Алатау» суы", "ru": "Вода «Алатау»", "en": "Alatau water"}, "hs_code": "2201101900",
            "attributes": {"brand": "Алатау", "kind": "mineral", "volume": 0.5, "carbonated": true}
        }))
        .unwrap()
    }

    fn faults(new: &NewProduct) -> Vec<(String, &'static str)> {
        match new.check() {
            Ok(_) => Vec::new(),
            Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.slug)).collect(),
            Err(other) => panic!("{other}"),
        }
    }

    /// S5
    #[test]
    fn a_card_with_every_mandatory_field_holds() {
        let checked = water().check().unwrap();
        assert_eq!(checked.gtin.to_string(), "04870001234560");
        assert_eq!(checked.group, Group::Water);
    }

    /// S5: every group refuses an empty card, and names exactly what it asks for.
    #[test]
    fn each_mandatory_attribute_of_each_group_is_asked_for() {
        for group in Group::ALL {
            let entry = reference().product_group(group);
            let mut new = water();
            new.group = group.slug().into();
            new.hs_code = format!("{:0<10}", entry.hs_prefixes[0]);
            new.attributes.clear();
            let mandatory = entry.attributes.iter().filter(|attribute| attribute.mandatory);
            let expected: Vec<_> =
                mandatory.map(|attribute| (format!("attributes.{}", attribute.slug), "field-required")).collect();
            assert!(!expected.is_empty(), "{group}");
            assert_eq!(faults(&new), expected, "{group}");
        }
    }

    #[test]
    fn values_of_another_kind_beyond_the_range_and_of_no_field_are_refused_in_place() {
        let mut new = water();
        new.attributes = serde_json::from_value(json!({
            "brand": 7, "kind": "heavy", "volume": 51, "carbonated": "yes", "smell": "of pines"
        }))
        .unwrap();
        let expected = [
            ("attributes.brand", "field-wrong-type"),
            ("attributes.kind", "field-not-one-of"),
            ("attributes.volume", "field-out-of-range"),
            ("attributes.carbonated", "field-wrong-type"),
            ("attributes.smell", "field-unknown"),
        ];
        assert_eq!(faults(&new), expected.map(|(field, slug)| (field.to_owned(), slug)));
        new.attributes = serde_json::from_value(json!({
            "brand": "\u{1b}[31m", "kind": "drinking", "volume": "half", "carbonated": false
        }))
        .unwrap();
        let expected = [("attributes.brand", "field-control-character"), ("attributes.volume", "field-not-a-number")];
        assert_eq!(faults(&new), expected.map(|(field, slug)| (field.to_owned(), slug)));
    }

    #[test]
    fn all_other_fields_are_checked_at_once() {
        let mut new = water();
        new.gtin = "4870001234561".into();
        new.participant = Some("123".into());
        new.country = "kz".into();
        new.hs_code = "6401".into();
        new.manufacturer = String::new();
        let expected = [
            ("gtin", "field-check-digit"),
            ("participant", "field-not-a-bin"),
            ("manufacturer", "field-required"),
            ("country", "field-not-a-country"),
            ("hs_code", "field-hs-heading"),
        ];
        assert_eq!(faults(&new), expected.map(|(field, slug)| (field.to_owned(), slug)));
        new = water();
        new.group = "gold".into();
        assert_eq!(faults(&new), [("group".to_owned(), "field-not-one-of")]);
        new = water();
        new.hs_code = "22011O".into();
        assert_eq!(faults(&new), [("hs_code".to_owned(), "field-not-an-hs-code")]);
    }

    /// D1.19
    #[test]
    fn attributes_are_told_in_the_reader_s_language() {
        let CheckedProduct {
            gtin, group, trade_name, manufacturer, manufacturers, country, hs_code, attributes, ..
        } = water().check().unwrap();
        let (participant, state, created_at) = (1, ProductState::Published, DateTime::UNIX_EPOCH);
        let product = Product {
            gtin,
            participant,
            group,
            trade_name,
            manufacturer,
            manufacturers,
            country,
            hs_code,
            attributes,
            state,
            created_at,
        };
        let texts =
            |language| attribute_lines(&product, language).into_iter().map(|line| line.text).collect::<Vec<_>>();
        assert_eq!(texts(Language::Kk), ["Алатау", "Табиғи минералды", "0,5\u{a0}л", "Иә"]);
        assert_eq!(texts(Language::Ru), ["Алатау", "Природная минеральная", "0,5\u{a0}л", "Да"]);
        assert_eq!(texts(Language::En), ["Алатау", "Natural mineral", "0.5\u{a0}l", "Yes"]);
    }

    proptest! {
        /// X40: whatever stands in the fields, the answer is a card or a list of faults.
        #[test]
        fn any_values_are_answered(text in "\\PC{0,20}", number in any::<f64>(), group in prop::sample::select(Group::ALL.to_vec())) {
            let mut new = water();
            new.group = group.slug().into();
            for (place, attribute) in reference().product_group(group).attributes.iter().enumerate() {
                let value = if place % 2 == 0 { json!(text) } else { json!(number) };
                new.attributes.insert(attribute.slug.clone(), value);
            }
            let _ = faults(&new);
        }
    }
}
