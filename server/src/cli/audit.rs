//! `tanba audit`: whether nobody changed the record of who did what.

use std::path::Path;

use super::failure::{Failure, Outcome};
use super::serve;
use super::stores::Stores;
use super::terminal::{Busy, say};
use crate::platform::audit::anchor::{self, Compared};
use crate::platform::audit::{self, Verified};
use crate::platform::config::Config;

/// Checks the chain, and compares it with heads that were kept elsewhere.
pub(super) async fn verify(mut config: Config, anchors: Option<&Path>) -> Outcome {
    let language = config.language;
    let kept = anchors.map(|file| {
        let bytes = std::fs::read(file).map_err(|error| Failure::Told(format!("{}: {error}", file.display())))?;
        // A log holds lines of other programs, too, in any encoding; a head is ASCII.
        Ok::<_, Failure>(String::from_utf8_lossy(&bytes).into_owned())
    });
    let kept = kept.transpose()?;
    let stores = Stores::for_command(&mut config).await?;
    let _busy = Busy::start();
    let outcome = async {
        let service = serve::open(config).await?;
        let key = service.keys.audit_key();
        let mut client = service.base.db.get().await?;
        // What no worker has come to yet is linked here.
        while audit::extend(&mut client, &key).await? > 0 {}
        let verified = audit::verify(&client, &key).await?;
        let compared = match &kept {
            Some(kept) => Some(anchor::compare(&client, &key, kept).await?),
            None => None,
        };
        drop(client);
        service.base.db.close();
        Outcome::Ok((verified, compared))
    };
    let (verified, compared) = stores.close_after(outcome).await?;
    let failed = |key: &str, name, number: i64| Failure::Told(locales::say(language, key, &[(name, number.into())]));
    match verified {
        Verified::Broken { position } => return Err(failed("cli-audit-broken", "record", position)),
        Verified::Whole { links, gaps, runs_back, waiting: _ } => {
            say(language, "cli-audit-holds", &[("count", links.into())]);
            if gaps > 0 {
                say(language, "cli-audit-gaps", &[("count", gaps.into())]);
            }
            match compared {
                None => {}
                Some(Compared::Agrees { anchors }) => {
                    say(language, "cli-audit-anchors-agree", &[("count", anchors.into())]);
                }
                Some(Compared::CutOff { position }) => {
                    return Err(failed("cli-audit-cut-off", "record", position));
                }
                Some(Compared::Differs { position }) => {
                    return Err(failed("cli-audit-differs", "record", position));
                }
                Some(Compared::Unsigned { line }) => {
                    let line = i64::try_from(line).unwrap_or(i64::MAX);
                    return Err(failed("cli-audit-unsigned", "line", line));
                }
            }
            if let Some(record) = runs_back {
                return Err(failed("cli-audit-runs-back", "record", record));
            }
        }
    }
    Ok(())
}
