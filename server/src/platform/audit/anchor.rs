//! Heads of the chain, signed and kept where whoever rules the database does not (X47): in the log, in a file, at an
//! address. Who cuts the newest records off, or has the key and computes the chain anew, contradicts a head that was
//! kept before.
//!
//! A head is one word, so that it is found in any line of a log:
//! `tanba-anchor:v1:<position>:<id of the record>:<seconds since 1970>:<hash>:<MAC>`, both in hexadecimal.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::chain::ChainKey;
use crate::platform::db::GenericClient;
use crate::platform::problem::{Error, Result};

/// What heads begin with.
const MARK: &str = "tanba-anchor:v1:";
/// How long the other system may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Heads compared in one statement.
const BATCH: usize = 1_000;

/// A head of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its position in the chain, from 1.
    pub position: i64,
    /// The record that it links.
    pub record: i64,
    /// When it was the head, in seconds since 1970.
    pub seconds: i64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// What the comparison with kept heads found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The chain holds all of them.
    Agrees {
        /// How many there were.
        anchors: usize,
    },
    /// The chain ends before a head that was kept: records were cut off.
    CutOff {
        /// The position of that head.
        position: i64,
    },
    /// Another link stands where a head was kept: the chain was computed anew.
    Differs {
        /// The position of that head.
        position: i64,
    },
    /// A line holds a head that this register's key did not sign.
    Unsigned {
        /// The line, from 1.
        line: usize,
    },
}

impl Anchor {
    fn text(&self) -> String {
        let Self { position, record, seconds, hash } = self;
        format!("{MARK}{position}:{record}:{seconds}:{}", hex::encode(hash))
    }

    /// As one word, with the MAC of this register.
    pub fn signed(&self, key: &ChainKey) -> String {
        let text = self.text();
        let mac = hex::encode(key.mac(text.as_bytes()));
        format!("{text}:{mac}")
    }

    /// Reads one from a line that holds it; `None` for a line without one, and an error for one that was not signed
    /// with this key.
    fn read(line: &str, key: &ChainKey) -> Option<Result<Self, ()>> {
        let word = &line[line.find(MARK)?..];
        let end = word[MARK.len()..].find(|c: char| !c.is_ascii_hexdigit() && c != ':').map(|at| at + MARK.len());
        let word = word[..end.unwrap_or(word.len())].trim_end_matches(':');
        Some(Self::parse(word, key).ok_or(()))
    }

    fn parse(word: &str, key: &ChainKey) -> Option<Self> {
        let (text, mac) = word.rsplit_once(':')?;
        let mut parts = text.strip_prefix(MARK)?.split(':');
        let mut number = || parts.next()?.parse().ok();
        let (position, record, seconds) = (number()?, number()?, number()?);
        let anchor = Self { position, record, seconds, hash: hex::decode(parts.next()?).ok()? };
        (key.holds(anchor.text().as_bytes(), &hex::decode(mac).ok()?) && anchor.text() == text).then_some(anchor)
    }
}

/// The head as it is now; none of an empty chain.
pub async fn head(db: &impl GenericClient, now: DateTime<Utc>) -> Result<Option<Anchor>> {
    let row = db
        .query_opt(
            "-- audit::head\n SELECT position, audit_id, hash FROM audit_link ORDER BY position DESC LIMIT 1",
            &[],
        )
        .await?;
    let seconds = now.timestamp();
    Ok(row.map(|row| Anchor { position: row.get(0), record: row.get(1), seconds, hash: row.get(2) }))
}

/// Compares the chain with the heads in a text, which may hold other lines, too.
pub async fn compare(db: &impl GenericClient, key: &ChainKey, text: &str) -> Result<Compared> {
    let mut anchors = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        match Anchor::read(line, key) {
            None => {}
            Some(Ok(anchor)) => anchors.push(anchor),
            Some(Err(())) => return Ok(Compared::Unsigned { line: number }),
        }
    }
    anchors.sort_by_key(|anchor| anchor.position);
    for some in anchors.chunks(BATCH) {
        let positions: Vec<i64> = some.iter().map(|anchor| anchor.position).collect();
        let rows = db
            .query(
                "-- audit::list_links\n SELECT position, audit_id, hash FROM audit_link WHERE position = ANY($1)",
                &[&positions],
            )
            .await?;
        let links: std::collections::HashMap<i64, (i64, Vec<u8>)> =
            rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect();
        for Anchor { position, record, hash, .. } in some {
            match links.get(position) {
                None => return Ok(Compared::CutOff { position: *position }),
                Some((id, stored)) if id != record || stored != hash => {
                    return Ok(Compared::Differs { position: *position });
                }
                Some(_) => {}
            }
        }
    }
    Ok(Compared::Agrees { anchors: anchors.len() })
}

/// Appends a head to a file, on disk when this returns.
pub fn append_to(path: &Path, word: &str) -> Result<()> {
    let told = |error: std::io::Error| Error::internal(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().create(true).append(true).mode(0o640).open(path).map_err(told)?;
    file.write_all(format!("{word}\n").as_bytes()).and_then(|()| file.sync_data()).map_err(told)
}

/// Sends a head to another system: `{"anchor": "tanba-anchor:v1:…"}`.
pub async fn send_to(url: &str, word: &str) -> Result<()> {
    static CLIENT: LazyLock<Option<reqwest::Client>> = LazyLock::new(|| {
        reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build().ok()
    });
    let client = CLIENT.as_ref().ok_or_else(|| Error::internal("no client for anchors"))?;
    let request =
        client.post(url).header("Content-Type", "application/json").body(json!({ "anchor": word }).to_string());
    let answer = request.send().await.map_err(|error| Error::internal(error.without_url()))?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(Error::internal(format!("the receiver of anchors answered {}", answer.status().as_u16())))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn anchor() -> Anchor {
        Anchor { position: 1_812, record: 1_900, seconds: 1_795_000_000, hash: vec![7; 32] }
    }

    /// X47
    #[test]
    fn a_head_is_found_in_any_line_and_only_as_it_was_signed() {
        let key = ChainKey::new(&[1; 32]);
        let word = anchor().signed(&key);
        for line in [
            word.clone(),
            format!("{{\"level\":\"INFO\",\"anchor\":\"{word}\",\"message\":\"audit head\"}}"),
            format!("Nov 30 host tanba: {word} and more"),
        ] {
            assert_eq!(Anchor::read(&line, &key), Some(Ok(anchor())), "{line}");
        }
        assert_eq!(Anchor::read("an other line", &key), None);
        assert_eq!(Anchor::read(&word, &ChainKey::new(&[2; 32])), Some(Err(())));
        for (from, to) in [("1812", "1813"), (":0707", ":0807"), (":1900:", ":01900:")] {
            assert_eq!(Anchor::read(&word.replacen(from, to, 1), &key), Some(Err(())), "{from}");
        }
        assert_eq!(Anchor::read(&word[..word.len() - 2], &key), Some(Err(())));
    }
}
