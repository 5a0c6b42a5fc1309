//! Settings, read from the environment once at the start. Nothing else reads the environment.
//! Refuses a value that it can't understand and names the variable.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use locales::Language;

use super::host::HostPattern;

/// Everything a process needs to know about its surroundings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where HTTP is served (`TANBA_LISTEN`).
    pub listen: SocketAddr,
    /// Where metrics and the state of the stores are served (`TANBA_ADMIN_LISTEN`), for those who run the service only;
    /// nowhere, unless it is set.
    pub admin_listen: Option<SocketAddr>,
    /// The folder of the private stores, photos and the master key (`TANBA_DATA_DIR`).
    pub data_dir: PathBuf,
    /// Whether private stores are started where no address is set (`--private-stores`).
    pub private_stores: bool,
    /// PostgreSQL (`TANBA_DATABASE_URL`).
    pub database_url: Option<String>,
    /// A streaming replica of that PostgreSQL (`TANBA_DATABASE_REPLICA_URL`), for what may be a second old.
    pub replica_url: Option<String>,
    /// Redis (`TANBA_REDIS_URL`); the addresses of several nodes, separated by commas, for a Redis Cluster.
    pub redis_url: Option<String>,
    /// Certificates of the authorities that the stores' servers are vouched for by, as PEM (`TANBA_STORES_CA`, a file);
    /// without it those that the system trusts.
    pub stores_ca: Option<Vec<u8>>,
    /// The name of that file.
    pub stores_ca_file: Option<PathBuf>,
    /// Prefix of every Redis key (`TANBA_REDIS_PREFIX`), so that several registers can share a server.
    pub redis_prefix: String,
    /// Address by which the world knows this service (`TANBA_PUBLIC_URL`), used in links on labels.
    pub public_url: String,
    /// The origin of that address, when it was set: requests for another host are refused, and a browser's change must
    /// come from this origin, scheme and all.
    pub public_origin: Option<String>,
    /// Other names by which this service is asked (`TANBA_HOSTS`, comma-separated), where `TANBA_PUBLIC_URL` is set.
    pub hosts: Vec<String>,
    /// Where faults of security are reported to (`TANBA_SECURITY_CONTACT`, `mailto:` or `https:`), for security.txt.
    pub security_contact: Option<String>,
    /// Tiles of maps (`TANBA_TILES_URL`, an address with `{z}`, `{x}` and `{y}`); without it maps show outlines only.
    pub tiles_url: Option<String>,
    /// Key that encrypts private keys at rest, 32 bytes in Base64 (`TANBA_MASTER_KEY`); else a file in `data_dir`.
    pub master_key: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed (`TANBA_TRUSTED_PROXIES`, comma-separated networks).
    pub trusted_proxies: Vec<IpNet>,
    /// Web origins allowed to call from a browser (`TANBA_ALLOWED_ORIGINS`, comma-separated).
    pub allowed_origins: Vec<String>,
    /// Where photos go (`TANBA_PHOTOS_URL`, `s3://bucket/prefix`); else a folder in `data_dir`.
    pub photos_url: Option<String>,
    /// Where erasures are noted (`TANBA_ERASURES_URL`, `s3://bucket/prefix`), to be done again after a restore: somewhere
    /// that is not restored with the rest; else a folder in `data_dir`.
    pub erasures_url: Option<String>,
    /// How to reach those buckets: those of the usual `AWS_…` variables that are set.
    pub photos_options: Vec<(String, String)>,
    /// Whether the demo goods and pages are served (`TANBA_DEMO=1`).
    pub demo: bool,
    /// HTTP threads (`TANBA_THREADS`).
    pub threads: usize,
    /// Connections to PostgreSQL (`TANBA_DATABASE_CONNECTIONS`).
    pub database_connections: usize,
    /// How late a thread may come to its work before documents are refused, in milliseconds (`TANBA_LATENESS_MS`):
    /// exports are refused at a fifth of it, scans at twice as much.
    pub lateness: Duration,
    /// How long the service says that it is not ready before it stops, in seconds (`TANBA_DRAIN_SECONDS`): time for a
    /// load balancer to send people elsewhere.
    pub drain: Duration,
    /// Bounds on what one caller may ask.
    pub limits: Limits,
    /// How long things are kept.
    pub retention: Retention,
    /// How long accounts and their sessions may lie unused.
    pub sessions: Sessions,
    /// Which push services are asked to tell people of answers to their reports (`TANBA_PUSH_HOSTS`).
    pub push: Push,
    /// Another system that is told of alerts (`TANBA_WEBHOOK_URL`, `TANBA_WEBHOOK_SECRET`: both or none).
    pub webhook: Option<Webhook>,
    /// A file that signed heads of the audit are appended to each minute (`TANBA_AUDIT_ANCHOR_FILE`), on storage that the
    /// database's administrators cannot write.
    pub audit_anchor_file: Option<PathBuf>,
    /// An address that they are sent to (`TANBA_AUDIT_ANCHOR_URL`).
    pub audit_anchor_url: Option<String>,
    /// How often a process reads again what others have imported, the regions of the country: a minute.
    pub reread: Duration,
    /// Where the log goes instead of standard error (`tanba serve --log-file`).
    pub log_file: Option<PathBuf>,
    /// What the command line speaks (`TANBA_LANG`: kk, ru, en); else as the system's locale says, else English.
    pub language: Language,
    /// What is logged (`RUST_LOG`), in the syntax of tracing's filters.
    pub log: Option<String>,
}

