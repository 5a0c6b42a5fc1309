//! Who and what the demo shows: companies, people, goods, from `story.toml`. Made up; no number is anybody's.

use marking::gtin::Gtin;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::auth::Role;
use crate::platform::problem::{Error, Result};
use crate::registry::Names;

/// The cast.
#[derive(Debug, Deserialize)]
pub(super) struct Story {
    /// Everybody's password: the demo hides nothing.
    pub(super) password: String,
    /// Companies, each with a person of the same login who acts for it.
    pub(super) participants: Vec<Company>,
    /// People without a company, and clerks.
    pub(super) accounts: Vec<Person>,
    /// Goods.
    pub(super) products: Vec<Goods>,
}

/// A company.
#[derive(Debug, Deserialize)]
pub(super) struct Company {
    pub(super) login: String,
    pub(super) bin: String,
    pub(super) name: Names,
    pub(super) roles: Vec<String>,
    pub(super) address: String,
    #[serde(default)]
    pub(super) gs1_prefixes: Vec<String>,
}

/// Somebody who signs in.
#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub(super) login: String,
    pub(super) role: Role,
    /// Login of the company that a clerk works for.
    pub(super) participant: Option<String>,
    pub(super) region: Option<String>,
}

/// Goods of a company.
#[derive(Debug, Deserialize)]
pub(super) struct Goods {
    /// What the shelf calls them.
    pub(super) name: String,
    /// Login of the company.
    pub(super) owner: String,
    pub(super) gtin: Gtin,
    pub(super) group: String,
    pub(super) trade_name: Names,
    pub(super) manufacturer: String,
    pub(super) manufacturers: Option<Names>,
    pub(super) country: String,
    pub(super) hs_code: String,
    pub(super) attributes: Map<String, Value>,
}

impl Story {
    /// Reads the story that is built in.
    pub(super) fn read() -> Result<Self> {
        toml::from_str(include_str!("story.toml")).map_err(Error::internal)
    }

    /// Goods by name.
    pub(super) fn goods(&self, name: &str) -> Result<&Goods> {
        let found = self.products.iter().find(|goods| goods.name == name);
        found.ok_or_else(|| Error::internal(format!("the story has no goods {name}")))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use marking::layout::Group;

    use super::*;

    #[test]
    fn the_story_has_goods_of_every_group_and_people_of_every_role() {
        let story = Story::read().unwrap();
        for group in Group::ALL {
            assert!(story.products.iter().any(|goods| goods.group == group.slug()), "{group}");
        }
        let shown = |role: Role| role == Role::Participant || story.accounts.iter().any(|person| person.role == role);
        assert!(Role::ALL.into_iter().all(shown));
        assert!(story.products.iter().all(|goods| story.participants.iter().any(|one| one.login == goods.owner)));
    }
}
