//! Backups as files that only the holders of an identity open: the register as `pg_dump` writes it and the photos as a tar,
//! each encrypted while it is written. A backup is a folder:
//!
//! | file | holds |
//! |---|---|
//! | `register.dump.age` | `pg_dump --format=custom` |
//! | `photos.tar.age` | the photos, by their names |
//! | `manifest.json` | when, of which tables, sizes and SHA-256 of the other two; nothing of the content |
//!
//! The master key is no part of it, since what it encrypts lies in there; nor is Redis, nor the list of erasures, which
//! has to outlive what is restored.

mod age;
mod bech32;
mod postgres;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::platform::config::Config;
use crate::platform::problem::{Error, Result};
use crate::reports::PhotoStore;

pub use age::{Decryptor, Encryptor, Identity, NotAKey, Recipient};

const REGISTER: &str = "register.dump.age";
const PHOTOS: &str = "photos.tar.age";
const MANIFEST: &str = "manifest.json";

/// What a backup says of itself without being opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// When it was begun.
    pub made_at: DateTime<Utc>,
    /// The program that made it.
    pub program: String,
    /// Its files.
    pub files: Vec<FileLine>,
    /// How many photos.
    pub photos: u64,
}

/// A file of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileLine {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Makes a backup in a new folder below `to`, named by the moment. Returns the folder and its manifest.
pub async fn create(
    config: &Config,
    recipients: &[Recipient],
    to: &Path,
    now: DateTime<Utc>,
) -> Result<(PathBuf, Manifest)> {
    let name = now.format("%Y-%m-%dT%H%M%SZ").to_string();
    let (folder, draft) = (to.join(&name), to.join(format!("{name}.partial")));
    fs::create_dir_all(&draft)?;
    fs::set_permissions(&draft, fs::Permissions::from_mode(0o700))?;
    // The register first: a photo without a report is swept away, a report without its photos would be poorer.
    let (dumping, file) = (config.clone(), draft.join(REGISTER));
    let to_whom = recipients.to_vec();
    let register = blocking(move || write_register(&dumping, &to_whom, &file)).await?;
    let (photos, count) = write_photos(config, recipients, &draft.join(PHOTOS)).await?;
    let program = format!("tanba {}", env!("CARGO_PKG_VERSION"));
    let manifest = Manifest { made_at: now, program, files: vec![register, photos], photos: count };
    let mut file = private(&draft.join(MANIFEST))?;
    file.write_all(&serde_json::to_vec_pretty(&manifest).map_err(Error::internal)?)?;
    file.sync_all()?;
    fs::rename(&draft, &folder)?;
    File::open(to)?.sync_all()?;
    Ok((folder, manifest))
}

/// Restores a backup into a database without tables, and its photos to where the settings keep them. The tables are as the
/// backup has them: migrations, grants and erasures come afterwards.
pub async fn restore(config: &Config, from: &Path, identity: Identity) -> Result<Manifest> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(from.join(MANIFEST))?).map_err(Error::internal)?;
    for line in &manifest.files {
        let (line, path) = (line.clone(), from.join(&line.name));
        blocking(move || check(&line, &path)).await?;
    }
    let identity = std::sync::Arc::new(identity);
    let (restoring, file, opening) = (config.clone(), from.join(REGISTER), std::sync::Arc::clone(&identity));
    blocking(move || {
        let mut dump = Decryptor::new(BufReader::new(File::open(file)?), &opening)?;
        postgres::restore(&restoring, &mut dump)
    })
    .await?;
    read_photos(config, &from.join(PHOTOS), identity).await?;
    Ok(manifest)
}

/// Makes an identity's file, readable by its owner only. Returns the recipient.
pub fn create_identity(path: &Path) -> Result<Recipient> {
    let identity = Identity::new();
    let mut file = private(path)?;
    file.write_all(identity.file().as_bytes())?;
    file.sync_all()?;
    Ok(identity.recipient())
}

/// Reads an identity's file.
pub fn read_identity(path: &Path) -> Result<Identity> {
    let text = zeroize::Zeroizing::new(fs::read_to_string(path)?);
    Identity::read(&text).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
}

fn write_register(config: &Config, recipients: &[Recipient], path: &Path) -> Result<FileLine> {
    let mut file = begin(path, recipients)?;
    postgres::dump(config, &mut file)?;
    end(file, path)
}

async fn write_photos(config: &Config, recipients: &[Recipient], path: &Path) -> Result<(FileLine, u64)> {
    let photos = PhotoStore::open(config)?;
    let mut tar = tar::Builder::new(begin(path, recipients)?);
    let mut count = 0;
    let mut names = std::pin::pin!(photos.list());
    while let Some((name, _)) = names.try_next().await? {
        // One that was deleted meanwhile is not missed.
        let Some(bytes) = photos.get(&name).await? else { continue };
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        tar.append_data(&mut header, &name, &bytes[..])?;
        count += 1;
    }
    Ok((end(tar.into_inner()?, path)?, count))
}

async fn read_photos(config: &Config, path: &Path, identity: std::sync::Arc<Identity>) -> Result<()> {
    let photos = PhotoStore::open(config)?;
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<(String, Bytes)>(4);
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || -> Result<()> {
        let file = Decryptor::new(BufReader::new(File::open(path)?), &identity)?;
        let mut tar = tar::Archive::new(file);
        for entry in tar.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            if sender.blocking_send((name, bytes.into())).is_err() {
                break;
            }
        }
        // What was cut off behind the last entry was cut off all the same.
        io::copy(&mut tar.into_inner(), &mut io::sink())?;
        Ok(())
    });
    while let Some((name, bytes)) = receiver.recv().await {
        photos.put(&name, bytes).await?;
    }
    reading.await.map_err(Error::internal)?
}

/// A file that only its owner reads, and that was not there.
fn private(path: &Path) -> io::Result<File> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    opened.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn begin(path: &Path, recipients: &[Recipient]) -> io::Result<Encryptor<BufWriter<Hashed>>> {
    let hashed = Hashed { file: private(path)?, hasher: Sha256::new(), bytes: 0 };
    Encryptor::new(BufWriter::new(hashed), recipients)
}

fn end(file: Encryptor<BufWriter<Hashed>>, path: &Path) -> Result<FileLine> {
    let hashed = file.finish()?.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    hashed.file.sync_all()?;
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(FileLine { name, bytes: hashed.bytes, sha256: hex::encode(hashed.hasher.finalize()) })
}

fn check(line: &FileLine, path: &Path) -> Result<()> {
    let (mut file, mut hasher, mut piece) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => hasher.update(&piece[..read]),
        }
    }
    if hex::encode(hasher.finalize()) == line.sha256 {
        return Ok(());
    }
    Err(Error::internal(format!("{}: not the file that the manifest names", path.display())))
}

/// A file that is hashed while it is written.
struct Hashed {
    file: File,
    hasher: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
