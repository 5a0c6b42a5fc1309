//! The command line. What a command finds or does is told on standard output, in the language of `TANBA_LANG`
//! or of the system; what goes wrong, and the log of the service, on standard error.

mod account;
mod arguments;
mod audit;
mod backup;
mod decode;
mod failure;
mod keys;
mod lan;
mod logging;
mod parse;
mod people;
mod serve;
mod stores;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, AuditCommand, Command, ErasuresCommand, RegionsCommand};
use self::failure::{Failure, Outcome};
use self::lan::Lan;
use self::stores::Stores;
use self::terminal::{say, tell};
use crate::http::language;
use crate::platform::audit::{Actor, Who};
use crate::platform::config::Config;
use crate::platform::db;
use crate::service;

/// Whoever sits at the command line, to the audit.
const ACTOR: Actor = Actor { who: Who::Cli, address: None };

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::from_env() {
        Ok(config) => Config { private_stores: arguments.private_stores, ..config },
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(failure::USAGE);
        }
    };
    let language = config.language;
    let outcome = match arguments.command {
        // These need no stores, and nothing that runs beside them.
        Command::Parse(arguments) => {
            let (mut from, mut to) = (std::io::stdin().lock(), std::io::stdout().lock());
            parse::run(&arguments, &mut from, &mut to).map_err(Failure::from)
        }
        Command::Decode(arguments) => match decode::run(&arguments, &mut std::io::stdout().lock()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::Told(locales::say(language, "cli-decode-unreadable", &[]))),
            Err(error) => Err(Failure::from(error)),
        },
        Command::Openapi => openapi(),
        command => in_runtime(language::within(language, run(command, config))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.words(language));
            failure.exit_code()
        }
    }
}

fn in_runtime(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    // A password that is still being compared must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome
}

async fn run(command: Command, mut config: Config) -> Outcome {
    match command {
        Command::Serve(arguments) => {
            config.demo |= arguments.demo;
            config.log_file = arguments.log_file;
            let lan = arguments.lan.map(Lan::prepare).transpose()?;
            if let Some(lan) = &lan {
                config.known_as(&lan.url);
            }
            serve::serve(config, !arguments.no_work, lan).await
        }
        Command::Work => serve::work(config).await,
        Command::Demo => serve::demo(config).await,
        Command::Migrate(arguments) => migrate(config, arguments.grant_to.as_deref()).await,
        Command::Account(command) => account::run(command, config).await,
        Command::Keys(command) => keys::run(command, config).await,
        Command::Regions(RegionsCommand::Import { file }) => import_regions(&file, config).await,
        Command::Backup(command) => backup::run(command, config).await,
        Command::Erasures(ErasuresCommand::Replay) => backup::replay_erasures(config).await,
        Command::Audit(AuditCommand::Verify { anchor }) => audit::verify(config, anchor.as_deref()).await,
        Command::Parse(_) | Command::Decode(_) | Command::Openapi => Ok(()),
    }
}

async fn migrate(mut config: Config, grant_to: Option<&str>) -> Outcome {
    let stores = Stores::for_database(&mut config).await?;
    let outcome = async {
        let pool = db::pool_with(config.database_url.as_deref().unwrap_or_default(), config.stores_ca.as_deref(), 1)?;
        let steps = db::migrate(&pool).await?;
        if let Some(role) = grant_to {
            db::grant_service(&pool, role).await?;
        }
        Outcome::Ok(steps)
    };
    let steps = stores.close_after(outcome).await?;
    say(config.language, "cli-migrated", &[("count", steps.into())]);
    if let Some(role) = grant_to {
        say(config.language, "cli-granted", &[("role", role.into())]);
    }
    Ok(())
}

async fn import_regions(file: &std::path::Path, mut config: Config) -> Outcome {
    let told = |error: &dyn std::fmt::Display| Failure::Told(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| told(&error))?;
    let regions = crate::regions::read(&text).map_err(|error| told(&error))?;
    let language = config.language;
    let stores = Stores::for_command(&mut config).await?;
    let outcome = async {
        let service = serve::open(config).await?;
        Outcome::Ok(service.regions.import(&service.base, &regions).await?)
    };
    let count = stores.close_after(outcome).await?;
    say(language, "cli-regions-imported", &[("count", i64::try_from(count).unwrap_or(i64::MAX).into())]);
    Ok(())
}

fn openapi() -> Outcome {
    tell(service::contract()?.trim_end());
    Ok(())
}
