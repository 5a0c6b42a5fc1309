//! Directories and classifiers (D1.20): versioned files in `server/reference/`, built into the program and read once.
//! A broken file is found by the tests at the foot; at run time nothing here can fail.

use std::sync::LazyLock;

use locales::Language;
use marking::layout::Group;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names::Names;
use super::release::ReleaseRule;

/// One directory: its entries, and what they were made from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Directory<T> {
    /// Version of the file; it changes with its content.
    #[schema(example = "2026-11-20")]
    pub(crate) version: String,
    /// Where the entries come from.
    pub(crate) source: String,
    /// The entries.
    pub(crate) items: Vec<T>,
}

/// A country or territory of ISO 3166-1.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Country {
    /// Two letters of ISO 3166-1.
    #[schema(example = "KZ")]
    pub(crate) code: String,
    /// Short everyday name.
    pub(crate) name: Names,
    /// Whether it is a member of the Eurasian Economic Union: goods from there cross no customs border.
    #[serde(default)]
    pub(crate) is_eaeu: bool,
}

/// A region of Kazakhstan or a city of republican significance.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Region {
    /// Code in the classifier of administrative-territorial objects (KATO), nine digits.
    #[schema(example = "750000000")]
    pub(crate) kato: String,
    /// Code of ISO 3166-2.
    #[schema(example = "KZ-75")]
    pub(crate) iso: String,
    /// Name.
    pub(crate) name: Names,
    /// Name of its capital.
    pub(crate) capital: Names,
    /// Latitude and longitude of the capital, degrees, WGS 84.
    #[schema(example = json!([43.2389, 76.8897]))]
    pub(crate) centre: [f64; 2],
}

/// A group of marked goods: layout of codes, headings of the commodity nomenclature, fields of a card.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProductGroup {
    /// The group.
    #[schema(value_type = String, example = "shoes")]
    pub(crate) slug: Group,
    /// How its codes are laid out.
    #[schema(example = "serial-key-seal-88")]
    pub(crate) layout: String,
    /// Name.
    pub(crate) name: Names,
    /// How the commodity codes of its goods begin.
    pub(crate) hs_prefixes: Vec<String>,
    /// What a card tells.
    pub(crate) attributes: Vec<Attribute>,
}

/// A field of a product card.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Attribute {
    /// Name of the field.
    #[schema(example = "volume")]
    pub(crate) slug: String,
    /// Words for it.
    pub(crate) name: Names,
    /// What it holds.
    #[serde(flatten)]
    pub(crate) kind: AttributeKind,
    /// Whether a card must have it.
    #[serde(default)]
    pub(crate) mandatory: bool,
    /// Unit of measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<Names>,
}

/// What a field of a card holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum AttributeKind {
    /// Words.
    Text {
        /// Characters at most.
        max_length: usize,
    },
    /// A whole number.
    Integer {
        /// Smallest.
        minimum: i64,
        /// Greatest.
        maximum: i64,
    },
    /// A number.
    Decimal {
        /// Smallest.
        minimum: f64,
        /// Greatest.
        maximum: f64,
    },
    /// One of a list.
    Choice {
        /// The list.
        values: Vec<Choice>,
    },
    /// True or false.
    YesNo,
}

/// A value that a field may take.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Choice {
    /// The value.
    #[schema(example = "mineral")]
    pub(crate) slug: String,
    /// Words for it.
    pub(crate) name: Names,
}

/// An entry whose words stand in the messages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Term {
    /// The entry.
    #[schema(example = "expired-goods")]
    pub(crate) slug: String,
    /// Words for it.
    pub(crate) name: Names,
}

/// Everything that the files hold.
pub(crate) struct Reference {
    /// ISO 3166-1, by code.
    pub(crate) countries: Directory<Country>,
    /// Groups of goods.
    pub(crate) product_groups: Directory<ProductGroup>,
    /// Regions of Kazakhstan, by KATO code.
    pub(crate) regions: Directory<Region>,
    /// Why goods leave the market without a sale.
    pub(crate) withdrawal_reasons: Directory<Term>,
    /// What a report of a violation can be about.
    pub(crate) report_categories: Directory<Term>,
    /// What a release has to say of goods.
    pub(crate) release_facts: Directory<ReleaseRule>,
}

