//! Files encrypted to X25519 recipients in the format of age (age-encryption.org/v1): what this writes, the program `age`
//! opens, and the other way round. Other kinds of recipients are not written and not opened.
//!
//! A file has a header with its key, wrapped for each recipient, under an HMAC; then chunks of 64 KiB, each sealed with its
//! number and with whether it is the last, so that nothing can be cut off, doubled or exchanged.

use std::io::{self, BufRead, Read, Write};

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use aws_lc_rs::{hkdf, hmac, rand};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use zeroize::Zeroizing;

use super::bech32;

const VERSION: &str = "age-encryption.org/v1";
const RECIPIENT: &str = "age";
const IDENTITY: &str = "age-secret-key-";
const KEY_BYTES: usize = 32;
const FILE_KEY_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
const CHUNK: usize = 64 << 10;
/// Longer headers are not read: they would name thousands of recipients.
const LONGEST_HEADER: usize = 1 << 20;

/// Whom a file is encrypted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient([u8; KEY_BYTES]);

/// The secret that opens files.
pub struct Identity(Zeroizing<[u8; KEY_BYTES]>);

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Identity(..)")
    }
}

/// A key that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of age: a recipient begins with age1, an identity with AGE-SECRET-KEY-1")]
pub struct NotAKey;

impl std::str::FromStr for Recipient {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let bytes = bech32::decode(RECIPIENT, text.trim()).ok_or(NotAKey)?;
        bytes.try_into().map(Self).map_err(|_| NotAKey)
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&bech32::encode(RECIPIENT, &self.0))
    }
}

impl Identity {
    /// A new one.
    pub fn new() -> Self {
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(secret.as_mut_slice()).expect("the system gives random bytes");
        Self(secret)
    }

    /// The first one in a file of identities; lines that begin with # are remarks.
    pub fn read(text: &str) -> Result<Self, NotAKey> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let bytes = lines.next().and_then(|line| bech32::decode(IDENTITY, line)).map(Zeroizing::new);
        let secret = bytes.and_then(|bytes| bytes.as_slice().try_into().ok()).ok_or(NotAKey)?;
        Ok(Self(Zeroizing::new(secret)))
    }

    /// The file of this identity.
    pub fn file(&self) -> Zeroizing<String> {
        let secret = bech32::encode(IDENTITY, self.0.as_slice()).to_uppercase();
        Zeroizing::new(format!("# public key: {}\n{secret}\n", self.recipient()))
    }

    /// Whom files for it are encrypted to.
    pub fn recipient(&self) -> Recipient {
        Recipient(public(&self.private()))
    }

    fn private(&self) -> PrivateKey {
        PrivateKey::from_private_key(&X25519, self.0.as_slice()).expect("32 bytes are a key of X25519")
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self::new()
    }
}

fn public(key: &PrivateKey) -> [u8; KEY_BYTES] {
    let public = key.compute_public_key().expect("a private key has a public one");
    public.as_ref().try_into().expect("a key of X25519 has 32 bytes")
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive(secret: &[u8], salt: &[u8], purpose: &str) -> Zeroizing<[u8; KEY_BYTES]> {
    let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let purpose = [purpose.as_bytes()];
    let expanded = extracted.expand(&purpose, Length(KEY_BYTES)).and_then(|okm| okm.fill(key.as_mut_slice()));
    expanded.expect("32 bytes are less than HKDF may give");
    key
}

fn cipher(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key).expect("32 bytes are a key of ChaCha20"))
}

/// The key under which a file's key is wrapped, from one of two sides.
fn wrapping(private: &PrivateKey, other: &[u8; KEY_BYTES], share: &[u8], recipient: &[u8]) -> Option<LessSafeKey> {
    let other = UnparsedPublicKey::new(&X25519, other);
    let salt = [share, recipient].concat();
    let key = agree(private, other, (), |shared| Ok(derive(shared, &salt, "age-encryption.org/v1/X25519"))).ok()?;
    Some(cipher(&key))
}

fn header_mac(file_key: &[u8], header: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, derive(file_key, &[], "header").as_slice()), header)
}

fn chunk_nonce(number: u64, is_last: bool) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(is_last);
    Nonce::assume_unique_for_key(nonce)
}

/// Encrypts what is written to it. [`Encryptor::finish`] must be called: a file without its end does not open.
pub struct Encryptor<W: Write> {
    to: W,
    key: LessSafeKey,
    chunk: Vec<u8>,
    number: u64,
}

