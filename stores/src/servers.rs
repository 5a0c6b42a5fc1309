//! The two servers: how each is set up, started, asked whether it is ready, and stopped.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

use crate::child::{Life, Running, Signal};
use crate::place::{PORT, Place, User, remove_stale_lock};
use crate::private::blocking;
use crate::{Durability, StoresError, packages};

/// The database, and the user that owns it.
pub(crate) const NAME: &str = "tanba";

/// How long the remains of an earlier run may take to end, and a server to answer: PostgreSQL may have gigabytes of
/// log to replay after a crash.
const PATIENCE: Duration = Duration::from_mins(5);

/// A log larger than this is set aside at the next start.
const LOG_BYTES: u64 = 8 << 20;

/// One of the two servers, running or not.
#[derive(Debug)]
pub(crate) struct Server {
    kind: Kind,
    program: PathBuf,
    place: Place,
    user: User,
    life: PathBuf,
    running: Option<Running>,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Postgres(Durability),
    Redis,
}

impl Server {
    /// Finds PostgreSQL and, the first time, sets up its data folder.
    pub(crate) fn postgres(
        data_dir: &Path,
        place: &Place,
        user: User,
        durability: Durability,
    ) -> Result<Self, StoresError> {
        let folder = place.postgres();
        let programs = programs_for(&folder)?;
        let server = Self {
            kind: Kind::Postgres(durability),
            program: programs.join("postgres"),
            place: place.clone(),
            user,
            life: data_dir.join("postgres.life"),
            running: None,
        };
        if !folder.join("PG_VERSION").exists() {
            tracing::info!(folder = %folder.display(), "setting up PostgreSQL for the first time");
            server.initialise(&programs.join("initdb"), &folder)?;
        }
        Ok(server)
    }

    /// Finds Redis.
    pub(crate) fn redis(data_dir: &Path, place: &Place, user: User) -> Result<Self, StoresError> {
        let program = packages::redis_server().ok_or_else(|| packages::NotInstalled::after_all(&["redis-server"]))?;
        user.make_private(&place.redis())?;
        Ok(Self {
            kind: Kind::Redis,
            program,
            place: place.clone(),
            user,
            life: data_dir.join("redis.life"),
            running: None,
        })
    }

    /// Starts it and returns when it answers. Does nothing if it runs.
    pub(crate) async fn start(&mut self) -> Result<(), StoresError> {
        if let Some(running) = &mut self.running
            && running.ended().map_err(StoresError::files("watch", &self.program))?.is_none()
        {
            return Ok(());
        }
        let (command, log_from) = self.command()?;
        let (life, name, program) = (self.life.clone(), self.name(), self.program.clone());
        let locks = match self.kind {
            Kind::Postgres(_) => {
                vec![
                    self.place.postgres().join("postmaster.pid"),
                    self.place.postgres_socket().with_extension(format!("{PORT}.lock")),
                ]
            }
            Kind::Redis => Vec::new(),
        };
        let spawn = move || {
            let life = Life::take(&life, PATIENCE)
                .map_err(StoresError::files("lock", &life))?
                .map_err(|pid| StoresError::Remains { name, pid })?;
            for lock in &locks {
                remove_stale_lock(lock);
            }
            Running::spawn(command, life).map_err(StoresError::files("start", &program))
        };
        self.running = Some(blocking(spawn).await?);
        self.answering(log_from).await
    }

    /// Sends a signal, if it runs.
    pub(crate) fn signal(&mut self, signal: Signal) {
        if let Some(running) = &mut self.running {
            running.signal(signal);
        }
    }

    /// Asks it to finish, without waiting.
    pub(crate) fn ask_to_finish(&mut self) {
        self.signal(Signal::Interrupt);
        self.signal(Signal::Continue);
    }