/// Another system that is told of alerts.
#[derive(Clone)]
pub struct Webhook {
    /// Where it listens.
    pub url: String,
    /// What deliveries are signed with.
    pub secret: String,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Webhook").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Push services of browsers.
#[derive(Clone, Debug)]
pub struct Push {
    /// Their hosts; none to send nothing.
    pub hosts: Vec<HostPattern>,
    /// How long one may take to answer.
    pub patience: Duration,
    /// For tests: the address to which every host leads.
    pub local: Option<SocketAddr>,
    /// For tests: the certificate that vouches for it, as DER.
    pub authority: Option<Vec<u8>>,
}

impl Push {
    /// The services of today's browsers: Chrome and its kin, Firefox, Safari, Edge.
    const HOSTS: &str = "fcm.googleapis.com,*.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com";

    fn from(variable: &impl Fn(&str) -> Option<String>) -> Result<Self, BadSetting> {
        let named = variable("TANBA_PUSH_HOSTS").unwrap_or_else(|| Self::HOSTS.to_owned());
        let hosts = if named == "none" { Vec::new() } else { list(&|_| Some(named.clone()), "TANBA_PUSH_HOSTS")? };
        Ok(Self { hosts, patience: Duration::from_secs(10), local: None, authority: None })
    }
}

/// Requests allowed in a minute; a refused one is told when to come back.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From one device (its random id) or one signed-in account (`TANBA_LIMIT_DEVICE`).
    pub per_device: u32,
    /// From one network: /24 of IPv4, /56 of IPv6 (`TANBA_LIMIT_PREFIX`).
    pub per_prefix: u32,
    /// Batches of up to a thousand questions from one network (`TANBA_LIMIT_BATCHES`).
    pub batches: u32,
    /// From everybody, for one process (`TANBA_LIMIT_GLOBAL`).
    pub global: u32,
    /// Reports from one network in a day (`TANBA_LIMIT_REPORTS`); many people share one.
    pub reports_per_day: u32,
    /// Bytes of reports from one network in a day (`TANBA_LIMIT_REPORT_BYTES`).
    pub report_bytes_per_day: u64,
}

/// How long data of people is kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Exact places of scans, and those of decided reports with their contacts, in days; then they are rounded
    /// (`TANBA_KEEP_EXACT_DAYS`).
    pub exact_days: u32,
    /// Scans, in days; then they are gone (`TANBA_KEEP_SCANS_DAYS`).
    pub scan_days: u32,
    /// What reporters gave, in days since the decision; then it is gone (`TANBA_KEEP_REPORTS_DAYS`).
    pub report_days: u32,
}

/// How long accounts and their sessions may lie unused. Staff are inspectors, operators and auditors; the others work for
/// participants.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    /// Minutes after which a session of staff ends that nobody used (`TANBA_IDLE_MINUTES`).
    pub idle_minutes: u32,
    /// The same for clerks and participants (`TANBA_IDLE_PARTICIPANT_MINUTES`).
    pub idle_participant_minutes: u32,
    /// Days after which an account of staff is disabled that nobody signed in with (`TANBA_UNUSED_DAYS`); 0: never.
    pub unused_days: u32,
    /// The same for clerks and participants (`TANBA_UNUSED_PARTICIPANT_DAYS`); 0: never.
    pub unused_participant_days: u32,
}

impl Sessions {
    /// How long a session may lie unused.
    pub fn idle(&self, is_staff: bool) -> chrono::TimeDelta {
        let minutes = if is_staff { self.idle_minutes } else { self.idle_participant_minutes };
        chrono::TimeDelta::minutes(i64::from(minutes))
    }
}

/// The longest that a setting keeps something, in days, and in minutes: what is further away than that is no date of our
/// calendar.
const CENTURY: u32 = 36_525;
const YEAR: u32 = 525_600;
/// The most threads and connections of one process.
const MOST_THREADS: usize = 1_024;
const MOST_CONNECTIONS: usize = 10_000;

