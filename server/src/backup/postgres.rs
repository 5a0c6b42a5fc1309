//! `pg_dump` and `pg_restore`, with the address of the register in their environment: a command line can be read by
//! everybody on the machine.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tokio_postgres::config::Host;

use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};
use stores::packages;

/// Writes the register as one consistent state.
pub(super) fn dump(config: &Config, to: &mut impl Write) -> Result<()> {
    let mut command = program("pg_dump", config)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let copied = match child.stdout.take() {
        Some(mut stdout) => io::copy(&mut stdout, to),
        None => Err(io::Error::other("pg_dump has no output")),
    };
    finish("pg_dump", child, copied)
}

/// Reads what [`dump`] wrote into a database without tables: all of it or nothing.
pub(super) fn restore(config: &Config, from: &mut impl Read) -> Result<()> {
    let mut command = program("pg_restore", config)?;
    let database = settings(config)?.get_dbname().unwrap_or("tanba").to_owned();
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]);
    command.arg("--dbname").arg(database);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let copied = match child.stdin.take() {
        Some(mut stdin) => io::copy(from, &mut stdin),
        None => Err(io::Error::other("pg_restore has no input")),
    };
    if copied.is_err() {
        // It has had a part only, and would take that for the whole.
        let _ = child.kill();
    }
    finish("pg_restore", child, copied)
}

fn finish(name: &str, mut child: Child, copied: io::Result<u64>) -> Result<()> {
    let status = child.wait()?;
    let is_broken_pipe = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match copied {
        // A program that ended early has said why on standard error.
        Err(error) if !is_broken_pipe(&error) => Err(error.into()),
        _ if !status.success() => Err(Error::internal(format!("{name}: {status}"))),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

fn settings(config: &Config) -> Result<tokio_postgres::Config> {
    let url = config.database_url.as_deref().unwrap_or_default();
    Ok(url.replace("sslmode=verify-full", "sslmode=require").parse()?)
}

/// A program of PostgreSQL's of the newest version here, which reads every older server.
fn program(name: &str, config: &Config) -> Result<Command> {
    let mut beside = packages::postgres_installations().into_iter().map(|found| found.programs.join(name));
    let path: Option<PathBuf> = beside.find(|path| path.is_file()).or_else(|| packages::program(name));
    let path = path.ok_or_else(|| Error::internal(format!("{name} is not installed")))?;
    let mut command = Command::new(path);
    for (variable, value) in variables(config)? {
        command.env(variable, value);
    }
    Ok(command)
}

/// The address as libpq reads it from its environment.
fn variables(config: &Config) -> Result<Vec<(&'static str, OsString)>> {
    let settings = settings(config)?;
    let mut variables = Vec::new();
    if let Some(host) = settings.get_hosts().first() {
        let host = match host {
            Host::Tcp(name) => name.into(),
            Host::Unix(folder) => folder.clone().into_os_string(),
        };
        variables.push(("PGHOST", host));
    }
    if let Some(port) = settings.get_ports().first() {
        variables.push(("PGPORT", port.to_string().into()));
    }
    if let Some(user) = settings.get_user() {
        variables.push(("PGUSER", user.into()));
    }
    if let Some(password) = settings.get_password() {
        variables.push(("PGPASSWORD", String::from_utf8_lossy(password).into_owned().into()));
    }
    if let Some(database) = settings.get_dbname() {
        variables.push(("PGDATABASE", database.into()));
    }
    let url = config.database_url.as_deref().unwrap_or_default();
    let mode = url.split_once("sslmode=").map(|(_, rest)| rest.split(['&', ' ']).next().unwrap_or(rest));
    if let Some(mode) = mode {
        variables.push(("PGSSLMODE", mode.into()));
    }
    if let Some(path) = &config.stores_ca_file {
        variables.push(("PGSSLROOTCERT", path.clone().into_os_string()));
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// X56
    #[test]
    fn the_programs_are_told_the_address_without_its_being_seen() {
        let config = Config::from(|name| {
            let url = "postgres://tanba:secret@db.internal:6432/register?sslmode=verify-full";
            (name == "TANBA_DATABASE_URL").then(|| url.to_owned())
        });
        let told = variables(&config.unwrap()).unwrap();
        let told: Vec<_> = told.iter().map(|(name, value)| format!("{name}={}", value.display())).collect();
        let expected =
            "PGHOST=db.internal PGPORT=6432 PGUSER=tanba PGPASSWORD=secret PGDATABASE=register PGSSLMODE=verify-full";
        assert_eq!(told.join(" "), expected);
    }
}
