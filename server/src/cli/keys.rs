//! `tanba keys`.

use std::io::Read;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use locales::Language;
use mobile_core::key_list::{KeyList, LONGEST, SignedKeyList};

use super::ACTOR;
use super::arguments::KeysCommand;
use super::failure::Outcome;
use super::serve::open;
use super::stores::Stores;
use super::terminal::{columns, say};
use crate::keys::{KeyCard, KeyState, create_root, read_root};
use crate::platform::config::Config;
use crate::platform::problem::{Error, FieldFault, Result};
use crate::service::Service;

/// Does what is asked with keys.
pub(super) async fn run(command: KeysCommand, mut config: Config) -> Outcome {
    // What is done beside the root needs no store: the root is where no network is.
    let command = match command {
        KeysCommand::Root { file } => return Ok(make_root(config.language, &file)?),
        KeysCommand::Sign { root, list: Some(list) } => return Ok(sign(&root, &list)?),
        others => others,
    };
    let stores = Stores::for_command(&mut config).await?;
    let outcome = async {
        let service = open(config).await?;
        carry_out(&service, command).await?;
        service.base.db.close();
        Ok(())
    };
    stores.close_after(outcome).await
}

async fn carry_out(service: &Service, command: KeysCommand) -> Result<()> {
    let language = service.base.config.language;
    let changes = matches!(command, KeysCommand::Rotate { .. } | KeysCommand::Revoke { .. });
    let added = |card: &KeyCard| {
        let args = [("key", (&card.id).into()), ("date", card.signs_from.into())];
        say(language, "cli-key-added", &args);
    };
    match command {
        KeysCommand::List => list(language, service.keys.current().cards(), service.base.clock.now()),
        KeysCommand::Rotate { purpose: Some(purpose), .. } => added(&service.keys.rotate(purpose, ACTOR).await?),
        KeysCommand::Rotate { purpose: None, .. } => {
            let made = service.keys.rotate_due().await?;
            made.iter().for_each(added);
            if made.is_empty() {
                say(language, "cli-keys-none-due", &[]);
            }
        }
        KeysCommand::Revoke { key } => {
            let heir = service.keys.revoke(&key, ACTOR).await?;
            say(language, "cli-key-revoked", &[("key", (&key).into())]);
            heir.iter().for_each(added);
        }
        KeysCommand::Export => {
            println!("{}", serde_json::to_string(&service.keys.next_list().await?).map_err(Error::internal)?);
        }
        KeysCommand::Sign { root, .. } => match service.keys.sign_list(&read_root(&root)?, ACTOR).await? {
            Some(version) => say(language, "cli-key-list-published", &[("version", version.into())]),
            None => say(language, "cli-key-list-current", &[]),
        },
        KeysCommand::Publish { list, root } => {
            let unreadable = |field: &'static str| Error::Invalid(vec![FieldFault::new(field, "field-wrong-type")]);
            let public = hex::decode(root).ok().and_then(|bytes| bytes.try_into().ok());
            let signed = SignedKeyList::read(&read(&list)?).map_err(|_| unreadable("list"))?;
            let version = service.keys.publish(signed, public.ok_or_else(|| unreadable("root"))?, ACTOR).await?;
            say(language, "cli-key-list-published", &[("version", version.into())]);
        }
        KeysCommand::Root { .. } => {}
    }
    if changes && !service.keys.list_is_current() {
        say(language, "cli-key-list-due", &[]);
    }
    Ok(())
}

fn make_root(language: Language, file: &Path) -> Result<()> {
    let public = hex::encode(create_root(file)?.public_bytes());
    let args = [("file", file.display().to_string().into()), ("public", public.into())];
    say(language, "cli-key-root", &args);
    Ok(())
}

/// Signs a list beside the root, and prints it.
fn sign(root: &Path, list: &Path) -> Result<()> {
    let list: KeyList = serde_json::from_slice(&read(list)?)
        .map_err(|_| Error::Invalid(vec![FieldFault::new("list", "field-wrong-type")]))?;
    let signed = list.sign(&read_root(root)?);
    println!("{}", serde_json::to_string(&signed).map_err(Error::internal)?);
    Ok(())
}

/// A file, or standard input for `-`.
fn read(path: &Path) -> Result<Vec<u8>> {
    let most = LONGEST as u64 + 1;
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path);
        let file = file.map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
        file.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
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