/// The reference data of this program.
pub(crate) fn reference() -> &'static Reference {
    static ALL: LazyLock<Reference> = LazyLock::new(|| Reference {
        countries: read(include_str!("../../reference/countries.toml")),
        product_groups: read(include_str!("../../reference/product-groups.toml")),
        regions: read(include_str!("../../reference/regions.toml")),
        withdrawal_reasons: terms("reason-withdrawal", include_str!("../../reference/withdrawal-reasons.toml")),
        report_categories: terms("category", include_str!("../../reference/report-categories.toml")),
        release_facts: read(include_str!("../../reference/release-facts.toml")),
    });
    &ALL
}

fn read<T: DeserializeOwned>(text: &str) -> Directory<T> {
    toml::from_str(text).expect("the tests read every file that is built in")
}

/// A directory of slugs with words from the messages under `{theme}-{slug}`.
fn terms(theme: &str, text: &str) -> Directory<Term> {
    let Directory { version, source, items } = read::<String>(text);
    let term = |slug: String| {
        let [kk, ru, en] = Language::ALL.map(|language| locales::say(language, &format!("{theme}-{slug}"), &[]));
        Term { slug, name: Names { kk, ru, en } }
    };
    Directory { version, source, items: items.into_iter().map(term).collect() }
}

impl Reference {
    /// The country of a code in capitals.
    pub(crate) fn country(&self, code: &str) -> Option<&Country> {
        let items = &self.countries.items;
        items.binary_search_by(|country| country.code.as_str().cmp(code)).ok().map(|at| &items[at])
    }

    /// The region of a KATO code.
    pub(crate) fn region(&self, kato: &str) -> Option<&Region> {
        self.regions.items.iter().find(|region| region.kato == kato)
    }

    /// What the directory tells of a group.
    pub(crate) fn product_group(&self, group: Group) -> &ProductGroup {
        let mut items = self.product_groups.items.iter();
        items.find(|item| item.slug == group).expect("a test finds every group in the directory")
    }

    /// Whether a report can be about this.
    pub(crate) fn has_report_category(&self, slug: &str) -> bool {
        self.report_categories.items.iter().any(|term| term.slug == slug)
    }
}

