//! The service as a process of its own: the same program as `tanba`, killed without a word when the test wants.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use server::config::Config;

use crate::load::{exchange, get};

/// A process that runs `tanba serve`; killed when dropped.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    address: SocketAddr,
    log: PathBuf,
}

/// An address on loopback that nothing listens on at this moment.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("it has an address")
}

impl Child {
    /// Starts `program serve` with these settings; what it prints goes to the end of `log`.
    pub fn serve(program: &Path, config: &Config, log: &Path) -> io::Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new(program);
        command.arg("serve").stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        for (variable, value) in settings(config) {
            command.env(variable, value);
        }
        Ok(Self { process: command.spawn()?, address: config.listen, log: log.to_owned() })
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until it says that it can serve. Returns how long that took; fails with the end of its log when it ends.
    pub async fn ready(&mut self) -> Duration {
        let started = Instant::now();
        loop {
            let address = self.address;
            let asked = tokio::task::spawn_blocking(move || exchange(address, &get("/readyz", ""))).await;
            if asked.expect("asking does not panic").is_ok_and(|answer| answer.status == 200) {
                return started.elapsed();
            }
            let ended = self.process.try_wait().expect("a child can be watched");
            assert!(ended.is_none(), "the service ended: {ended:?}\n{}", self.said());
            assert!(started.elapsed() < Duration::from_mins(1), "the service is not ready\n{}", self.said());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Kills it without a warning and waits until it is gone.
    pub fn kill(&mut self) {
        // An error here says that it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// The most memory that it has held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kibibytes.unwrap_or(0) << 10
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
        ("TANBA_LIMIT_GLOBAL", config.limits.global.to_string()),
    ];
    settings.extend(config.database_url.clone().map(|url| ("TANBA_DATABASE_URL", url)));
    settings.extend(config.replica_url.clone().map(|url| ("TANBA_DATABASE_REPLICA_URL", url)));
    settings.extend(config.redis_url.clone().map(|url| ("TANBA_REDIS_URL", url)));
    settings
}
