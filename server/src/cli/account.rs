//! `tanba account`.

use locales::Language;
use zeroize::Zeroizing;

use super::ACTOR;
use super::arguments::{AccountCommand, Ties};
use super::failure::Outcome;
use super::serve::open;
use super::stores::Stores;
use super::terminal::{columns, new_password, say, tell};
use crate::auth::{self, Account, FirstSecrets, NewAccount, Role, SecondFactor};
use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};
use crate::registry::{self, Bin};
use crate::service::Service;

/// Does what is asked with accounts.
pub(super) async fn run(command: AccountCommand, mut config: Config) -> Outcome {
    // Asked for before anything is started, so that nobody types into the noise of a start.
    let password = match &command {
        AccountCommand::Add { login, .. } | AccountCommand::Password { login } => new_password(config.language, login)?,
        _ => Zeroizing::default(),
    };
    let stores = Stores::for_command(&mut config).await?;
    let outcome = async {
        let service = open(config).await?;
        carry_out(&service, command, password).await?;
        service.base.db.close();
        Ok(())
    };
    stores.close_after(outcome).await
}

async fn carry_out(service: &Service, command: AccountCommand, password: Zeroizing<String>) -> Result<()> {
    let language = service.base.config.language;
    let told = |key: &str, account: &Account| say(language, key, &[("login", (&account.login).into())]);
    match command {
        AccountCommand::Add { login, role, ties } => {
            let (participant, region) = resolve(service, role, ties).await?;
            let new = NewAccount { login, password, role, participant, region };
            let (account, factor) = auth::add_account_with(&service.auth, ACTOR, new, FirstSecrets::Others).await?;
            told("cli-account-added", &account);
            show(language, &factor);
        }
        AccountCommand::List => list(service).await?,
        AccountCommand::Disable { login } => {
            told("cli-account-disabled", &auth::disable_account(&service.auth, ACTOR, &login, true).await?);
        }
        AccountCommand::Enable { login } => {
            told("cli-account-enabled", &auth::disable_account(&service.auth, ACTOR, &login, false).await?);
        }
        AccountCommand::Role { login, role, ties } => {
            let (participant, region) = resolve(service, role, ties).await?;
            told(
                "cli-account-role",
                &auth::set_role(&service.auth, ACTOR, &login, role, participant, region.as_deref()).await?,
            );
        }
        AccountCommand::Password { login } => {
            told("cli-account-password", &auth::set_password(&service.auth, ACTOR, &login, password).await?);
        }
        AccountCommand::SecondFactor { login } => {
            let (account, factor) = auth::renew_second_factor(&service.auth, ACTOR, &login).await?;
            told("cli-account-second-factor", &account);
            show(language, &factor);
        }
    }
    Ok(())
}

/// The number of the participant whose BIN was given, and the region if there is such a one.
async fn resolve(service: &Service, role: Role, ties: Ties) -> Result<(Option<i32>, Option<String>)> {
    let unknown_region = |kato: &str| registry::reference().region(kato).is_none();
    if role == Role::Inspector && ties.region.as_deref().is_some_and(unknown_region) {
        return Err(Error::field("region", "field-not-a-region"));
    }
    let Some(text) = ties.participant else { return Ok((None, ties.region)) };
    let bin: Bin = text.parse().map_err(|_| Error::field("participant", "field-not-a-bin"))?;
    let found = registry::find_participant_by_bin(&service.base.db.get().await?, bin).await?;
    let participant = found.ok_or_else(|| Error::field("participant", "field-no-such-participant"))?;
    Ok((Some(participant.number), ties.region))
}

/// The second factor, in the two ways in which an authenticator takes it.
fn show(language: Language, factor: &SecondFactor) {
    say(language, "cli-totp-secret", &[("secret", factor.text.as_str().into())]);
    tell(&factor.link);
}

async fn list(service: &Service) -> Result<()> {
    let language = service.base.config.language;
    let accounts = auth::list_accounts(&service.auth).await?;
    let numbers: Vec<i32> = accounts.iter().filter_map(|account| account.participant).collect();
    let participants = registry::find_participants(&service.base.db.get().await?, &numbers).await?;
    let row = |account: Account| {
        let bin = account.participant.and_then(|number| Some(participants.get(&number)?.bin.to_string()));
        let state = if account.disabled_at.is_some() { "cli-account-is-disabled" } else { "cli-account-is-active" };
        let state = locales::say(language, state, &[]);
        [account.login, account.role.slug().to_owned(), bin.or(account.region).unwrap_or_default(), state]
    };
    let heading = ["cli-column-login", "cli-column-role", "cli-column-of", "cli-column-state"];
    columns(heading.map(|key| locales::say(language, key, &[])), accounts.into_iter().map(row));
    Ok(())
}