    /// Waits until it is gone, less and less kindly.
    pub(crate) fn finish(&mut self) {
        if let Some(mut running) = self.running.take()
            && !running.wait(Duration::from_mins(1))
        {
            tracing::warn!("{} does not finish in good order: ending it at once", self.name());
            running.signal(Signal::Quit);
            if !running.wait(Duration::from_secs(5)) {
                running.kill();
            }
        }
    }

    /// Ends it as a crash would: no checkpoint, nothing said to its clients.
    pub(crate) fn crash(&mut self) {
        let Some(mut running) = self.running.take() else {
            return;
        };
        match self.kind {
            Kind::Postgres(_) => {
                running.signal(Signal::Quit);
                running.signal(Signal::Continue);
                if !running.wait(Duration::from_secs(5)) {
                    running.kill();
                }
            }
            Kind::Redis => running.kill(),
        }
    }

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Postgres(_) => "PostgreSQL",
            Kind::Redis => "Redis",
        }
    }

    fn log(&self) -> PathBuf {
        self.place.log(match self.kind {
            Kind::Postgres(_) => "postgres",
            Kind::Redis => "redis",
        })
    }

    /// The command that starts it, and the length of its log so far.
    fn command(&self) -> Result<(Command, u64), StoresError> {
        let mut command = Command::new(&self.program);
        match self.kind {
            Kind::Postgres(durability) => {
                command.arg("-D").arg(self.place.postgres()).args(["-p", PORT]).arg("-k").arg(&self.place.sockets);
                command.args(POSTGRES_SETTINGS.iter().flat_map(|setting| ["-c", setting]));
                command.args(settings_for(durability).iter().flat_map(|setting| ["-c", setting]));
                command.current_dir(self.place.postgres());
            }
            Kind::Redis => {
                command.args(["--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]);
                command.args(["--loglevel", "warning", "--unixsocket"]).arg(self.place.redis_socket());
                command.current_dir(self.place.redis());
            }
        }
        self.user.lend(&mut command);
        let log = self.log();
        let length = log_to(&log, &mut command).map_err(StoresError::files("write", &log))?;
        Ok((command, length))
    }

    /// Makes the data folder beside its final place, and moves it there when it is whole.
    fn initialise(&self, initdb: &Path, folder: &Path) -> Result<(), StoresError> {
        let unfinished = folder.with_extension("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(StoresError::files("remove", &unfinished))?;
        }
        self.user.make_private(&unfinished)?;
        let mut command = Command::new(initdb);
        command
            .arg("-D")
            .arg(&unfinished)
            .args(["-U", NAME, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
            .current_dir(&unfinished)
            .stdin(Stdio::null());
        if self.kind_is_for_tests() {
            command.arg("--no-sync");
        }
        self.user.lend(&mut command);
        let log = self.log();
        let length = log_to(&log, &mut command).map_err(StoresError::files("write", &log))?;
        let status = command.status().map_err(StoresError::files("start", initdb))?;
        if !status.success() {
            let said = end_of(&log, length);
            return Err(StoresError::Ended { name: "initdb", status, log, said });
        }
        fs::rename(&unfinished, folder).map_err(StoresError::files("make", folder))
    }

    fn kind_is_for_tests(&self) -> bool {
        matches!(self.kind, Kind::Postgres(Durability::Tests))
    }

    async fn answering(&mut self, log_from: u64) -> Result<(), StoresError> {
        let start = Instant::now();
        let mut told = Duration::ZERO;
        loop {
            let answers = match self.kind {
                Kind::Postgres(_) => database_answers(&self.place).await?,
                Kind::Redis => redis_answers(&self.place.redis_socket()).await.unwrap_or(false),
            };
            if answers {
                return Ok(());
            }
            let (name, log) = (self.name(), self.log());
            if let Some(running) = &mut self.running
                && let Some(status) = running.ended().map_err(StoresError::files("watch", &self.program))?
            {
                let said = end_of(&log, log_from);
                return Err(StoresError::Ended { name, status, log, said });
            }
            let waited = start.elapsed();
            if waited > PATIENCE {
                return Err(StoresError::Silent { name, after: PATIENCE, log });
            }
            if waited > told + Duration::from_secs(10) {
                told = waited;
                tracing::info!(
                    "{name} is still starting after {} s (it may be recovering from a crash)",
                    waited.as_secs()
                );
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// For one machine with a few gigabytes that does other things too.
const POSTGRES_SETTINGS: [&str; 17] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=256MB",
    "effective_cache_size=1GB",
    "work_mem=8MB",
    "maintenance_work_mem=128MB",
    "max_wal_size=2GB",
    "min_wal_size=256MB",
    "checkpoint_timeout=15min",
    "wal_compression=on",
    "random_page_cost=1.1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_messages=warning",
    // Details of an error quote what was stored.
    "log_error_verbosity=terse",
    "log_line_prefix=%m [%p] ",
];

fn settings_for(durability: Durability) -> &'static [&'static str] {
    match durability {
        Durability::Full => &["max_connections=200", "fsync=on", "synchronous_commit=on"],
        // Many tests at once, each with a pool of its own.
        Durability::Tests => &["max_connections=600", "fsync=off", "full_page_writes=off", "autovacuum_naptime=10s"],
    }
}

/// The programs that can read the data in `folder`, or the first ones if there is none yet.
fn programs_for(folder: &Path) -> Result<PathBuf, StoresError> {
    let found = packages::postgres_installations();
    let Ok(version) = fs::read_to_string(folder.join("PG_VERSION")) else {
        let first = found.into_iter().next();
        return Ok(first.ok_or_else(|| packages::NotInstalled::after_all(&["postgresql"]))?.programs);
    };
    let data = version.trim().parse().unwrap_or(0);
    if let Some(matching) = found.iter().find(|installed| installed.major == data) {
        return Ok(matching.programs.clone());
    }
    let found: Vec<String> = found.iter().map(|installed| installed.major.to_string()).collect();
    Err(StoresError::Version { folder: folder.to_owned(), data, found: found.join(", ") })
}

/// Whether PostgreSQL answers; makes the database if it does and there is none.
async fn database_answers(place: &Place) -> Result<bool, StoresError> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(&place.sockets).user(NAME).dbname("postgres").connect_timeout(Duration::from_secs(2));
    let Ok((client, connection)) = config.connect(NoTls).await else {
        return Ok(false);
    };
    let connection = tokio::spawn(connection);
    let made = client.batch_execute(&format!("CREATE DATABASE {NAME}")).await;
    drop(client);
    // Its end is the end of the session, however it went.
    let _ = connection.await;
    match made {
        // It is still replaying the log, as after a restore, and takes no writes yet.
        Err(error) if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => Ok(false),
        Err(error) if error.code() != Some(&SqlState::DUPLICATE_DATABASE) => Err(error.into()),
        _ => Ok(true),
    }
}

async fn redis_answers(socket: &Path) -> io::Result<bool> {
    let ping = async {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await?;
        Ok(&answer == b"+PONG")
    };
    tokio::time::timeout(Duration::from_secs(2), ping).await.unwrap_or(Ok(false))
}

/// Sends what the command prints to the end of the log, and tells where that end was.
fn log_to(log: &Path, command: &mut Command) -> io::Result<u64> {
    if fs::metadata(log).is_ok_and(|log| log.len() > LOG_BYTES) {
        fs::rename(log, log.with_extension("log.1"))?;
    }
    // Statements stand in it, and data of people in their errors (X71).
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(log)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    let length = file.metadata()?.len();
    command.stdout(file.try_clone()?).stderr(file);
    Ok(length)
}

/// The last lines written to a log after `from`.
fn end_of(log: &Path, from: u64) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let mut file = fs::File::open(log)?;
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut text)?;
        Ok(text)
    };
    // Without its log, the error still says how the program ended.
    let text = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
