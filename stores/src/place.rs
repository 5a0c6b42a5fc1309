//! Where the private servers keep their files, and as whom they run.
//!
//! PostgreSQL refuses to run as root, so root lends the servers to another user, who may not be able to enter the data
//! folder (a clone under `/root`, say). The files then live in a folder of their own elsewhere and the data folder keeps a
//! link to it. Sockets lie in a folder that only that user and root can enter, since the servers trust whoever gets in.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::child::effective_uid;
use crate::{Durability, StoresError};

/// A socket's address holds 107 bytes; some are left for the name of the file.
const LONGEST_SOCKET: usize = 100;

/// The link in the data folder to the files, when they cannot be in it.
const LINK: &str = "embedded";

/// A short folder that every user enters.
const TEMPORARY: &str = "/tmp";

/// The port that names PostgreSQL's socket; nothing listens on it.
pub(crate) const PORT: &str = "5432";

/// The user that the servers run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    /// The one we are.
    Same { uid: u32 },
    /// Another, because we are root.
    Other { uid: u32, gid: u32 },
}

impl User {
    /// Ourselves, unless we are root: then the owner of the data that is there, `postgres`, or `nobody`.
    pub(crate) fn choose(data_dir: &Path) -> io::Result<Self> {
        let uid = effective_uid();
        if uid != 0 {
            return Ok(Self::Same { uid });
        }
        if let Ok(data) = fs::metadata(Place::of(data_dir).postgres())
            && data.uid() != 0
        {
            return Ok(Self::Other { uid: data.uid(), gid: data.gid() });
        }
        let accounts = fs::read_to_string("/etc/passwd")?;
        let (uid, gid) =
            ["postgres", "nobody"].into_iter().find_map(|name| account(&accounts, name)).ok_or_else(|| {
                io::Error::new(io::ErrorKind::NotFound, "no user `postgres` or `nobody` to run PostgreSQL as")
            })?;
        Ok(Self::Other { uid, gid })
    }

    /// Makes a command run as this user, with a clean environment.
    pub(crate) fn lend(self, command: &mut Command) {
        // Variables such as PGPORT or LC_ALL must not reach the servers.
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LANG", "C.UTF-8").env("TZ", "UTC");
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    fn uid(self) -> u32 {
        match self {
            Self::Same { uid } | Self::Other { uid, .. } => uid,
        }
    }

    fn give(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Same { .. } => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(uid), Some(gid)),
        }
    }

    /// Whether the user can enter the folder: asked of the kernel, which knows about every parent and every access list.
    fn enters(self, folder: &Path) -> bool {
        if matches!(self, Self::Same { .. }) {
            return true;
        }
        let mut probe = Command::new("/bin/sh");
        probe.args(["-c", ":"]).current_dir(folder).stdin(Stdio::null());
        self.lend(&mut probe);
        probe.status().is_ok_and(|status| status.success())
    }

    /// Makes a folder that this user owns and nobody else enters.
    pub(crate) fn make_private(self, folder: &Path) -> Result<(), StoresError> {
        let make = || {
            match fs::DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let found = fs::symlink_metadata(folder)?;
                    // Somebody else may have made this folder in /tmp to listen in.
                    if !found.is_dir() || ![self.uid(), 0].contains(&found.uid()) {
                        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else"));
                    }
                    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
                }
                made => made?,
            }
            self.give(folder)
        };
        make().map_err(StoresError::files("prepare", folder))
    }
}

/// The folders of one pair of servers.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// PostgreSQL's and Redis's own folders and their logs.
    pub(crate) home: PathBuf,
    /// Where both listen.
    pub(crate) sockets: PathBuf,
}

impl Place {
    /// Finds or makes the home of the servers of `data_dir`, an absolute path.
    pub(crate) fn prepare(data_dir: &Path, user: User, durability: Durability) -> Result<Self, StoresError> {
        let link = data_dir.join(LINK);
        if !link.is_dir() && !user.enters(data_dir) {
            let data = data_dir.join("postgres");
            if data.exists() {
                // To begin anew elsewhere would look as if all were lost.
                let why = "the user that runs PostgreSQL can no longer enter this folder; let others pass (chmod o+x)";
                return Err(StoresError::files("use", &data)(io::Error::new(io::ErrorKind::PermissionDenied, why)));
            }
            let (parent, mode) = match durability {
                Durability::Full => (PathBuf::from("/var/lib/tanba"), 0o711),
                Durability::Tests => (TEMPORARY.into(), 0o777),
            };
            let elsewhere = parent.join(format!("tanba-{:016x}", one_time_number()));
            let make = || {
                if !parent.is_dir() {
                    fs::DirBuilder::new().recursive(true).mode(mode).create(&parent)?;
                }
                fs::DirBuilder::new().mode(0o711).create(&elsewhere)?;
                if link.symlink_metadata().is_ok() {
                    fs::remove_file(&link)?;
                }
                symlink(&elsewhere, &link)
            };
            make().map_err(StoresError::files("prepare", &elsewhere))?;
            tracing::info!(
                folder = %elsewhere.display(),
                "the user that runs PostgreSQL cannot enter {}: its data lives in a folder of its own", data_dir.display()
            );
        }
        let place = Self::of(data_dir);
        user.make_private(&place.sockets)?;
        Ok(place)
    }

