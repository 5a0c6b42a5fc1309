//! The offline root: the key that signs lists of seal keys for phones. Its secret half lies in a file that the
//! operator keeps away from the service; a demonstration keeps it in its data folder.
//!
//! Refuses to write over a file, and to read one that holds no root.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use marking::ed25519::SecretSealKey;
use zeroize::Zeroizing;

use super::vault::{KEY_BYTES, random};
use crate::platform::problem::{Error, Result};

/// Where a demonstration keeps its root.
const DEMO_FILE: &str = "root.key";

/// Makes a root in a new file, readable by its owner only.
pub fn create_root(path: &Path) -> Result<SecretSealKey> {
    let seed = random::<KEY_BYTES>();
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(seed.as_slice())));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(SecretSealKey::from_seed(&seed))
}

/// Reads the root from its file.
pub fn read_root(path: &Path) -> Result<SecretSealKey> {
    let text = fs::read_to_string(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    let bytes = Zeroizing::new(STANDARD.decode(Zeroizing::new(text).trim()).unwrap_or_default());
    let seed = bytes.as_slice().try_into().map_err(|_| {
        Error::internal(format!("{}: a root is {KEY_BYTES} bytes in Base64 (44 characters)", path.display()))
    })?;
    Ok(SecretSealKey::from_seed(seed))
}

/// The root of a demonstration, made when it is first needed.
pub(super) fn demo_root(folder: &Path) -> Result<SecretSealKey> {
    let path = folder.join(DEMO_FILE);
    match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            // Of two processes that make one at once the other's is as good.
            create_root(&path).or_else(|_| read_root(&path))
        }
        _ => read_root(&path),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_root_is_written_once_and_readable_by_its_owner_only() {
        let folder = std::env::temp_dir().join(format!("tanba-root-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let made = demo_root(&folder).unwrap();
        let path = folder.join(DEMO_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(demo_root(&folder).unwrap().public_bytes(), made.public_bytes());
        assert!(create_root(&path).is_err(), "a root is never written over");
        fs::write(&path, "c2hvcnQ=").unwrap();
        assert!(read_root(&path).unwrap_err().to_string().contains("root.key"));
        fs::remove_dir_all(folder).unwrap();
    }
}
