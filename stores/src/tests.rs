//! Starts real servers in throw-away folders.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio_postgres::NoTls;

use crate::{Addresses, Durability, Options, Parts, PrivateStores, StoresError};

const HOLD: &str = "TANBA_TEST_HOLD_STORES";
const QUICK: Options = Options { durability: Durability::Tests, parts: Parts::Both };

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new("/tmp").join(format!("tanba-stores-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

async fn postgres(addresses: &Addresses) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&addresses.database_url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn redis(addresses: &Addresses) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(addresses.redis_url.as_str()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

async fn number(addresses: &Addresses) -> i32 {
    postgres(addresses).await.query_one("SELECT number FROM kept", &[]).await.unwrap().get(0)
}

/// Whether any process has the folder as its working folder, or did not let go of its lock.
fn anything_runs_in(folder: &Path) -> bool {
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .any(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder)))
}

#[tokio::test]
async fn a_second_start_finds_the_data_of_the_first_and_nothing_runs_in_between() {
    let folder = Folder::new("again");
    let stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    let addresses = stores.addresses().clone();
    let client = postgres(&addresses).await;
    client.batch_execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (41)").await.unwrap();
    let () = redis::cmd("SET").arg("a").arg(1).query_async(&mut redis(&addresses).await).await.unwrap();

    let second = PrivateStores::start_with(&folder.0, QUICK).await.unwrap_err();
    assert!(matches!(second, StoresError::InUse { pid, .. } if pid == std::process::id()), "{second}");
    assert_eq!(PrivateStores::find_running(&folder.0).unwrap().as_ref(), Some(&addresses));

    stores.stop().await;
    assert!(!anything_runs_in(&folder.0));
    assert_eq!(PrivateStores::find_running(&folder.0).unwrap(), None);

    let stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    assert_eq!(stores.addresses(), &addresses);
    assert_eq!(number(&addresses).await, 41);
    drop(stores);
    assert!(!anything_runs_in(&folder.0));
}

/// X71: PostgreSQL's log quotes statements, so other users of the machine must not read it; also after it was set aside.
#[tokio::test]
async fn the_logs_of_the_private_stores_are_readable_by_their_owner_only() {
    let folder = Folder::new("logs");
    let logs = ["postgres.log", "redis.log"].map(|name| folder.0.join(name));
    for log in &logs {
        // As an earlier version or a person with another umask may have left it.
        fs::write(log, []).unwrap();
        fs::set_permissions(log, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    assert_eq!(stores.home(), folder.0, "the logs are elsewhere");
    for log in &logs {
        assert_eq!(fs::metadata(log).unwrap().permissions().mode() & 0o777, 0o600, "{}", log.display());
    }
    stores.stop().await;

    // A log that has grown is set aside, and the new one has the same mode.
    fs::File::options().write(true).open(&logs[0]).unwrap().set_len(9 << 20).unwrap();
    let stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    for log in [logs[0].clone(), folder.0.join("postgres.log.1")] {
        assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600, "{}", log.display());
    }
    stores.stop().await;
}

#[tokio::test]
async fn each_server_comes_back_at_its_address_after_a_crash() {
    let folder = Folder::new("crash");
    let mut stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    let addresses = stores.addresses().clone();
    let client = postgres(&addresses).await;
    client.batch_execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (42)").await.unwrap();

    stores.kill_postgres();
    assert!(client.query_one("SELECT 1", &[]).await.is_err());
    stores.start_postgres().await.unwrap();
    assert_eq!(number(&addresses).await, 42);

    stores.kill_redis();
    stores.start_redis().await.unwrap();
    stores.pause_redis();
    let mut connection = redis::Client::open(addresses.redis_url.as_str()).unwrap();
    let patience = Duration::from_millis(200);
    assert!(tokio::time::timeout(patience, connection.get_multiplexed_async_connection()).await.is_err());
    stores.resume_redis();
    let answer: String = redis::cmd("PING").query_async(&mut redis(&addresses).await).await.unwrap();
    assert_eq!(answer, "PONG");

    // A paused server must not hold up the end.
    stores.pause_redis();
    connection = redis::Client::open(addresses.redis_url.as_str()).unwrap();
    drop((stores, connection));
    assert!(!anything_runs_in(&folder.0));
}

/// Runs this test again as a process of its own, which only holds servers on `folder`.
fn holder(folder: &Path) -> Child {
    let name = "tests::a_start_after_kill_9_finds_every_committed_row";
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env(HOLD, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_start_after_kill_9_finds_every_committed_row() {
    if let Some(folder) = std::env::var_os(HOLD) {
        let stores = PrivateStores::start_with(Path::new(&folder), QUICK).await.unwrap();
        let client = postgres(stores.addresses()).await;
        client.batch_execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (43)").await.unwrap();
        fs::write(Path::new(&folder).join("ready"), []).unwrap();
        tokio::time::sleep(Duration::from_mins(1)).await;
        return;
    }
    let folder = Folder::new("kill");
    let mut held = holder(&folder.0);
    while !folder.0.join("ready").exists() {
        assert!(held.try_wait().unwrap().is_none(), "the holder ended early");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    held.kill().unwrap();
    held.wait().unwrap();

    // A lock file may name a number that has been given to another process since.
    let stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    assert_eq!(number(stores.addresses()).await, 43);
    drop(stores);
    fs::write(folder.0.join("postgres/postmaster.pid"), "1\n").unwrap();
    let stores = PrivateStores::start_with(&folder.0, QUICK).await.unwrap();
    assert_eq!(number(stores.addresses()).await, 43);
}

#[tokio::test]
async fn data_of_another_major_version_is_refused_and_left_alone() {
    let folder = Folder::new("version");
    fs::create_dir(folder.0.join("postgres")).unwrap();
    fs::write(folder.0.join("postgres/PG_VERSION"), "9\n").unwrap();
    let refusal = PrivateStores::start_with(&folder.0, QUICK).await.unwrap_err();
    assert!(matches!(refusal, StoresError::Version { data: 9, .. }), "{refusal}");
    assert!(PrivateStores::find_running(&folder.0).unwrap().is_none());
}

#[tokio::test]
async fn a_path_that_no_socket_can_have_gets_a_short_one() {
    let folder = Folder::new("deep");
    let deep = folder.0.join("a folder, with a long name/".repeat(6));
    let stores = PrivateStores::start_with(&deep, QUICK).await.unwrap();
    assert_eq!(postgres(stores.addresses()).await.query_one("SELECT 7", &[]).await.unwrap().get::<_, i32>(0), 7);
    redis(stores.addresses()).await;
}

#[tokio::test]
async fn data_that_can_no_longer_be_reached_is_not_replaced_by_an_empty_register() {
    let folder = Folder::new("shut");
    let data_dir = folder.0.join("data");
    drop(PrivateStores::start_with(&data_dir, QUICK).await.unwrap());
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    // Whoever is not root runs the servers as itself and still gets in.
    match PrivateStores::start_with(&data_dir, QUICK).await {
        Ok(_) => assert_ne!(crate::child::effective_uid(), 0),
        Err(refusal) => assert!(refusal.to_string().contains("chmod"), "{refusal}"),
    }
    assert!(!data_dir.join("embedded").is_symlink());
}

#[tokio::test]
async fn data_of_a_folder_that_postgresql_cannot_enter_lives_elsewhere_and_is_found_again() {
    let folder = Folder::new("closed");
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    let data_dir = folder.0.join("data");
    let stores = PrivateStores::start_with(&data_dir, QUICK).await.unwrap();
    let client = postgres(stores.addresses()).await;
    client.batch_execute("CREATE TABLE kept (number int); INSERT INTO kept VALUES (44)").await.unwrap();
    let running = PrivateStores::find_running(&data_dir).unwrap();
    assert_eq!(running.as_ref(), Some(stores.addresses()));
    stores.stop().await;

    let stores = PrivateStores::start_with(&data_dir, QUICK).await.unwrap();
    assert_eq!(number(stores.addresses()).await, 44);
    let home = stores.home().to_owned();
    stores.discard().await.unwrap();
    assert!(!home.join("postgres").exists() && !data_dir.join("embedded").is_symlink());
}
