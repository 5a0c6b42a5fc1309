//! What a release has to say of goods (D1.7, S15): rules by group and origin, from the directory `release-facts`.

use marking::layout::Group;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::faults::Faults;
use super::product::Product;
use super::reference::reference;

/// Where goods are made, as far as the papers of a release depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Origin {
    /// In Kazakhstan.
    Domestic,
    /// In another country of the Eurasian Economic Union: goods cross no customs border.
    Eaeu,
    /// Anywhere else.
    Abroad,
}

impl Origin {
    /// The origin of goods from a country of ISO 3166-1.
    pub(crate) fn of(country: &str) -> Self {
        let is_member = || reference().country(country).is_some_and(|country| country.is_eaeu);
        match country {
            "KZ" => Self::Domestic,
            _ if is_member() => Self::Eaeu,
            _ => Self::Abroad,
        }
    }
}

/// A fact of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReleaseFact {
    /// The day of production.
    ProducedOn,
    /// The last day on which the goods are good.
    ExpiresOn,
    /// Who brought them into the country.
    Importer,
    /// The number of the customs declaration.
    DeclarationNumber,
    /// The day of the customs declaration.
    DeclaredOn,
}

impl ReleaseFact {
    const ALL: [Self; 5] =
        [Self::ProducedOn, Self::ExpiresOn, Self::Importer, Self::DeclarationNumber, Self::DeclaredOn];

    /// The field of a release that holds it.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::ProducedOn => "produced_on",
            Self::ExpiresOn => "expires_on",
            Self::Importer => "importer",
            Self::DeclarationNumber => "declaration_number",
            Self::DeclaredOn => "declared_on",
        }
    }
}

/// One line of the directory: for these groups and this origin, some facts are needed and some barred.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseRule {
    /// Groups that it holds for; all without them.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["medicines", "dairy"]))]
    pub(crate) groups: Vec<Group>,
    /// Origin that it holds for; any without it.
    #[serde(default)]
    pub(crate) origin: Option<Origin>,
    /// Facts that a release must state.
    #[serde(default)]
    pub(crate) needs: Vec<ReleaseFact>,
    /// Facts that a release must not state.
    #[serde(default)]
    pub(crate) bars: Vec<ReleaseFact>,
}

impl ReleaseRule {
    fn holds_for(&self, group: Group, origin: Origin) -> bool {
        (self.groups.is_empty() || self.groups.contains(&group)) && self.origin.is_none_or(|only| only == origin)
    }
}

fn rules_for(product: &Product) -> impl Iterator<Item = &'static ReleaseRule> {
    let (group, origin) = (product.group, Origin::of(&product.country));
    reference().release_facts.items.iter().filter(move |rule| rule.holds_for(group, origin))
}

/// The facts that a release of these goods must state, in the order of a form.
pub(crate) fn release_needs(product: &Product) -> Vec<ReleaseFact> {
    let needed = |fact: &ReleaseFact| rules_for(product).any(|rule| rule.needs.contains(fact));
    ReleaseFact::ALL.into_iter().filter(needed).collect()
}

/// Notes each fact that a release of these goods lacks (`field-required`), or states although there is none
/// (`field-not-for-domestic`).
pub(crate) fn check_release(product: &Product, stated: &[ReleaseFact], faults: &mut Faults) {
    for fact in ReleaseFact::ALL {
        let is_stated = stated.contains(&fact);
        if !is_stated && rules_for(product).any(|rule| rule.needs.contains(&fact)) {
            faults.add_once(fact.field(), "field-required");
        } else if is_stated && rules_for(product).any(|rule| rule.bars.contains(&fact)) {
            faults.add_once(fact.field(), "field-not-for-domestic");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::DateTime;

    use super::*;
    use crate::platform::problem::Error;
    use crate::registry::{Names, ProductState};

    fn product(group: Group, country: &str) -> Product {
        let name = || "н".to_owned();
        Product {
            gtin: "04870001234560".parse().unwrap(),
            participant: 1,
            group,
            trade_name: Names { kk: name(), ru: name(), en: name() },
            manufacturer: name(),
            manufacturers: None,
            country: country.into(),
            hs_code: "6403".into(),
            attributes: serde_json::Map::new(),
            state: ProductState::Published,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn faults(product: &Product, stated: &[ReleaseFact]) -> Vec<String> {
        let mut faults = Faults::default();
        check_release(product, stated, &mut faults);
        match faults.refuse() {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(faults)) => {
                faults.iter().map(|fault| format!("{} {}", fault.field, fault.slug)).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// A2, S15, D1.7
    #[test]
    fn imported_goods_need_importer_and_declaration() {
        use ReleaseFact::{DeclarationNumber, DeclaredOn, Importer, ProducedOn};

        let shoes = product(Group::Shoes, "IT");
        let expected = [
            "produced_on field-required",
            "importer field-required",
            "declaration_number field-required",
            "declared_on field-required",
        ];
        assert_eq!(faults(&shoes, &[]), expected);
        assert!(faults(&shoes, &[ProducedOn, Importer, DeclarationNumber, DeclaredOn]).is_empty());
    }

    /// A2: goods from a country of the union cross no customs border.
    #[test]
    fn goods_of_the_union_need_an_importer_and_no_declaration() {
        let boots = product(Group::Shoes, "RU");
        assert!(faults(&boots, &[ReleaseFact::ProducedOn, ReleaseFact::Importer]).is_empty());
        assert!(faults(&boots, &ReleaseFact::ALL).is_empty());
    }

    /// A2: medicines and dairy always expire.
    #[test]
    fn medicines_and_dairy_need_both_dates() {
        for group in Group::ALL {
            let needed = release_needs(&product(group, "KZ"));
            assert!(needed.contains(&ReleaseFact::ProducedOn), "{group}");
            let expires = matches!(group, Group::Medicines | Group::Dairy);
            assert_eq!(needed.contains(&ReleaseFact::ExpiresOn), expires, "{group}");
        }
    }

    /// A3: goods made in the country have no importer.
    #[test]
    fn domestic_goods_name_no_importer() {
        let water = product(Group::Water, "KZ");
        let expected = ["importer field-not-for-domestic"];
        assert_eq!(faults(&water, &[ReleaseFact::ProducedOn, ReleaseFact::Importer]), expected);
    }
}
