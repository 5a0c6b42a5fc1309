//! Who takes part in the circulation of marked goods, and what a registration of one must hold (D1.8, S1).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bin::{Bin, InvalidBin};
use super::faults::Faults;
use super::names::Names;
use super::prefix::Gs1Prefix;
use crate::platform::problem::Result;

/// What a participant does with marked goods (Q4a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParticipantRole {
    /// Makes goods.
    Producer,
    /// Brings goods into the country.
    Importer,
    /// Sells to those who sell.
    Wholesaler,
    /// Sells to consumers.
    Retailer,
}

impl ParticipantRole {
    /// The stable name.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Importer => "importer",
            Self::Wholesaler => "wholesaler",
            Self::Retailer => "retailer",
        }
    }

    /// The role of a stored name; none when it is no role of ours.
    pub(super) fn from_slug(slug: &str) -> Option<Self> {
        [Self::Producer, Self::Importer, Self::Wholesaler, Self::Retailer].into_iter().find(|role| role.slug() == slug)
    }
}

/// A participant of the register.
#[derive(Clone, Debug)]
pub(crate) struct Participant {
    /// Its number in the register.
    pub(crate) number: i32,
    /// Its BIN or IIN.
    pub(crate) bin: Bin,
    /// Its name.
    pub(crate) name: Names,
    /// What it does.
    pub(crate) roles: Vec<ParticipantRole>,
    /// Where it is.
    pub(crate) address: Option<String>,
    /// When it was registered.
    pub(crate) created_at: DateTime<Utc>,
    /// Since when it may do nothing (Q23).
    pub(crate) blocked_at: Option<DateTime<Utc>>,
    /// Why it may do nothing.
    pub(crate) blocked_reason: Option<String>,
    /// The GS1 company prefixes under which it numbers packs.
    pub(crate) gs1_prefixes: Vec<Gs1Prefix>,
}

impl Participant {
    /// Whether it has this role.
    pub(crate) fn is(&self, role: ParticipantRole) -> bool {
        self.roles.contains(&role)
    }

    /// Whether it may register goods and order codes: only who makes or imports goods answers for their cards (S3, S15).
    pub(crate) fn registers_goods(&self) -> bool {
        self.blocked_at.is_none() && (self.is(ParticipantRole::Producer) || self.is(ParticipantRole::Importer))
    }
}

/// What an operator sends to register a participant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "bin": "990140000384",
    "name": { "kk": "«Алатау» ЖШС", "ru": "ТОО «Алатау»", "en": "Alatau LLP" },
    "roles": ["producer", "wholesaler"],
    "address": "Алматы, Абай даңғылы, 1"
}))]
pub(crate) struct NewParticipant {
    /// BIN or IIN, twelve digits; the last must follow from the others.
    #[schema(example = "990140000384", pattern = "^[0-9]{12}$")]
    pub(crate) bin: String,
    /// Its name.
    pub(crate) name: Names,
    /// What it does, at least one thing.
    #[schema(min_items = 1, max_items = 4, example = json!(["producer", "wholesaler"]))]
    pub(crate) roles: Vec<ParticipantRole>,
    /// Where it is.
    #[schema(example = "Алматы, Абай даңғылы, 1", min_length = 1, max_length = 300)]
    pub(crate) address: Option<String>,
    /// The GS1 company prefixes under which it numbers packs, 4 to 12 digits each.
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["4870001"]))]
    pub(crate) gs1_prefixes: Vec<String>,
}

/// A registration whose fields hold.
#[derive(Clone, Debug)]
pub(crate) struct CheckedParticipant {
    pub(super) bin: Bin,
    pub(super) name: Names,
    pub(super) roles: Vec<ParticipantRole>,
    pub(super) address: Option<String>,
    pub(super) gs1_prefixes: Vec<Gs1Prefix>,
}

/// Prefixes that a participant may have.
const MAX_PREFIXES: usize = 20;