/// A setting that can't be understood.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct BadSetting {
    variable: &'static str,
    why: String,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> Result<Self, BadSetting> {
        Self::from(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// Takes an address by which the world knows the service, unless the settings name one.
    pub(crate) fn known_as(&mut self, url: &str) {
        if self.public_url == format!("http://{}", self.listen) {
            url.clone_into(&mut self.public_url);
        }
    }

    /// Reads settings from any source of variables.
    pub fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Self, BadSetting> {
        let listen = parsed(&variable, "TANBA_LISTEN", SocketAddr::from(([127, 0, 0, 1], 8080)))?;
        Ok(Self {
            listen,
            admin_listen: variable("TANBA_ADMIN_LISTEN")
                .map(|_| parsed(&variable, "TANBA_ADMIN_LISTEN", listen))
                .transpose()?,
            data_dir: parsed(&variable, "TANBA_DATA_DIR", PathBuf::from("var"))?,
            private_stores: false,
            database_url: variable("TANBA_DATABASE_URL"),
            replica_url: variable("TANBA_DATABASE_REPLICA_URL"),
            redis_url: variable("TANBA_REDIS_URL"),
            stores_ca: file(&variable, "TANBA_STORES_CA")?,
            stores_ca_file: variable("TANBA_STORES_CA").map(PathBuf::from),
            redis_prefix: parsed(&variable, "TANBA_REDIS_PREFIX", "tanba:".to_owned())?,
            public_url: parsed(&variable, "TANBA_PUBLIC_URL", format!("http://{listen}"))?,
            public_origin: variable("TANBA_PUBLIC_URL").as_deref().and_then(origin),
            hosts: list(&variable, "TANBA_HOSTS")?,
            security_contact: contact(&variable)?,
            tiles_url: tiles(&variable)?,
            master_key: variable("TANBA_MASTER_KEY"),
            trusted_proxies: list(&variable, "TANBA_TRUSTED_PROXIES")?,
            allowed_origins: list(&variable, "TANBA_ALLOWED_ORIGINS")?,
            photos_url: variable("TANBA_PHOTOS_URL"),
            erasures_url: variable("TANBA_ERASURES_URL"),
            photos_options: Self::BUCKET_VARIABLES
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), variable(name)?)))
                .collect(),
            demo: variable("TANBA_DEMO").is_some_and(|value| value != "0"),
            threads: bounded(&variable, "TANBA_THREADS", threads(), 1..=MOST_THREADS)?,
            database_connections: bounded(&variable, "TANBA_DATABASE_CONNECTIONS", 16, 1..=MOST_CONNECTIONS)?,
            lateness: Duration::from_millis(bounded(&variable, "TANBA_LATENESS_MS", 250, 1..=3_600_000)?),
            drain: Duration::from_secs(bounded(&variable, "TANBA_DRAIN_SECONDS", 0, 0..=86_400)?),
            limits: Limits {
                per_device: parsed(&variable, "TANBA_LIMIT_DEVICE", 600)?,
                per_prefix: parsed(&variable, "TANBA_LIMIT_PREFIX", 6_000)?,
                global: parsed(&variable, "TANBA_LIMIT_GLOBAL", 3_000_000)?,
                batches: parsed(&variable, "TANBA_LIMIT_BATCHES", 60)?,
                reports_per_day: parsed(&variable, "TANBA_LIMIT_REPORTS", 500)?,
                report_bytes_per_day: parsed(&variable, "TANBA_LIMIT_REPORT_BYTES", 2 << 30)?,
            },
            retention: Retention {
                exact_days: bounded(&variable, "TANBA_KEEP_EXACT_DAYS", 90, 0..=CENTURY)?,
                scan_days: bounded(&variable, "TANBA_KEEP_SCANS_DAYS", 730, 0..=CENTURY)?,
                report_days: bounded(&variable, "TANBA_KEEP_REPORTS_DAYS", 1_095, 0..=CENTURY)?,
            },
            sessions: Sessions {
                idle_minutes: bounded(&variable, "TANBA_IDLE_MINUTES", 60, 1..=YEAR)?,
                idle_participant_minutes: bounded(&variable, "TANBA_IDLE_PARTICIPANT_MINUTES", 240, 1..=YEAR)?,
                unused_days: bounded(&variable, "TANBA_UNUSED_DAYS", 90, 0..=CENTURY)?,
                unused_participant_days: bounded(&variable, "TANBA_UNUSED_PARTICIPANT_DAYS", 180, 0..=CENTURY)?,
            },
            push: Push::from(&variable)?,
            webhook: match (variable("TANBA_WEBHOOK_URL"), variable("TANBA_WEBHOOK_SECRET")) {
                (Some(url), Some(secret)) if secret.len() >= 16 => Some(Webhook { url, secret }),
                (None, None) => None,
                _ => {
                    let why = "needs TANBA_WEBHOOK_SECRET of 16 characters or more beside it".to_owned();
                    return Err(BadSetting { variable: "TANBA_WEBHOOK_URL", why });
                }
            },
            audit_anchor_file: variable("TANBA_AUDIT_ANCHOR_FILE").map(PathBuf::from),
            audit_anchor_url: variable("TANBA_AUDIT_ANCHOR_URL"),
            language: parsed(&variable, "TANBA_LANG", system_language(&variable))?,
            log: variable("RUST_LOG"),
            reread: Duration::from_mins(1),
            log_file: None,
        })
    }

    /// What a bucket may need to be known about it.
    const BUCKET_VARIABLES: [&str; 6] = [
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "AWS_ALLOW_HTTP",
    ];

    /// The origin of the map's tiles, which a page's policy has to allow.
    pub fn tiles_origin(&self) -> Option<String> {
        let (scheme, rest) = self.tiles_url.as_deref()?.split_once("://")?;
        Some(format!("{scheme}://{}", rest.split('/').next()?))
    }

    /// How long a request may wait for a store before it is told that the store is away.
    pub const STORE_PATIENCE: Duration = Duration::from_secs(2);
}

