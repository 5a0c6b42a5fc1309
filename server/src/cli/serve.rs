//! `tanba serve` and `tanba work`: start in order, tell where to look, stop in the opposite order.

use locales::Language;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::Outcome;
use super::lan::Lan;
use super::logging;
use super::people::{symbol, tell_accounts};
use super::stores::Stores;
use super::terminal::{Busy, say, tell};
use crate::demo::Loaded;
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db;
use crate::service;
use crate::service::Service;
use crate::service::admin::Admin;
use crate::service::work;

/// Serves until a signal comes.
pub(super) async fn serve(mut config: Config, also_work: bool, lan: Option<Lan>) -> Outcome {
    logging::start(&config)?;
    let (mut stop, language) = (Stop::listen()?, config.language);
    let stores = Stores::for_service(&mut config).await?;
    stores.close_after(serve_until(&mut stop, config, also_work, lan)).await?;
    say(language, "cli-stopped", &[]);
    Ok(())
}

/// Everything between the start of the stores and their end.
async fn serve_until(stop: &mut Stop, config: Config, also_work: bool, lan: Option<Lan>) -> Outcome {
    let service = open(config).await?;
    let loaded = if service.base.config.demo { Some(service.load_demo().await?) } else { None };
    let running = service::serve(service.clone())?;
    let worker = also_work.then(|| work::start(service.clone()));

    let language = service.base.config.language;
    let address = format!("http://{}", running.address);
    if let Some(loaded) = loaded {
        told(language, &loaded);
        say(language, "cli-demo-at", &[("address", format!("{address}/demo").into())]);
    }
    if let Some(lan) = lan {
        let url = lan.url.clone();
        lan.open(running.address, service.base.stopping.clone())?;
        for line in symbol(&url).unwrap_or_default() {
            tell(&line);
        }
        say(language, "cli-on-a-phone", &[("address", url.into())]);
    } else if service.base.config.demo {
        say(language, "cli-try-on-a-phone", &[]);
    }
    // What is looked for most stands last.
    say(language, "cli-serving", &[("address", (&address).into())]);
    let folder = std::path::absolute(&service.base.config.data_dir)?;
    say(language, "cli-data-dir", &[("folder", folder.display().to_string().into())]);
    if let Some(file) = &service.base.config.log_file {
        say(language, "cli-log-file", &[("file", file.display().to_string().into())]);
    }
    say(language, "cli-stop-hint", &[]);

    stop.asked().await;
    service.base.stopping.cancel();
    tokio::select! {
        () = tokio::time::sleep(service.base.config.drain) => {}
        () = stop.asked() => {}
    }
    // What was asked is answered and what was begun is finished; whoever insists is not made to wait.
    tokio::select! {
        stopped = running.stop() => stopped?,
        () = stop.asked() => {}
    }
    if let Some(worker) = worker {
        tokio::select! {
            () = worker.stop() => {}
            () = stop.asked() => {}
        }
    }
    service.base.db.close();
    Ok(())
}

/// Loads the demo's goods, if they are not there yet.
pub(super) async fn demo(mut config: Config) -> Outcome {
    let stores = Stores::for_command(&mut config).await?;
    let _busy = Busy::start();
    let outcome = async {
        let service = open(config).await?;
        let loaded = service.load_demo().await?;
        service.base.db.close();
        Outcome::Ok((service.base.config.language, loaded))
    };
    let (language, loaded) = stores.close_after(outcome).await?;
    told(language, &loaded);
    Ok(())
}

/// Tells what was loaded, and who may sign in.
fn told(language: Language, loaded: &Loaded) {
    if loaded.codes > 0 {
        say(language, "cli-demo-loaded", &[("count", loaded.codes.into())]);
    }
    say(language, "cli-demo-accounts", &[("file", loaded.accounts.display().to_string().into())]);
    if let Ok(accounts) = std::fs::read_to_string(&loaded.accounts) {
        tell_accounts(language, &accounts);
    }
}

/// Works until a signal comes.
pub(super) async fn work(mut config: Config) -> Outcome {
    logging::start(&config)?;
    let (mut stop, language) = (Stop::listen()?, config.language);
    let stores = Stores::for_command(&mut config).await?;
    let outcome = async {
        let service = open(config).await?;
        let worker = work::start(service.clone());
        let admin = Admin::start(&service)?;
        say(language, "cli-working", &[]);
        say(language, "cli-stop-hint", &[]);
        stop.asked().await;
        tokio::select! {
            () = worker.stop() => {}
            () = stop.asked() => {}
        }
        if let Some(admin) = admin {
            admin.stop().await;
        }
        service.base.db.close();
        Ok(())
    };
    stores.close_after(outcome).await?;
    say(language, "cli-stopped", &[]);
    Ok(())
}

/// The tables as this version wants them, and everything on top.
pub(super) async fn open(config: Config) -> Outcome<Service> {
    let pool = db::pool_with(config.database_url.as_deref().unwrap_or_default(), config.stores_ca.as_deref(), 1)?;
    db::migrate(&pool).await?;
    pool.close();
    Ok(Service::open(config, Clock::default()).await?)
}

/// SIGINT (Ctrl-C) and SIGTERM.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> Outcome<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next of them.
    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