    /// The place that [`Place::prepare`] has made.
    pub(crate) fn of(data_dir: &Path) -> Self {
        let home = fs::read_link(data_dir.join(LINK)).unwrap_or_else(|_| data_dir.to_owned());
        let sockets = sockets(&home);
        Self { home, sockets }
    }

    /// PostgreSQL's data folder.
    pub(crate) fn postgres(&self) -> PathBuf {
        self.home.join("postgres")
    }

    /// Redis's working folder.
    pub(crate) fn redis(&self) -> PathBuf {
        self.home.join("redis")
    }

    pub(crate) fn postgres_socket(&self) -> PathBuf {
        self.sockets.join(format!(".s.PGSQL.{PORT}"))
    }

    pub(crate) fn redis_socket(&self) -> PathBuf {
        self.sockets.join("redis.sock")
    }

    /// The log of one of the servers.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.home.join(format!("{name}.log"))
    }

    /// Removes everything that the servers of `data_dir` have made.
    pub(crate) fn remove(&self, data_dir: &Path) -> io::Result<()> {
        if self.home == data_dir {
            for folder in [self.postgres(), self.redis()].iter().filter(|folder| folder.exists()) {
                fs::remove_dir_all(folder)?;
            }
        } else {
            fs::remove_dir_all(&self.home)?;
            fs::remove_file(data_dir.join(LINK))?;
        }
        self.remove_sockets()
    }

    /// Removes the folder of sockets, which is made anew at every start.
    pub(crate) fn remove_sockets(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.sockets) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Removes a lock file of PostgreSQL's that names a process which is not PostgreSQL.
///
/// PostgreSQL itself recognises a lock file whose process is gone, but not one whose number has been given to another
/// process since, as happens after every restart of a container, nor one whose process is dead and not yet reaped.
pub(crate) fn remove_stale_lock(lock: &Path) {
    let Ok(text) = fs::read_to_string(lock) else {
        return;
    };
    let pid = text.lines().next().unwrap_or_default().trim_start_matches('-');
    if !Path::new("/proc/self/exe").exists() || pid.parse::<u32>().is_err() {
        return;
    }
    let stale = match fs::read_link(format!("/proc/{pid}/exe")) {
        Ok(program) => !program.file_name().is_some_and(|name| name.as_bytes().starts_with(b"postgres")),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if stale {
        // If it stays, PostgreSQL says so itself when it refuses to start.
        let _ = fs::remove_file(lock);
    }
}

/// The socket folder in the home, or a short one when the path is too long, or holds a character that a setting or an
/// address would have to escape.
fn sockets(home: &Path) -> PathBuf {
    let inside = home.join("sockets");
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(byte);
    let path = inside.as_os_str().as_bytes();
    if path.len() + "/.s.PGSQL.".len() + PORT.len() < LONGEST_SOCKET && path.iter().all(plain) {
        return inside;
    }
    Path::new(TEMPORARY).join(format!("tanba-{:016x}", fnv(home.as_os_str().as_bytes())))
}

/// FNV-1a: names a folder, protects nothing.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that has not been used before on this machine.
fn one_time_number() -> u64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    fnv(format!("{} {}", since.as_nanos(), std::process::id()).as_bytes())
}

/// The numbers of a user and of its group in the text of `/etc/passwd`.
fn account(accounts: &str, name: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0::/:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(account(accounts, "postgres"), Some((101, 104)));
        assert_eq!(account(accounts, "nobody"), None);
    }

    #[test]
    fn sockets_stay_within_what_the_kernel_takes() {
        assert_eq!(sockets(Path::new("/srv/tanba")), Path::new("/srv/tanba/sockets"));
        for awkward in
            [format!("/srv/{}", "long/".repeat(30)), "/srv/a b".into(), "/srv/таңба".into(), "/srv/a,b".into()]
        {
            let short = sockets(Path::new(&awkward));
            assert!(short.starts_with("/tmp") && short.as_os_str().len() < 60, "{}", short.display());
        }
    }
}