/// Reads the prefixes of a participant, in order and none twice; notes the place of each that is none.
pub(super) fn read_prefixes(field: &str, texts: &[String], faults: &mut Faults) -> Vec<Gs1Prefix> {
    if texts.len() > MAX_PREFIXES {
        faults.add_with(field, "field-too-many", &[("max", MAX_PREFIXES.into())]);
    }
    let mut read: Vec<Gs1Prefix> = Vec::new();
    for (position, text) in texts.iter().take(MAX_PREFIXES).enumerate() {
        let place = format!("{field}[{position}]");
        if let Some(prefix) = faults.keep(&place, text.parse::<Gs1Prefix>(), |_| "field-not-a-gs1-prefix") {
            if read.iter().any(|other| other.overlaps(&prefix)) {
                faults.add(place, "field-doubled");
            }
            read.push(prefix);
        }
    }
    read.sort_unstable();
    read
}

impl NewParticipant {
    const MAX_ADDRESS: usize = 300;

    /// Checks every field, or tells all faults at once.
    pub(crate) fn check(&self) -> Result<CheckedParticipant> {
        let mut faults = Faults::default();
        let bin = faults.keep("bin", self.bin.parse::<Bin>(), InvalidBin::slug);
        let name = self.name.checked("name", &mut faults);
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        if roles.is_empty() {
            faults.add("roles", "field-required");
        } else if roles.len() < self.roles.len() {
            faults.add("roles", "field-doubled");
        }
        let address = self.address.as_deref().map(|text| faults.text("address", text, Self::MAX_ADDRESS));
        let gs1_prefixes = read_prefixes("gs1_prefixes", &self.gs1_prefixes, &mut faults);
        faults.refuse()?;
        let bin = bin.ok_or_else(|| crate::platform::problem::Error::field("bin", "field-required"))?;
        Ok(CheckedParticipant { bin, name, roles, address, gs1_prefixes })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::platform::problem::Error;

    fn new() -> NewParticipant {
        let name = Names {
            kk: " «Алатау» ЖШС ".into(), ru: "ТОО «Алатау»".into(), en: "Alatau LLP".into()
        };
        let roles = vec![ParticipantRole::Wholesaler, ParticipantRole::Producer];
        NewParticipant { bin: "990140000384".into(), name, roles, address: None, gs1_prefixes: vec![] }
    }

    /// D1.8
    #[test]
    fn a_sound_registration_is_trimmed_and_kept() {
        let checked = new().check().unwrap();
        assert_eq!(checked.bin.to_string(), "990140000384");
        assert_eq!(checked.name.kk, "«Алатау» ЖШС");
        assert_eq!(checked.roles, [ParticipantRole::Producer, ParticipantRole::Wholesaler]);
    }

    #[test]
    fn all_faults_are_told_at_once_with_their_places() {
        let mut new = new();
        new.bin = "990140000385".into();
        new.name.ru = " ".into();
        new.roles.clear();
        new.address = Some("я".repeat(301));
        let Err(Error::Invalid(faults)) = new.check() else { panic!("refused") };
        let told: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.slug)).collect();
        let expected = [
            ("bin", "field-check-digit"),
            ("name.ru", "field-required"),
            ("roles", "field-required"),
            ("address", "field-too-long"),
        ];
        assert_eq!(told, expected);
    }

    /// S3, S15: who only sells registers no goods.
    #[test]
    fn only_producers_and_importers_register_goods_and_none_that_is_blocked() {
        let CheckedParticipant { bin, name, address, .. } = new().check().unwrap();
        let created_at = DateTime::UNIX_EPOCH;
        let mut participant = Participant {
            number: 1,
            bin,
            name,
            roles: vec![],
            address,
            created_at,
            blocked_at: None,
            blocked_reason: None,
            gs1_prefixes: vec![],
        };
        for (role, may) in [
            (ParticipantRole::Producer, true),
            (ParticipantRole::Importer, true),
            (ParticipantRole::Wholesaler, false),
            (ParticipantRole::Retailer, false),
        ] {
            participant.roles = vec![role];
            assert_eq!(participant.registers_goods(), may, "{role:?}");
            assert_eq!(ParticipantRole::from_slug(role.slug()), Some(role));
        }
        participant.roles = vec![ParticipantRole::Producer];
        participant.blocked_at = Some(created_at);
        assert!(!participant.registers_goods());
    }
}