/// The distance of two places (latitude, longitude in degrees) over a sphere of the Earth's mean radius, in metres.
pub(crate) fn great_circle_metres(from: [f64; 2], to: [f64; 2]) -> f64 {
    const EARTH_METRES: f64 = 6_371_008.8;
    let [from_latitude, from_longitude] = from.map(f64::to_radians);
    let [to_latitude, to_longitude] = to.map(f64::to_radians);
    let haversine = |angle: f64| (angle / 2.0).sin().powi(2);
    let h = haversine(to_latitude - from_latitude)
        + from_latitude.cos() * to_latitude.cos() * haversine(to_longitude - from_longitude);
    2.0 * EARTH_METRES * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use marking::layout::{Form, TailKind};
    use marking::status::WithdrawalReason;

    use super::*;

    fn has_words(name: &Names) -> bool {
        [&name.kk, &name.ru, &name.en].into_iter().all(|text| !text.is_empty() && text.trim() == text)
    }

    /// D1.20
    #[test]
    fn all_249_countries_are_there_in_order_and_in_three_languages() {
        let countries = &reference().countries.items;
        assert_eq!(countries.len(), 249);
        assert!(countries.is_sorted_by(|a, b| a.code < b.code));
        for country in countries {
            assert!(country.code.len() == 2 && country.code.bytes().all(|byte| byte.is_ascii_uppercase()));
            assert!(has_words(&country.name), "{}", country.code);
        }
        assert_eq!(reference().country("KZ").unwrap().name.kk, "Қазақстан");
        assert!(reference().country("kz").is_none() && reference().country("XX").is_none());
        let names: BTreeSet<_> = countries.iter().map(|country| &country.name.kk).collect();
        assert_eq!(names.len(), 249, "two countries share a name");
    }

    /// D1.20
    #[test]
    fn all_twenty_regions_are_there_and_each_capital_lies_in_its_own() {
        let regions = &reference().regions.items;
        assert_eq!(regions.len(), 20);
        assert!(regions.is_sorted_by(|a, b| a.kato < b.kato));
        for region in regions {
            assert_eq!(region.iso, format!("KZ-{}", &region.kato[..2]));
            assert_eq!(region.kato[2..].trim_matches('0'), "");
            assert!(has_words(&region.name) && has_words(&region.capital));
            assert_eq!(reference().region(&region.kato).unwrap().iso, region.iso);
        }
    }

    #[test]
    fn distances_are_those_of_the_map() {
        // Astana to Almaty is 970 km by air.
        let metres = great_circle_metres([51.1694, 71.4491], [43.2389, 76.8897]);
        assert!((960_000.0..980_000.0).contains(&metres), "{metres}");
        let half = great_circle_metres([0.0, 0.0], [0.0, 180.0]);
        assert!((20_015_000.0..20_016_000.0).contains(&half), "{half}");
    }

    #[test]
    fn every_group_has_its_own_layout_and_a_card() {
        let reference = reference();
        assert_eq!(reference.product_groups.items.len(), Group::ALL.len());
        for group in Group::ALL {
            let entry = reference.product_group(group);
            let layout = group.layout();
            let slug = match (layout.form, layout.tail) {
                (Form::KeyAndSeal, TailKind::Ed25519) => "serial-key-seal-88",
                (Form::KeyAndSeal, _) => "serial-key-seal-44",
                (Form::ShortSeal, _) if layout.serial.characters() == 13 => "serial-tail",
                (Form::ShortSeal, _) => "short-serial-tail",
                (Form::PricedShortSeal, _) => "short-serial-price-tail",
                (Form::TobaccoPack, _) => "tobacco-pack",
                (Form::StampLink, _) => "stamp-link",
            };
            assert_eq!(entry.layout, slug, "{group}");
            assert!(has_words(&entry.name) && !entry.hs_prefixes.is_empty());
            let digits =
                |prefix: &String| (2..=10).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
            assert!(entry.hs_prefixes.iter().all(digits), "{group}");
            let slugs: BTreeSet<_> = entry.attributes.iter().map(|attribute| &attribute.slug).collect();
            assert_eq!(slugs.len(), entry.attributes.len(), "{group}");
            for Attribute { slug, name, kind, .. } in &entry.attributes {
                assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{slug}");
                assert!(has_words(name), "{group} {slug}");
                let sound = match kind {
                    AttributeKind::Text { max_length } => *max_length > 0,
                    AttributeKind::Integer { minimum, maximum } => minimum < maximum,
                    AttributeKind::Decimal { minimum, maximum } => minimum < maximum,
                    AttributeKind::Choice { values } => {
                        values.len() > 1 && values.iter().all(|value| has_words(&value.name))
                    }
                    AttributeKind::YesNo => true,
                };
                assert!(sound, "{group} {slug}");
            }
        }
    }

    /// S13
    #[test]
    fn reasons_are_those_of_a_code_s_life_and_terms_have_words() {
        let reference = reference();
        let slugs: Vec<_> = reference.withdrawal_reasons.items.iter().map(|term| term.slug.as_str()).collect();
        assert_eq!(slugs, WithdrawalReason::ALL.map(WithdrawalReason::slug));
        for (theme, terms) in
            [("reason-withdrawal", &reference.withdrawal_reasons), ("category", &reference.report_categories)]
        {
            for term in &terms.items {
                assert!(locales::has(&format!("{theme}-{}", term.slug)), "{}", term.slug);
            }
        }
        assert!(reference.has_report_category("other") && !reference.has_report_category("rumour"));
    }
}