/// Scheme, host and port of an address, as browsers write an origin.
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    Some(format!("{scheme}://{}", rest.split('/').next()?).to_lowercase())
}

/// An address that a browser can fetch tiles from, and that can stand in a header and in a page as it is.
fn tiles(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<String>, BadSetting> {
    let Some(url) = variable("TANBA_TILES_URL") else { return Ok(None) };
    let has_scheme = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>;,".contains(&byte));
    let is_pattern = ["{z}", "{x}", "{y}"].iter().all(|part| url.contains(part));
    if has_scheme && is_plain && is_pattern {
        return Ok(Some(url));
    }
    let why = "an address like https://tiles.example/{z}/{x}/{y}.png is needed".to_owned();
    Err(BadSetting { variable: "TANBA_TILES_URL", why })
}

/// An address that can stand in a line of security.txt.
fn contact(variable: &impl Fn(&str) -> Option<String>) -> Result<Option<String>, BadSetting> {
    let Some(contact) = variable("TANBA_SECURITY_CONTACT") else { return Ok(None) };
    let has_scheme = ["mailto:", "https://"].iter().any(|scheme| contact.starts_with(scheme));
    if has_scheme && contact.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(contact));
    }
    let why = "an address like mailto:security@tanba.example or https://… is needed".to_owned();
    Err(BadSetting { variable: "TANBA_SECURITY_CONTACT", why })
}

/// What the file holds that a variable names.
fn file(variable: &impl Fn(&str) -> Option<String>, name: &'static str) -> Result<Option<Vec<u8>>, BadSetting> {
    let Some(path) = variable(name) else { return Ok(None) };
    std::fs::read(&path).map(Some).map_err(|error| BadSetting { variable: name, why: format!("{path}: {error}") })
}

/// The language of the system's locale, where it is one of ours.
fn system_language(variable: &impl Fn(&str) -> Option<String>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    locale.and_then(|locale| locale.parse().ok()).unwrap_or(Language::En)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn parsed<T: FromStr>(
    variable: &impl Fn(&str) -> Option<String>,
    name: &'static str,
    default: T,
) -> Result<T, BadSetting>
where
    T::Err: std::fmt::Display,
{
    variable(name).map_or(Ok(default), |value| {
        value.parse().map_err(|error: T::Err| BadSetting { variable: name, why: error.to_string() })
    })
}

/// A number within bounds.
fn bounded<T: FromStr + PartialOrd + std::fmt::Display>(
    variable: &impl Fn(&str) -> Option<String>,
    name: &'static str,
    default: T,
    bounds: std::ops::RangeInclusive<T>,
) -> Result<T, BadSetting>
where
    T::Err: std::fmt::Display,
{
    let value = parsed(variable, name, default)?;
    if bounds.contains(&value) {
        return Ok(value);
    }
    let why = format!("a number from {} to {} is needed", bounds.start(), bounds.end());
    Err(BadSetting { variable: name, why })
}

fn list<T: FromStr>(variable: &impl Fn(&str) -> Option<String>, name: &'static str) -> Result<Vec<T>, BadSetting>
where
    T::Err: std::fmt::Display,
{
    variable(name)
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.parse().map_err(|error: T::Err| BadSetting { variable: name, why: error.to_string() }))
        .collect()
}

#[cfg(test)]
mod tests;
