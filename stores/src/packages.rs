//! Finds the programs of PostgreSQL and Redis on this machine, and installs their packages if they are missing.
//!
//! Uses the standard library alone and prints nothing. It asks for no password: without root and without a `sudo` that
//! needs none, the error says which packages to install.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest PostgreSQL whose SQL the register uses.
pub const OLDEST_POSTGRES: u32 = 14;

/// The Debian and Ubuntu packages that hold both servers.
pub const PACKAGES: [&str; 2] = ["postgresql", "redis-server"];

/// A folder with PostgreSQL's server programs, and their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postgres {
    /// The folder that holds `postgres` and `initdb`.
    pub programs: PathBuf,
    /// The major version, such as 15.
    pub major: u32,
}

/// Every usable PostgreSQL here: the one on `PATH` first, then the newest of those that Debian keeps off `PATH`.
pub fn postgres_installations() -> Vec<Postgres> {
    let mut beside: Vec<Postgres> = ["/usr/lib/postgresql", "/usr/local/lib/postgresql"]
        .iter()
        .filter_map(|parent| Path::new(parent).read_dir().ok())
        .flatten()
        .filter_map(|entry| postgres_in(&entry.ok()?.path().join("bin")))
        .collect();
    beside.sort_by_key(|found| std::cmp::Reverse(found.major));

    let mut all: Vec<Postgres> = path_folders().filter_map(|folder| postgres_in(&folder)).collect();
    all.extend(beside);
    all.retain(|found| found.major >= OLDEST_POSTGRES);
    all
}

/// The Redis server program, or that of Valkey, which speaks the same protocol.
pub fn redis_server() -> Option<PathBuf> {
    ["redis-server", "valkey-server"].into_iter().find_map(program)
}

/// The first program of this name on `PATH` or in a usual system folder.
pub fn program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    path_folders().map(|folder| folder.join(name.as_ref())).find(|path| path.is_file())
}

/// The packages of [`PACKAGES`] whose programs are missing.
pub fn missing() -> Vec<&'static str> {
    let [postgres, redis] = PACKAGES;
    let mut missing = Vec::new();
    if postgres_installations().is_empty() {
        missing.push(postgres);
    }
    if redis_server().is_none() {
        missing.push(redis);
    }
    missing
}

/// Installs packages with `apt-get`, saying through `say` what is about to happen.
///
/// The packages' own system services are not started: the private servers need none of them.
pub fn install(packages: &[&str], say: &mut dyn FnMut(&str)) -> Result<(), NotInstalled> {
    let list = packages.join(" ");
    let by_hand = |why| NotInstalled { packages: list.clone(), why };
    let Some(apt) = program("apt-get") else {
        return Err(by_hand(Why::NoApt));
    };
    let Some(privileges) = Privileges::of_this_process() else {
        return Err(by_hand(Why::NotAllowed));
    };

    say(&format!("Installing {list} with apt-get; this happens once."));
    let steps: [&[&str]; 2] = [&["update"], &["install", "--yes", "--no-install-recommends"]];
    for (step, operands) in steps.into_iter().zip([&[], packages]) {
        let output = privileges
            .command(&apt)
            .args(["-qq", "-o", "DPkg::Lock::Timeout=300"])
            .args(step)
            .args(operands)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| by_hand(Why::Start(error)))?;
        // A stale mirror among several makes `update` fail while what we need can still be installed.
        if !output.status.success() && step != ["update"] {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(by_hand(Why::Failed(said)));
        }
    }
    Ok(())
}

/// Packages that are needed and could not be installed from here; displays as one line that says what to do.
#[derive(Debug)]
pub struct NotInstalled {
    packages: String,
    why: Why,
}

#[derive(Debug)]
enum Why {
    NoApt,
    NotAllowed,
    Start(io::Error),
    Failed(String),
}

impl fmt::Display for NotInstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packages = &self.packages;
        match &self.why {
            Why::NoApt => write!(f, "please install {packages} with this system's package manager, then start again"),
            Why::NotAllowed => {
                write!(f, "please run `apt-get install --no-install-recommends {packages}` as root, then start again")
            }
            Why::Start(error) => write!(f, "apt-get could not be started to install {packages}: {error}"),
            Why::Failed(said) => write!(f, "apt-get could not install {packages}: {said}"),
        }
    }
}

impl std::error::Error for NotInstalled {}

impl NotInstalled {
    /// Says that packages are missing although all was done that could be done.
    pub fn after_all(packages: &[&str]) -> Self {
        Self { packages: packages.join(" "), why: Why::NotAllowed }
    }
}

/// How this process may become root without asking anybody.
enum Privileges {
    Root,
    Sudo(PathBuf),
}

impl Privileges {
    fn of_this_process() -> Option<Self> {
        let quiet = |command: &mut Command| {
            command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())
        };
        if quiet(Command::new("id").arg("-u"))?.stdout.trim_ascii() == b"0" {
            return Some(Self::Root);
        }
        let sudo = program("sudo")?;
        quiet(Command::new(&sudo).args(["-n", "true"]))?;
        Some(Self::Sudo(sudo))
    }

    /// A command run as root in an environment in which packages ask nothing and start no services.
    fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Self::Root => Command::new("env"),
            Self::Sudo(sudo) => {
                let mut command = Command::new(sudo);
                command.args(["-n", "env"]);
                command
            }
        };
        // SYSTEMD_OFFLINE makes systemctl, RUNLEVEL=1 makes invoke-rc.d leave services alone, for this one command only.
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "SYSTEMD_OFFLINE=1", "RUNLEVEL=1"])
            .arg(program);
        command
    }
}

fn path_folders() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    for usual in ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/opt/homebrew/bin"] {
        if !folders.iter().any(|folder| folder == Path::new(usual)) {
            folders.push(usual.into());
        }
    }
    folders.into_iter()
}

/// What `folder` holds, if it holds the server and not just the clients.
fn postgres_in(folder: &Path) -> Option<Postgres> {
    if !folder.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(folder.join("postgres")).arg("--version").stdin(Stdio::null()).output().ok()?;
    let major = major_version(std::str::from_utf8(&output.stdout).ok()?)?;
    Some(Postgres { programs: folder.to_owned(), major })
}

/// Reads 15 out of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_version(line: &str) -> Option<u32> {
    let version = line.split_once("(PostgreSQL) ")?.1;
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("postgres 9"), None);
    }

    #[test]
    fn the_refusal_names_what_to_install_in_one_line() {
        let refusal = NotInstalled { packages: PACKAGES.join(" "), why: Why::NotAllowed }.to_string();
        assert!(refusal.contains("postgresql redis-server") && !refusal.contains('\n'));
    }
}
