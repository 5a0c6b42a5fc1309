//! A streaming replica of a private PostgreSQL, made as an operator makes one: a base backup, and then the stream.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use server::embedded::packages;

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
        let host = host(database_url);
        // The same user as the primary's, since its sockets are for that user only.
        let owner = std::fs::metadata(&host).expect("the primary's folder of sockets");
        std::fs::create_dir_all(folder).expect("a folder for the replica");
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
        chown(folder, Some(owner.uid()), Some(owner.gid())).expect("it can be given away");
        let mut installed = packages::postgres_installations().into_iter().map(|found| found.programs);
        let programs = installed.find(|programs| programs.join("pg_basebackup").exists());
        let programs = programs.expect("PostgreSQL is installed, its client programs, too");
        let command = |name: &str| {
            let mut command = Command::new(programs.join(name));
            command.uid(owner.uid()).gid(owner.gid()).current_dir(folder).stdin(Stdio::null());
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
        let url = self.database_url("postgres");
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("the replica answers");
        let connection = tokio::spawn(connection);
        let what = if pause { "SELECT pg_wal_replay_pause()" } else { "SELECT pg_wal_replay_resume()" };
        client.simple_query(what).await.expect("the replica does as it is told");
        drop(client);
        let _ = connection.await;
    }
}

impl Drop for PostgresReplica {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of sockets in an address.
fn host(database_url: &str) -> String {
    let rest = database_url.split_once("host=").expect("a private PostgreSQL").1;
    rest.split('&').next().unwrap_or(rest).to_owned()
}
