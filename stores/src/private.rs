//! Starting, finding, stopping and discarding both servers as one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::child::{Signal, read_pid, write_pid};
use crate::error::StoresError;
use crate::packages;
use crate::place::{Place, User};
use crate::servers::{NAME, Server};

/// How much a crash of the whole machine may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was acknowledged is lost.
    #[default]
    Full,
    /// Commits do not wait for the disk: quick, survives `kill -9` but not a power cut.
    Tests,
}

/// Which of the two servers are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parts {
    /// PostgreSQL and Redis.
    #[default]
    Both,
    /// Only PostgreSQL: Redis is elsewhere.
    Postgres,
    /// Only Redis: PostgreSQL is elsewhere.
    Redis,
}

/// What [`PrivateStores::start_with`] starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How much a crash of the whole machine may cost.
    pub durability: Durability,
    /// Which servers are wanted.
    pub parts: Parts,
}

/// Where the private servers answer. Both addresses are plain Unix socket paths; neither holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// `postgres://tanba@/tanba?host=<folder>`, as tokio-postgres and psql read it.
    pub database_url: String,
    /// `redis+unix://<socket>`.
    pub redis_url: String,
}

/// Running private servers. Dropping it stops them and waits until they are gone.
#[derive(Debug)]
pub struct PrivateStores {
    addresses: Addresses,
    data_dir: PathBuf,
    place: Place,
    postgres: Option<Server>,
    redis: Option<Server>,
    /// Held until everything above is gone.
    _lock: File,
}

impl PrivateStores {
    /// Starts both servers on the data in `data_dir`, which is made if it is missing; installs the programs if it may.
    pub async fn start(data_dir: &Path) -> Result<Self, StoresError> {
        Self::start_with(data_dir, Options::default()).await
    }

    /// Like [`PrivateStores::start`], with a choice of parts and of durability.
    pub async fn start_with(data_dir: &Path, options: Options) -> Result<Self, StoresError> {
        let data_dir = data_dir.to_owned();
        let mut stores = blocking(move || Self::prepare(&data_dir, options)).await?;
        tokio::try_join!(start(&mut stores.postgres), start(&mut stores.redis))?;
        Ok(stores)
    }

    /// The addresses of the servers that another process runs on `data_dir`, if one does: for commands that want to talk
    /// to a register that is being served.
    pub fn find_running(data_dir: &Path) -> Result<Option<Addresses>, StoresError> {
        let Ok(data_dir) = data_dir.canonicalize() else {
            return Ok(None);
        };
        let place = Place::of(&data_dir);
        let path = data_dir.join(LOCK);
        let Ok(lock) = File::open(&path) else {
            return Ok(None);
        };
        match lock.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Ok(Some(Addresses::of(&place))),
            Err(TryLockError::Error(error)) => Err(StoresError::files("lock", &path)(error)),
            Ok(()) => Ok(None),
        }
    }

    /// Where the servers answer.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The folder with the servers' files.
    #[cfg(test)]
    pub(crate) fn home(&self) -> &Path {
        &self.place.home
    }

    /// Stops both in good order, as dropping does, without holding up the runtime.
    pub async fn stop(self) {
        blocking(move || drop(self)).await;
    }

    /// Stops both and removes all that they kept. What else is in the data folder stays.
    pub async fn discard(self) -> Result<(), StoresError> {
        let (place, data_dir) = (self.place.clone(), self.data_dir.clone());
        self.stop().await;
        let remove = {
            let data_dir = data_dir.clone();
            move || place.remove(&data_dir)
        };
        blocking(remove).await.map_err(StoresError::files("remove the servers' data of", &data_dir))
    }

    /// Ends PostgreSQL as a crash would: connections break, the next start recovers.
    pub fn kill_postgres(&mut self) {
        self.postgres.iter_mut().for_each(Server::crash);
    }

    /// Starts PostgreSQL again at the same address.
    pub async fn start_postgres(&mut self) -> Result<(), StoresError> {
        start(&mut self.postgres).await
    }

    /// Kills Redis; what it held is gone.
    pub fn kill_redis(&mut self) {
        self.redis.iter_mut().for_each(Server::crash);
    }

    /// Starts Redis again, empty, at the same address.
    pub async fn start_redis(&mut self) -> Result<(), StoresError> {
        start(&mut self.redis).await
    }

    /// Makes Redis stand still: connections stay open and nothing answers.
    pub fn pause_redis(&mut self) {
        self.redis.iter_mut().for_each(|redis| redis.signal(Signal::Stop));
    }

    /// Lets Redis go on after [`PrivateStores::pause_redis`].
    pub fn resume_redis(&mut self) {
        self.redis.iter_mut().for_each(|redis| redis.signal(Signal::Continue));
    }

    /// Everything before the servers start: the lock, the programs, the folders.
    fn prepare(data_dir: &Path, options: Options) -> Result<Self, StoresError> {
        fs::create_dir_all(data_dir).map_err(StoresError::files("make", data_dir))?;
        let data_dir = &data_dir.canonicalize().map_err(StoresError::files("find", data_dir))?;
        let lock = lock(data_dir)?;
        let missing = packages::missing();
        if !missing.is_empty() {
            packages::install(&missing, &mut |what| tracing::info!("{what}"))?;
        }
        let user = User::choose(data_dir).map_err(StoresError::files("look up users in", Path::new("/etc/passwd")))?;
        let place = Place::prepare(data_dir, user, options.durability)?;
        let postgres = match options.parts {
            Parts::Redis => None,
            Parts::Both | Parts::Postgres => Some(Server::postgres(data_dir, &place, user, options.durability)?),
        };
        let redis = match options.parts {
            Parts::Postgres => None,
            Parts::Both | Parts::Redis => Some(Server::redis(data_dir, &place, user)?),
        };
        Ok(Self { addresses: Addresses::of(&place), data_dir: data_dir.clone(), place, postgres, redis, _lock: lock })
    }
}

impl Drop for PrivateStores {
    fn drop(&mut self) {
        let mut both: Vec<&mut Server> = self.postgres.iter_mut().chain(&mut self.redis).collect();
        for server in &mut both {
            server.ask_to_finish();
        }
        for server in both {
            server.finish();
        }
        // What stays behind is an empty folder.
        let _ = self.place.remove_sockets();
    }
}

impl Addresses {
    fn of(place: &Place) -> Self {
        Self {
            database_url: format!("postgres://{NAME}@/{NAME}?host={}", in_url(&place.sockets)),
            redis_url: format!("redis+unix://{}?protocol=resp3", in_url(&place.redis_socket())),
        }
    }
}

/// The file in the data folder that is locked while its servers run.
const LOCK: &str = "embedded.lock";

/// Takes the data folder for this process.
fn lock(data_dir: &Path) -> Result<File, StoresError> {
    let path = data_dir.join(LOCK);
    let failed = || StoresError::files("lock", &path);
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed())?;
    // Whoever just looks whether the folder is in use holds the lock for an instant.
    let deadline = Instant::now() + Duration::from_millis(500);
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => {
                let pid = read_pid(&mut file).map_err(failed())?.unwrap_or_default();
                return Err(StoresError::InUse { data_dir: data_dir.to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
    }
    write_pid(&mut file, std::process::id()).map_err(failed())?;
    Ok(file)
}

async fn start(server: &mut Option<Server>) -> Result<(), StoresError> {
    match server {
        Some(server) => server.start().await,
        None => Ok(()),
    }
}

/// Runs what waits, off the runtime's own threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// Escapes a path for an address.
fn in_url(path: &Path) -> String {
    use std::fmt::Write;
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a String takes everything");
        }
        text
    })
}