impl<W: Write> Encryptor<W> {
    /// Begins a file for these recipients.
    pub fn new(mut to: W, recipients: &[Recipient]) -> io::Result<Self> {
        if recipients.is_empty() {
            return Err(io::Error::other("a file is encrypted to one recipient at least"));
        }
        let mut file_key = Zeroizing::new([0; FILE_KEY_BYTES]);
        let mut salt = [0; SALT_BYTES];
        rand::fill(file_key.as_mut_slice()).map_err(io::Error::other)?;
        rand::fill(&mut salt).map_err(io::Error::other)?;
        let mut header = format!("{VERSION}\n");
        for Recipient(recipient) in recipients {
            let ephemeral = Identity::new().private();
            let share = public(&ephemeral);
            let key = wrapping(&ephemeral, recipient, &share, recipient);
            let key = key.ok_or_else(|| io::Error::other("a recipient is not a key of X25519"))?;
            let mut wrapped = file_key.to_vec();
            let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
            key.seal_in_place_append_tag(nonce, Aad::empty(), &mut wrapped).map_err(io::Error::other)?;
            let (share, wrapped) = (BASE64_STANDARD_NO_PAD.encode(share), BASE64_STANDARD_NO_PAD.encode(wrapped));
            header.extend(["-> X25519 ", &share, "\n", &wrapped, "\n"]);
        }
        header += "---";
        let mac = BASE64_STANDARD_NO_PAD.encode(header_mac(file_key.as_slice(), header.as_bytes()));
        to.write_all(format!("{header} {mac}\n").as_bytes())?;
        to.write_all(&salt)?;
        let key = cipher(&derive(file_key.as_slice(), &salt, "payload"));
        Ok(Self { to, key, chunk: Vec::with_capacity(CHUNK + MAX_TAG_LEN), number: 0 })
    }

    /// Ends the file and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.put(true)?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn put(&mut self, is_last: bool) -> io::Result<()> {
        let nonce = chunk_nonce(self.number, is_last);
        self.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.chunk).map_err(io::Error::other)?;
        self.to.write_all(&self.chunk)?;
        self.chunk.clear();
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full chunk waits until there is more, since the last one is marked.
        if self.chunk.len() == CHUNK {
            self.put(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decrypts what is read through it. What was read before an error is genuine, and not all of the file.
pub struct Decryptor<R: BufRead> {
    from: R,
    key: LessSafeKey,
    chunk: Vec<u8>,
    at: usize,
    number: u64,
    ended: bool,
}

impl<R: BufRead> Decryptor<R> {
    /// Opens a file; refuses one that is not for this identity, or whose header was changed.
    pub fn new(mut from: R, identity: &Identity) -> io::Result<Self> {
        let invalid = |why: &'static str| io::Error::new(io::ErrorKind::InvalidData, why);
        let mut header = String::new();
        let mut file_key = None;
        let mut line = String::new();
        loop {
            line.clear();
            (&mut from).take(LONGEST_HEADER as u64).read_line(&mut line)?;
            if !line.ends_with('\n') || header.len() > LONGEST_HEADER {
                return Err(invalid("not a file of age"));
            }
            if header.is_empty() && line.trim_end() != VERSION {
                return Err(invalid("not a file of age, or of another version"));
            }
            if let Some(mac) = line.strip_prefix("--- ") {
                header += "---";
                let file_key: Zeroizing<Vec<u8>> = file_key.ok_or_else(|| invalid("the file is for somebody else"))?;
                let mac = BASE64_STANDARD_NO_PAD.decode(mac.trim_end()).map_err(io::Error::other)?;
                let key = hmac::Key::new(hmac::HMAC_SHA256, derive(&file_key, &[], "header").as_slice());
                hmac::verify(&key, header.as_bytes(), &mac).map_err(|_| invalid("the header was changed"))?;
                let mut salt = [0; SALT_BYTES];
                from.read_exact(&mut salt)?;
                let key = cipher(&derive(&file_key, &salt, "payload"));
                return Ok(Self { from, key, chunk: Vec::new(), at: 0, number: 0, ended: false });
            }
            header += &line;
            let Some(share) = line.strip_prefix("-> X25519 ").map(|share| share.trim_end().to_owned()) else {
                continue;
            };
            line.clear();
            from.read_line(&mut line)?;
            header += &line;
            if file_key.is_none() {
                file_key = unwrap(identity, &share, line.trim_end());
            }
        }
    }

    fn fetch(&mut self) -> io::Result<()> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, "the file was changed or cut off");
        self.chunk.clear();
        self.at = 0;
        let most = (CHUNK + MAX_TAG_LEN) as u64;
        (&mut self.from).take(most).read_to_end(&mut self.chunk)?;
        self.ended = self.from.fill_buf()?.is_empty();
        let nonce = chunk_nonce(self.number, self.ended);
        let opened = self.key.open_in_place(nonce, Aad::empty(), &mut self.chunk).map_err(|_| invalid())?.len();
        self.chunk.truncate(opened);
        // Only an empty file ends with an empty chunk.
        if opened == 0 && self.number > 0 {
            return Err(invalid());
        }
        self.number += 1;
        Ok(())
    }
}

