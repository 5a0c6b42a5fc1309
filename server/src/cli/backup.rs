//! `tanba backup` and `tanba erasures`.

use super::arguments::BackupCommand;
use super::failure::Outcome;
use super::serve::open;
use super::stores::Stores;
use super::terminal::{Busy, say};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::{backup, reports};

/// Does what is asked with backups.
pub(super) async fn run(command: BackupCommand, mut config: Config) -> Outcome {
    let language = config.language;
    match command {
        BackupCommand::Key { file } => {
            let recipient = backup::create_identity(&file)?.to_string();
            let args = [("file", file.display().to_string().into()), ("recipient", recipient.into())];
            say(language, "cli-backup-key", &args);
        }
        BackupCommand::Create { recipient, to } => {
            let stores = Stores::for_database(&mut config).await?;
            let busy = Busy::start();
            let work = async { Outcome::Ok(backup::create(&config, &recipient, &to, Clock::default().now()).await?) };
            let (folder, manifest) = stores.close_after(work).await?;
            drop(busy);
            let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
            let args = [
                ("folder", folder.display().to_string().into()),
                ("photos", i64::try_from(manifest.photos).unwrap_or(i64::MAX).into()),
                ("megabytes", i64::try_from(bytes.div_ceil(1_000_000)).unwrap_or(i64::MAX).into()),
            ];
            say(language, "cli-backup-made", &args);
        }
        BackupCommand::Restore { from, identity } => {
            let identity = backup::read_identity(&identity)?;
            // A service that runs would see the tables come into being.
            let stores = Stores::for_service(&mut config).await?;
            let busy = Busy::start();
            let work = async {
                let manifest = backup::restore(&config, &from, identity).await?;
                let service = open(config).await?;
                let erased = reports::replay(&service.reports).await?;
                service.base.db.close();
                Outcome::Ok((manifest, erased))
            };
            let (manifest, erased) = stores.close_after(work).await?;
            drop(busy);
            say(language, "cli-backup-restored", &[("at", manifest.made_at.into())]);
            told_erased(language, erased);
        }
    }
    Ok(())
}

/// Erases again whatever was erased before.
pub(super) async fn replay_erasures(mut config: Config) -> Outcome {
    let language = config.language;
    let stores = Stores::for_command(&mut config).await?;
    let work = async {
        let service = open(config).await?;
        let erased = reports::replay(&service.reports).await?;
        service.base.db.close();
        Outcome::Ok(erased)
    };
    told_erased(language, stores.close_after(work).await?);
    Ok(())
}

fn told_erased(language: locales::Language, erased: usize) {
    say(language, "cli-erased-again", &[("count", erased.into())]);
}
