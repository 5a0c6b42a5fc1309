//! What a client was told about what it sent: on disk before it is believed, so that no crash of ours can make the
//! ledger say more or less than the client knew.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

/// What the client knows of something that it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was acknowledged: it must be there, once, as it was sent.
    Ack,
    /// It was refused: it must not be there.
    Reject,
    /// No answer, or one that says neither: it may be there once, or not.
    Unknown,
}

impl Fate {
    /// What an answer tells; none when there was no answer.
    pub fn of(status: Option<u16>) -> Self {
        match status {
            Some(200..=299) => Self::Ack,
            Some(400..=499) => Self::Reject,
            // "Nothing was changed" is the promise of a 503, and a promise that a crash can break on the way.
            _ => Self::Unknown,
        }
    }
}

/// Something that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What kind of thing: `scan`, `report`, `sale`.
    pub kind: String,
    /// What must be found again, as text without line breaks.
    pub content: String,
    /// What the client knows.
    pub fate: Fate,
}

/// A ledger in a file. Cheap to clone: the file is shared.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: Arc<PathBuf>,
    file: Arc<Mutex<File>>,
}

impl Ledger {
    /// Opens the ledger at `path`; what is in it stays.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { path: Arc::new(path.to_owned()), file: Arc::new(Mutex::new(file)) })
    }

    /// Notes that these things are about to be sent.
    pub fn intend<'a>(&self, things: impl IntoIterator<Item = (&'a str, Uuid, &'a str)>) -> io::Result<()> {
        let lines = things.into_iter().map(|(kind, id, content)| {
            assert!(!content.contains(['\n', '\t']), "a content of one line");
            format!("{id}\tintend\t{kind}\t{content}\n")
        });
        self.append(&lines.collect::<Vec<String>>().concat())
    }

    /// Notes what the client was told about them.
    pub fn note(&self, ids: &[Uuid], fate: Fate) -> io::Result<()> {
        let word = match fate {
            Fate::Ack => "ack",
            Fate::Reject => "reject",
            Fate::Unknown => "unknown",
        };
        let lines: Vec<String> = ids.iter().map(|id| format!("{id}\t{word}\n")).collect();
        self.append(&lines.concat())
    }

    fn append(&self, lines: &str) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(lines.as_bytes())?;
        file.sync_data()
    }

    /// Reads everything back from the disk. What has no answer is unknown; a later answer, as to a retry, counts.
    pub fn read(&self) -> io::Result<BTreeMap<Uuid, Entry>> {
        let mut entries = BTreeMap::new();
        for line in BufReader::new(File::open(&*self.path)?).lines() {
            let line = line?;
            let mut fields = line.split('\t');
            let torn = || io::Error::new(io::ErrorKind::InvalidData, format!("a torn line: {line}"));
            let id: Uuid = fields.next().and_then(|id| id.parse().ok()).ok_or_else(torn)?;
            let fate = match fields.next() {
                Some("ack") => Fate::Ack,
                Some("reject") => Fate::Reject,
                Some("unknown") => Fate::Unknown,
                Some("intend") => {
                    let (kind, content) = fields.next().zip(fields.next()).ok_or_else(torn)?;
                    let (kind, content) = (kind.to_owned(), content.to_owned());
                    entries.entry(id).or_insert(Entry { kind, content, fate: Fate::Unknown });
                    continue;
                }
                _ => return Err(torn()),
            };
            entries.get_mut(&id).ok_or_else(torn)?.fate = fate;
        }
        Ok(entries)
    }

    /// Holds what is stored against what the client was told: `stored` has a row's kind, id and content. Returns what
    /// is wrong, one line each.
    pub fn faults(&self, stored: &[(String, Uuid, String)]) -> io::Result<Vec<String>> {
        let entries = self.read()?;
        let mut faults = Vec::new();
        let mut counts: BTreeMap<Uuid, usize> = BTreeMap::new();
        for (kind, id, content) in stored {
            *counts.entry(*id).or_default() += 1;
            match entries.get(id) {
                None => faults.push(format!("phantom {kind} {id}")),
                Some(entry) if entry.kind != *kind || entry.content != *content => {
                    faults.push(format!("{kind} {id} was sent as {:?} and is stored as {content:?}", entry.content));
                }
                Some(_) => {}
            }
        }
        for (id, entry) in &entries {
            let count = counts.get(id).copied().unwrap_or(0);
            let right = match entry.fate {
                Fate::Ack => count == 1,
                Fate::Reject => count == 0,
                Fate::Unknown => count <= 1,
            };
            if !right {
                faults.push(format!("{} {id} is {:?} and is stored {count} times", entry.kind, entry.fate));
            }
        }
        Ok(faults)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_loss_a_double_a_change_and_a_phantom_are_told_apart() {
        let path = std::env::temp_dir().join(format!("tanba-ledger-{}", Uuid::new_v4()));
        let ledger = Ledger::open(&path).unwrap();
        let ids: Vec<Uuid> = (0..6).map(|_| Uuid::new_v4()).collect();
        ledger.intend(ids.iter().map(|id| ("scan", *id, "x"))).unwrap();
        ledger.note(&ids[..4], Fate::Ack).unwrap();
        ledger.note(&ids[4..5], Fate::Reject).unwrap();
        let row = |id: Uuid, content: &str| ("scan".to_owned(), id, content.to_owned());
        let good: Vec<_> = ids[..4].iter().map(|id| row(*id, "x")).collect();
        assert!(ledger.faults(&good).unwrap().is_empty());
        let unknown_came = [good.clone(), vec![row(ids[5], "x")]].concat();
        assert!(ledger.faults(&unknown_came).unwrap().is_empty());
        assert_eq!(ledger.faults(&good[1..]).unwrap().len(), 1, "lost");
        assert_eq!(ledger.faults(&[good.clone(), good[..1].to_vec()].concat()).unwrap().len(), 1, "doubled");
        assert_eq!(ledger.faults(&[good.clone(), vec![row(ids[4], "x")]].concat()).unwrap().len(), 1, "refused");
        assert_eq!(
            ledger.faults(&[good.clone(), vec![row(Uuid::new_v4(), "x")]].concat()).unwrap().len(),
            1,
            "phantom"
        );
        let changed = [good[1..].to_vec(), vec![row(ids[0], "y")]].concat();
        assert_eq!(ledger.faults(&changed).unwrap().len(), 1, "changed");
        // Opened anew, it still knows.
        drop(ledger);
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!(ledger.read().unwrap().values().filter(|entry| entry.fate == Fate::Ack).count(), 4);
        std::fs::remove_file(path).unwrap();
    }
}