impl<R: BufRead> Read for Decryptor<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            if self.ended {
                return Ok(0);
            }
            self.fetch()?;
        }
        let taken = into.len().min(self.chunk.len() - self.at);
        into[..taken].copy_from_slice(&self.chunk[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

/// A file's key, if it is wrapped for this identity.
fn unwrap(identity: &Identity, share: &str, wrapped: &str) -> Option<Zeroizing<Vec<u8>>> {
    let share: [u8; KEY_BYTES] = BASE64_STANDARD_NO_PAD.decode(share).ok()?.try_into().ok()?;
    let mut wrapped = Zeroizing::new(BASE64_STANDARD_NO_PAD.decode(wrapped).ok()?);
    let key = wrapping(&identity.private(), &share, &share, &identity.recipient().0)?;
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    let opened = key.open_in_place(nonce, Aad::empty(), &mut wrapped).ok()?.len();
    wrapped.truncate(opened);
    (opened == FILE_KEY_BYTES).then_some(wrapped)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn encrypted(text: &[u8], recipients: &[Recipient]) -> Vec<u8> {
        let mut file = Encryptor::new(Vec::new(), recipients).unwrap();
        file.write_all(text).unwrap();
        file.finish().unwrap()
    }

    fn decrypted(file: &[u8], identity: &Identity) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        Decryptor::new(file, identity)?.read_to_end(&mut text)?;
        Ok(text)
    }

    /// X56
    #[test]
    fn a_file_opens_for_each_of_its_recipients_and_for_nobody_else() {
        let (one, two, other) = (Identity::new(), Identity::new(), Identity::new());
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let text: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let file = encrypted(&text, &[one.recipient(), two.recipient()]);
            assert_eq!(decrypted(&file, &one).unwrap(), text, "{length}");
            assert_eq!(decrypted(&file, &two).unwrap(), text, "{length}");
            assert!(decrypted(&file, &other).is_err());
        }
        let again = Identity::read(&one.file()).unwrap();
        assert_eq!(again.recipient().to_string().parse::<Recipient>().unwrap(), one.recipient());
    }

    /// X56: a file of another implementation, with a stanza of a kind that nobody knows.
    #[test]
    fn a_file_of_another_implementation_opens() {
        let identity = "AGE-SECRET-KEY-1MR8AQCQC5JTU68YDJPKWJRHQT04QKHQPUYAKR3P7VWTZCCNAQPXQZ8HGVP";
        let identity = Identity::read(&format!("# of a test\n\n{identity}\n")).unwrap();
        let recipient = "age1aml3kc7luwquxtrxmx3l3kvnmudw8y8ecxkk3nj50hxuu0eyxg5qkdc5al";
        assert_eq!(identity.recipient().to_string(), recipient);
        let file = "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBJU3FVTFBra2xjQ2hCcFNpTkZoRTlBL3NlTzQrRWI5clBPSUZ2b1hyWnlzCmhp\
            aWd3MjE1T3p4Yy95LytmZUJiYUlla1pjMlBZOU55dEZINTRvaVBHY3MKLT4gZlItZ3JlYXNlIHQlZiBtICI+UQpZNGlKZU92emVQZm1YVWRF\
            aHpPV1MzdVQ1YlZ1S2gvamwzMUUKLS0tIERpRWZ2Y0FJaVFrSGpLN1lvZkNGd216cnBYSXRyNEFPc3Arcms2WDlsNlkKopywvqLZxR+D5UEH\
            X63c+VyuE9Awa3a8pPRq16ZExZxfIugd/mc1TnzawXs=";
        let file = base64::prelude::BASE64_STANDARD.decode(file).unwrap();
        assert_eq!(decrypted(&file, &identity).unwrap(), "Алатау".as_bytes());
    }

    /// X56
    #[test]
    fn a_file_that_was_changed_or_cut_off_does_not_open_to_its_end() {
        let identity = Identity::new();
        let file = encrypted(&vec![7; 2 * CHUNK + 100], &[identity.recipient()]);
        let head = file.len() - 2 * (CHUNK + MAX_TAG_LEN) - 100 - MAX_TAG_LEN;
        for at in (0..head).chain([head, head + CHUNK, file.len() - 1]) {
            let mut bent = file.clone();
            bent[at] ^= 1;
            assert!(decrypted(&bent, &identity).is_err(), "{at}");
        }
        for length in [0, 10, head, head + CHUNK + MAX_TAG_LEN, head + 2 * (CHUNK + MAX_TAG_LEN), file.len() - 1] {
            assert!(decrypted(&file[..length], &identity).is_err(), "{length}");
        }
        let doubled = [&file[..], &file[file.len() - 116..]].concat();
        assert!(decrypted(&doubled, &identity).is_err());
    }
}
