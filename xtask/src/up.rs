//! `cargo xtask up`: the whole system on this machine.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::run::{Failed, cargo, root, run, target, words};

/// Build the server and run it with demo goods.
#[derive(Args)]
pub struct Up {
    /// Build it as it would be deployed: slower to build, faster to answer.
    #[arg(long)]
    release: bool,
    /// Serve it on the local network, too, over HTTPS on this port, so that a phone can try it.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "8443")]
    lan: Option<u16>,
}

impl Up {
    /// Builds, then becomes the server, so that Ctrl-C reaches it alone and it stops what it started.
    pub fn run(&self) -> Result<(), Failed> {
        if let Err(failed) = crate::web::build_if_needed() {
            eprintln!("{failed}\nGoing on without the app; the service itself needs nothing of it.");
        }
        eprintln!("Building the server; the first time takes a few minutes.");
        let mut build = cargo();
        build.args(["build", "--locked", "--package", "server", "--bin", "tanba"]);
        if self.release {
            build.arg("--release");
        }
        run(&mut build)?;

        let profile = if self.release { "release" } else { "debug" };
        let mut serve = Command::new(target().join(profile).join("tanba"));
        // Yesterday's data must be found from whatever folder this is called in.
        let folder = env::var_os("TANBA_DATA_DIR").filter(|folder| !folder.is_empty());
        let folder = folder.map_or_else(|| root().join("var"), PathBuf::from);
        serve.args(["serve", "--demo", "--private-stores"]).env("TANBA_DATA_DIR", &folder);
        // The terminal keeps what one looks for: addresses and accounts.
        serve.arg("--log-file").arg(folder.join("tanba.log"));
        if let Some(port) = self.lan {
            serve.arg("--lan").arg(port.to_string());
        }
        let error = serve.exec();
        Err(Failed::Start(words(&serve), error))
    }
}
