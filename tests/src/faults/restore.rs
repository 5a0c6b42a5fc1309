//! R11: a base backup, and from then on the log as it is written; then the machine is lost under load, and the register
//! rises in an empty directory. What is done here by hand is what docs/reliability.md tells to do.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use stores::{Durability, Options, PrivateStores};
use tokio_postgres::NoTls;

use crate::Stores;
use crate::replica::{owner, program};
use crate::stores::run_sql;

/// The name under which the log is received; PostgreSQL acknowledges nothing that this one hasn't on disk.
const RECEIVER: &str = "tanba_log";

/// A backup of everything that PostgreSQL keeps, up to the newest acknowledged commit.
#[derive(Debug)]
pub struct Backup {
    /// Where base and log lie.
    folder: PathBuf,
    receiver: Child,
    /// User and group that PostgreSQL runs as.
    owner: (u32, u32),
    /// How long the base took, and how large it is.
    pub base: (Duration, u64),
}

impl Backup {
    /// Begins to receive the log, waits until PostgreSQL acknowledges nothing without it, and takes a base backup while
    /// others write on.
    pub async fn begin(stores: &Stores, folder: &Path) -> Self {
        fs::create_dir_all(folder.join("wal")).expect("a folder for the log");
        let url = stores.database_url("postgres");
        let slot = ["--slot", RECEIVER, "--directory"];
        let mut create = program("pg_receivewal");
        create.args(slot).arg(folder.join("wal")).args(["--create-slot", "--dbname", &url]);
        run(&mut create);
        let named = format!("{url}{}application_name={RECEIVER}", if url.contains('?') { '&' } else { '?' });
        let mut receive = program("pg_receivewal");
        receive.args(slot).arg(folder.join("wal")).args(["--synchronous", "--no-loop", "--dbname", &named]);
        let log = fs::File::create(folder.join("receive.log")).expect("a log");
        let receiver = receive.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        let receiver = receiver.expect("pg_receivewal starts");
        run_sql(&url, &format!("ALTER SYSTEM SET synchronous_standby_names = '{RECEIVER}'")).await;
        run_sql(&url, "SELECT pg_reload_conf()").await;
        await_receiver(&url).await;

        let started = Instant::now();
        let mut base = program("pg_basebackup");
        base.arg("--pgdata").arg(folder.join("base")).args([
            "--checkpoint=fast",
            "--wal-method=none",
            "--dbname",
            &url,
        ]);
        run(&mut base);
        let size = size(&folder.join("base")).expect("the backup can be read");
        Self { folder: folder.to_owned(), receiver, owner: owner(&url), base: (started.elapsed(), size) }
    }

    /// Puts everything into an empty directory, and starts PostgreSQL and Redis on it. The stores that were backed up
    /// must be gone by now. Returns the new ones, and how long copying and starting took.
    pub async fn restore(mut self, into: &Path, durability: Durability) -> (Stores, Duration, Duration) {
        // It ends by itself when its server is gone.
        let _ = self.receiver.kill();
        let _ = self.receiver.wait();
        let started = Instant::now();
        fs::create_dir_all(into).expect("a data directory");
        let (data, wal) = (into.join("postgres"), self.folder.join("wal"));
        copy(&self.folder.join("base"), &data).expect("the base is copied");
        for name in names(&wal).expect("the log is listed") {
            // The segment that was being written.
            if let Some(whole) = name.strip_suffix(".partial") {
                fs::rename(wal.join(&name), wal.join(whole)).expect("it gets its name");
            }
        }
        // Nobody receives the log of the restored register yet, and nobody must be waited for.
        let settings =
            format!("restore_command = 'cp \"{}/%f\" \"%p\"'\nsynchronous_standby_names = ''\n", wal.display());
        let auto = data.join("postgresql.auto.conf");
        let own = fs::read_to_string(&auto).unwrap_or_default();
        fs::write(&auto, own + &settings).expect("settings are written");
        fs::write(data.join("recovery.signal"), "").expect("recovery is asked for");
        give(&data, self.owner).and_then(|()| give(&wal, self.owner)).expect("the files get their owner");
        for folder in [&self.folder, &wal] {
            open_to_all(folder).expect("the log can be read");
        }
        let copied = started.elapsed();

        let started = Instant::now();
        // With as many connections as before at least: PostgreSQL insists.
        let options = Options { durability, ..Options::default() };
        let private = PrivateStores::start_with(into, options).await.expect("the restored register starts");
        let stores = Stores { private, folder: into.to_owned() };
        await_promotion(&stores.database_url("postgres")).await;
        (stores, copied, started.elapsed())
    }
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Waits for one row of one column of truth.
async fn await_truth(url: &str, question: &str, what: &str) {
    let deadline = Instant::now() + Duration::from_mins(5);
    loop {
        if let Ok((client, connection)) = tokio_postgres::connect(url, NoTls).await {
            let connection = tokio::spawn(connection);
            let is_so = client.query_one(question, &[]).await.is_ok_and(|row| row.get(0));
            drop(client);
            let _ = connection.await;
            if is_so {
                return;
            }
        }
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn await_receiver(url: &str) {
    let question = format!(
        "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '{RECEIVER}' AND sync_state = 'sync')"
    );
    await_truth(url, &question, "the log is not received").await;
}

async fn await_promotion(url: &str) {
    await_truth(url, "SELECT NOT pg_is_in_recovery()", "the recovery does not end").await;
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn size(folder: &Path) -> io::Result<u64> {
    fs::read_dir(folder)?.try_fold(0, |sum, entry| {
        let entry = entry?;
        Ok(sum + if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() })
    })
}

fn give(path: &Path, owner: (u32, u32)) -> io::Result<()> {
    chown(path, Some(owner.0), Some(owner.1))?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), owner)?;
        }
    }
    Ok(())
}

fn open_to_all(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))
}
