//! The private PostgreSQL and Redis of one test program, and a fresh database in them for each test, cloned from a
//! template that has all migrations.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use server::platform::db;
use stores::{Durability, Options, PrivateStores};
use tokio::sync::OnceCell;

/// Running stores with a template database.
pub struct Stores {
    /// The servers; kept for the faults that a test of its own may cause.
    pub private: PrivateStores,
    /// The folder that everything lies in.
    pub folder: PathBuf,
}

/// How the folders of tests begin in the system's folder for passing things; the process's number follows.
const FOLDER: &str = "tanba-tests-";

/// The name of the database that tests are cloned from.
const TEMPLATE: &str = "template_tanba";

impl Stores {
    /// Starts stores of their own, for a test that breaks them.
    pub async fn start(name: &str) -> Self {
        static SWEEP: std::sync::Once = std::sync::Once::new();
        SWEEP.call_once(sweep);
        Self::start_as(name, Durability::Tests).await
    }

    /// Starts stores of their own, with this care for what they keep.
    pub async fn start_as(name: &str, durability: Durability) -> Self {
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}-{name}", std::process::id()));
        let options = Options { durability, ..Options::default() };
        let private = PrivateStores::start_with(&folder, options).await.expect("private stores start");
        let stores = Self { private, folder };
        stores.run("postgres", &format!("CREATE DATABASE {TEMPLATE}")).await;
        let pool = db::pool(&stores.database_url(TEMPLATE), 1).expect("a pool");
        db::migrate(&pool).await.expect("migrations run");
        pool.close();
        stores
    }

    /// The address of a database in these stores.
    pub fn database_url(&self, database: &str) -> String {
        self.private.addresses().database_url.replace("/tanba?", &format!("/{database}?"))
    }

    /// The address of Redis.
    pub fn redis_url(&self) -> String {
        self.private.addresses().redis_url.clone()
    }

    /// A fresh database with all tables. Returns its name.
    pub async fn create_database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
        name
    }

    async fn run(&self, database: &str, sql: &str) {
        run_sql(&self.database_url(database), sql).await;
    }
}

/// Lets a PostgreSQL do something.
pub(crate) async fn run_sql(url: &str, sql: &str) {
    let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
    let (client, connection) = connected.expect("the private PostgreSQL answers");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect(sql);
    drop(client);
    let _ = connection.await;
}

/// Removes what earlier test programs have left: shared stores end with their program, their data stay.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(FOLDER).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|owner| !std::path::Path::new(&format!("/proc/{owner}")).exists()) {
            // Another program may be sweeping, too: what is gone is gone.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The stores that all tests of this program share; they end with it.
pub async fn shared_stores() -> &'static Stores {
    static SHARED: OnceCell<Stores> = OnceCell::const_new();
    SHARED.get_or_init(|| Stores::start("shared")).await
}
