//! A streaming replica of a private PostgreSQL, made as an operator makes one: a base backup, and then the stream.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use stores::packages;

use crate::stores::run_sql;

const PORT: &str = "5433";
const PATIENCE: Duration = Duration::from_mins(1);

/// A running replica; ended and removed when dropped.
pub struct PostgresReplica {
    process: Child,
    folder: PathBuf,
}

impl PostgresReplica {
    /// Copies the primary behind this address into an empty folder and follows it.
    pub async fn follow(database_url: &str, folder: &Path) -> Self {
        let (host, (user, group)) = (host(database_url), owner(database_url));
        std::fs::create_dir_all(folder).expect("a folder for the replica");
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
        chown(folder, Some(user), Some(group)).expect("it can be given away");
        let command = |name: &str| {
            let mut command = program(name);
            command.uid(user).gid(group).current_dir(folder).stdin(Stdio::null());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let data = folder.join("data");
        let mut backup = command("pg_basebackup");
        backup.args(["--host", &host, "--username", "tanba", "--write-recovery-conf", "--checkpoint", "fast"]);
        let copied = backup.arg("--pgdata").arg(&data).status().expect("pg_basebackup starts");
        assert!(copied.success(), "pg_basebackup: {copied}");
        let mut postgres = command("postgres");
        // No fewer connections than the primary allows, or it would not start.
        postgres.arg("-D").arg(&data).args(["-c", "max_connections=600", "-p", PORT, "-c", "listen_addresses="]);
        postgres.arg("-c").arg(format!("unix_socket_directories={}", folder.display()));
        let process = postgres.spawn().expect("postgres starts");
        let replica = Self { process, folder: folder.to_owned() };
        let started = Instant::now();
        while tokio_postgres::connect(&replica.database_url("postgres"), tokio_postgres::NoTls).await.is_err() {
            assert!(started.elapsed() < PATIENCE, "the replica does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        replica
    }

    /// The address of a database in it.
    pub fn database_url(&self, database: &str) -> String {
        format!("postgres://tanba@/{database}?host={}&port={PORT}", self.folder.display())
    }

    /// Lets it fall behind, or catch up.
    pub async fn pause(&self, pause: bool) {
        let what = if pause { "SELECT pg_wal_replay_pause()" } else { "SELECT pg_wal_replay_resume()" };
        run_sql(&self.database_url("postgres"), what).await;
    }
}

impl Drop for PostgresReplica {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A program of PostgreSQL's: beside the server, else on `PATH`.
pub(crate) fn program(name: &str) -> Command {
    let mut beside = packages::postgres_installations().into_iter().map(|found| found.programs.join(name));
    let found = beside.find(|path| path.is_file()).or_else(|| packages::program(name));
    Command::new(found.unwrap_or_else(|| panic!("{name} is not installed")))
}

/// User and group that the private PostgreSQL behind this address runs as: its sockets are for them only.
pub fn owner(database_url: &str) -> (u32, u32) {
    let sockets = std::fs::metadata(host(database_url)).expect("the primary's folder of sockets");
    (sockets.uid(), sockets.gid())
}

/// The folder of sockets in an address.
fn host(database_url: &str) -> String {
    let rest = database_url.split_once("host=").expect("a private PostgreSQL").1;
    rest.split('&').next().unwrap_or(rest).to_owned()
}
