//! `tanba keys`.

use chrono::{DateTime, SecondsFormat, Utc};
use locales::Language;

use super::ACTOR;
use super::arguments::KeysCommand;
use super::failure::Outcome;
use super::serve::open;
use super::stores::Stores;
use super::terminal::{columns, say};
use crate::app::App;
use crate::config::Config;
use crate::error::Result;
use crate::keys::{KeyCard, KeyState};

/// Does what is asked with keys.
pub(super) async fn run(command: KeysCommand, mut config: Config) -> Outcome {
    let stores = Stores::for_command(&mut config).await?;
    let outcome = async {
        let app = open(config).await?;
        carry_out(&app, command).await?;
        app.db.close();
        Ok(())
    };
    stores.close_after(outcome).await
}

async fn carry_out(app: &App, command: KeysCommand) -> Result<()> {
    let language = app.config.language;
    let added = |card: &KeyCard| {
        let args = [("key", (&card.id).into()), ("date", card.signs_from.into())];
        say(language, "cli-key-added", &args);
    };
    match command {
        KeysCommand::List => list(language, app.keys.current().cards(), app.clock.now()),
        KeysCommand::Rotate { purpose: Some(purpose), .. } => added(&app.keys.rotate(purpose, ACTOR).await?),
        KeysCommand::Rotate { purpose: None, .. } => {
            let made = app.keys.rotate_due().await?;
            made.iter().for_each(added);
            if made.is_empty() {
                say(language, "cli-keys-none-due", &[]);
            }
        }
        KeysCommand::Revoke { key } => {
            let heir = app.keys.revoke(&key, ACTOR).await?;
            say(language, "cli-key-revoked", &[("key", (&key).into())]);
            heir.iter().for_each(added);
        }
    }
    Ok(())
}

fn list(language: Language, cards: &[KeyCard], now: DateTime<Utc>) {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let row = |card: &KeyCard| {
        let state = card.state(now);
        let until = if state == KeyState::Revoked { card.revoked_at } else { card.signs_until };
        [
            card.id.clone(),
            card.purpose.to_string(),
            state.slug().to_owned(),
            instant(card.signs_from),
            until.map(instant).unwrap_or_default(),
        ]
    };
    let heading = ["cli-column-key", "cli-column-purpose", "cli-column-state", "cli-column-from", "cli-column-until"];
    columns(heading.map(|key| locales::say(language, key, &[])), cards.iter().map(row));
}
