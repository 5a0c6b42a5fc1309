//! The master key, under which every private key is encrypted at rest: from the setting, or from a file
//! beside the data, made on the first start and readable by its owner only.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::vault::{KEY_BYTES, Vault, random};
use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};

const FILE: &str = "master.key";

/// The master key that the settings or the data folder hold; `None` when neither does.
pub(crate) fn find(config: &Config) -> Result<Option<Vault>> {
    if let Some(text) = &config.master_key {
        return decode(text, "TANBA_MASTER_KEY").map(Some);
    }
    let path = config.data_dir.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::internal(format!("{}: {error}", path.display()))),
    };
    let mode = fs::metadata(&path)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others may read the master key: chmod 600");
    }
    decode(&text, &path.display().to_string()).map(Some)
}

/// Makes a master key in the data folder. Of two processes that do so at once one wins, and both get its key.
pub(crate) fn create(config: &Config) -> Result<Vault> {
    write_new(&config.data_dir)?;
    find(config)?.ok_or_else(|| Error::internal("the master key's file vanished"))
}

fn write_new(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(random::<KEY_BYTES>().as_slice())));
    let draft = folder.join(format!("{FILE}.{}", std::process::id()));
    let _ = fs::remove_file(&draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A link is made whole or not at all, and never over a key that is there already.
    let linked = fs::hard_link(&draft, folder.join(FILE));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(fs::File::open(folder)?.sync_all()?),
    }
}

fn decode(text: &str, from: &str) -> Result<Vault> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).unwrap_or_default());
    let key = bytes.as_slice().try_into().map_err(|_| {
        Error::internal(format!("{from}: the master key must be {KEY_BYTES} bytes in Base64 (44 characters)"))
    })?;
    Ok(Vault::new(key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn config(folder: &Path, key: Option<&str>) -> Config {
        let folder = folder.to_str().unwrap().to_owned();
        let key = key.map(str::to_owned);
        Config::from(move |name| match name {
            "TANBA_DATA_DIR" => Some(folder.clone()),
            "TANBA_MASTER_KEY" => key.clone(),
            _ => None,
        })
        .unwrap()
    }

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("tanba-master-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn the_file_is_made_once_and_readable_by_its_owner_only() {
        let folder = folder("once");
        let config = config(&folder, None);
        assert!(find(&config).unwrap().is_none());
        let sealed = create(&config).unwrap().seal("here", b"secret");
        assert_eq!(fs::metadata(folder.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        let again = create(&config).unwrap();
        assert_eq!(again.open("here", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no draft is left behind");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_of_another_size_is_refused_and_its_source_named() {
        let folder = folder("size");
        for text in ["c2hvcnQ=", "not Base64!", ""] {
            let refused = find(&config(&folder, Some(text))).unwrap_err().to_string();
            assert!(refused.contains("TANBA_MASTER_KEY") && !refused.contains("c2hv"), "{refused}");
        }
        assert!(find(&config(&folder, Some(&STANDARD.encode([9; 32])))).unwrap().is_some());
    }
}
