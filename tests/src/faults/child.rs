//! The service as a process of its own: the same program as `tanba`, killed without a word when the test wants.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use server::platform::config::Config;

use crate::load::{exchange, get};
use crate::memory;

/// A process that runs `tanba serve` or `tanba work`; killed when dropped.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    address: SocketAddr,
    log: PathBuf,
    /// Where in the log its own words begin.
    log_from: u64,
    is_worker: bool,
}

/// An address on loopback that nothing listens on at this moment.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("it has an address")
}

impl Child {
    /// Starts `program serve` with these settings, and a worker within it; what it prints goes to the end of `log`.
    pub fn serve(program: &Path, config: &Config, log: &Path) -> io::Result<Self> {
        Self::start(program, &["serve"], config, log)
    }

    /// The same, with the work left to others.
    pub fn serve_only(program: &Path, config: &Config, log: &Path) -> io::Result<Self> {
        Self::start(program, &["serve", "--no-work"], config, log)
    }

    /// Starts `program work`.
    pub fn work(program: &Path, config: &Config, log: &Path) -> io::Result<Self> {
        Self::start(program, &["work"], config, log)
    }

    fn start(program: &Path, arguments: &[&str], config: &Config, log: &Path) -> io::Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let log_from = output.metadata()?.len();
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        for (variable, value) in settings(config) {
            command.env(variable, value);
        }
        let is_worker = arguments[0] == "work";
        Ok(Self { process: command.spawn()?, address: config.listen, log: log.to_owned(), log_from, is_worker })
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it says that it can serve, or works. Returns how long that took; fails with the end of its log when
    /// it ends.
    pub async fn ready(&mut self) -> Duration {
        let started = Instant::now();
        while !self.is_ready().await {
            let ended = self.process.try_wait().expect("a child can be watched");
            assert!(ended.is_none(), "the service ended: {ended:?}\n{}", self.said());
            assert!(started.elapsed() < Duration::from_mins(1), "the service is not ready\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        started.elapsed()
    }

    async fn is_ready(&self) -> bool {
        if self.is_worker {
            let text = std::fs::read(&self.log).unwrap_or_default();
            let own = usize::try_from(self.log_from).ok().and_then(|from| text.get(from..)).unwrap_or_default();
            let words = locales::say(locales::Language::En, "cli-working", &[]);
            return String::from_utf8_lossy(own).contains(&words);
        }
        let address = self.address;
        let asked = tokio::task::spawn_blocking(move || exchange(address, &get("/readyz", ""))).await;
        asked.expect("asking does not panic").is_ok_and(|answer| answer.status == 200)
    }

    /// Kills it without a warning and waits until it is gone.
    pub fn kill(&mut self) {
        // An error here says that it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Asks it to stop, as a terminal or an orchestrator would, and waits until it has. Tells whether it ended well.
    pub async fn stop(&mut self) -> bool {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "a signal can be sent");
        let deadline = Instant::now() + Duration::from_mins(1);
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait().expect("a child can be watched") {
                return status.success();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// The most memory that it has held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        memory(&format!("/proc/{}/status", self.id()), "VmHWM")
    }

    /// The memory that it holds now, in bytes.
    pub fn memory(&self) -> u64 {
        memory(&format!("/proc/{}/status", self.id()), "VmRSS")
    }

    /// Files and connections that it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.id())).map_or(0, Iterator::count)
    }

    /// The end of what it printed.
    pub fn said(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&text[text.len().saturating_sub(4_000)..]).into_owned()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Settings as the environment carries them.
fn settings(config: &Config) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("TANBA_LISTEN", config.listen.to_string()),
        ("TANBA_DATA_DIR", config.data_dir.display().to_string()),
        ("TANBA_REDIS_PREFIX", config.redis_prefix.clone()),
        ("TANBA_THREADS", config.threads.to_string()),
        ("TANBA_DATABASE_CONNECTIONS", config.database_connections.to_string()),
        ("TANBA_LIMIT_DEVICE", config.limits.per_device.to_string()),
        ("TANBA_LIMIT_PREFIX", config.limits.per_prefix.to_string()),
        ("TANBA_LIMIT_BATCHES", config.limits.batches.to_string()),
        ("TANBA_LIMIT_GLOBAL", config.limits.global.to_string()),
        ("TANBA_LIMIT_REPORTS", config.limits.reports_per_day.to_string()),
        ("TANBA_LIMIT_REPORT_BYTES", config.limits.report_bytes_per_day.to_string()),
        ("TANBA_LATENESS_MS", config.lateness.as_millis().to_string()),
        ("TANBA_DRAIN_SECONDS", config.drain.as_secs().to_string()),
        ("TANBA_LANG", "en".to_owned()),
        ("TANBA_TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
    ];
    settings.extend(config.database_url.clone().map(|url| ("TANBA_DATABASE_URL", url)));
    settings.extend(config.replica_url.clone().map(|url| ("TANBA_DATABASE_REPLICA_URL", url)));
    settings.extend(config.redis_url.clone().map(|url| ("TANBA_REDIS_URL", url)));
    settings
}
