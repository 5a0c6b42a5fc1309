//! A push service on loopback, over TLS, that takes messages or misbehaves as it is told; and a browser that opens them.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the service does with a message.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Answers with this head and body.
    Answer(String),
    /// Says nothing, and keeps the connection.
    Silence,
    /// Ends the connection.
    End,
}

impl Reaction {
    /// An answer with a status and headers, each ended by `\r\n`, and an empty body.
    pub fn status(status: u16, headers: &str) -> Self {
        Self::Answer(format!("HTTP/1.1 {status} Test\r\n{headers}Content-Length: 0\r\n\r\n"))
    }
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The path of the address.
    pub path: String,
    /// Headers, their names in small letters.
    pub headers: HashMap<String, String>,
    /// The encrypted message.
    pub body: Vec<u8>,
}

#[derive(Default)]
struct State {
    reactions: VecDeque<Reaction>,
    delivered: Vec<Delivered>,
}

/// A push service that runs until the test ends.
#[derive(Clone)]
pub struct PushService {
    /// Where it listens.
    pub address: SocketAddr,
    /// The certificate that vouches for it, as DER.
    pub authority: Vec<u8>,
    state: Arc<Mutex<State>>,
}

impl PushService {
    /// The name in its certificate.
    pub const HOST: &str = "push.tanba.example";

    /// Starts one. It takes every message with 201 unless [`Self::react`] says otherwise.
    pub async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed([Self::HOST.to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
        let acceptor = TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let service = Self {
            address: listener.local_addr().expect("it has an address"),
            authority: made.cert.der().to_vec(),
            state: Arc::default(),
        };
        let running = service.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (running, acceptor) = (running.clone(), acceptor.clone());
                tokio::spawn(async move { running.serve(stream, acceptor).await });
            }
        });
        service
    }

    /// An address at this service for a browser of this name.
    pub fn endpoint(&self, browser: &str) -> String {
        format!("https://{}/send/{browser}", Self::HOST)
    }

    /// What it does with the next messages, in turn; then it takes them again.
    pub fn react(&self, reactions: impl IntoIterator<Item = Reaction>) {
        self.state().reactions.extend(reactions);
    }

    /// What has come so far.
    pub fn delivered(&self) -> Vec<Delivered> {
        self.state().delivered.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    async fn serve(&self, stream: TcpStream, acceptor: TlsAcceptor) -> Option<()> {
        let mut stream = acceptor.accept(stream).await.ok()?;
        loop {
            let mut bytes = Vec::new();
            let (head, length) = loop {
                if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
                    let length = headers(&head).get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
                    break (head, end + 4 + length);
                }
                read_more(&mut stream, &mut bytes).await?;
            };
            while bytes.len() < length {
                read_more(&mut stream, &mut bytes).await?;
            }
            let body_at = head.len() + 4;
            let path = head.split(' ').nth(1)?.to_owned();
            let message = Delivered { path, headers: headers(&head), body: bytes[body_at..length].to_vec() };
            let reaction = {
                let mut state = self.state();
                state.delivered.push(message);
                state.reactions.pop_front()
            };
            match reaction.unwrap_or_else(|| Reaction::status(201, "")) {
                Reaction::Answer(text) => stream.write_all(text.as_bytes()).await.ok()?,
                Reaction::Silence => std::future::pending().await,
                Reaction::End => return None,
            }
        }
    }
}

async fn read_more(stream: &mut (impl AsyncReadExt + Unpin), into: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(into).await.ok()?;
    (read > 0).then_some(())
}

fn headers(head: &str) -> HashMap<String, String> {
    let line = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    head.lines().skip(1).filter_map(line).collect()
}

/// A browser's keys.
pub struct Browser {
    private: PrivateKey,
    public: Vec<u8>,
    secret: [u8; 16],
}

impl Browser {
    /// A browser with new keys.
    pub fn new() -> Self {
        let private = PrivateKey::generate(&ECDH_P256).expect("a key");
        let public = private.compute_public_key().expect("its public half").as_ref().to_vec();
        let mut secret = [0; 16];
        aws_lc_rs::rand::fill(&mut secret).expect("chance");
        Self { private, public, secret }
    }

    /// `p256dh`, as a subscription carries it.
    pub fn p256dh(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// `auth`, as a subscription carries it.
    pub fn auth(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.secret)
    }

    /// Opens a message as RFC 8291 and RFC 8188 say; none when it was not encrypted to this browser.
    pub fn open(&self, body: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = body.split_at_checked(16)?;
        let (size, rest) = rest.split_at_checked(4)?;
        let size = u32::from_be_bytes(size.try_into().ok()?);
        let (length, rest) = rest.split_first()?;
        let (sender, record) = rest.split_at_checked(usize::from(*length))?;
        if u32::try_from(record.len()).ok()? > size {
            return None;
        }
        let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
        let shared = agreement::agree(&self.private, peer, (), |secret| Ok(secret.to_vec())).ok()?;
        let mac = |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(HMAC_SHA256, key), text).as_ref().to_vec();
        let info = [b"WebPush: info\0".as_slice(), &self.public, sender, &[1]].concat();
        let key = mac(salt, &mac(&mac(&self.secret, &shared), &info));
        let cipher = mac(&key, b"Content-Encoding: aes128gcm\0\x01");
        let nonce = mac(&key, b"Content-Encoding: nonce\0\x01");
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &cipher[..16]).ok()?);
        let mut record = record.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).ok()?;
        let opened = cipher.open_in_place(nonce, Aad::empty(), &mut record).ok()?;
        // The last record ends with 2 and zeros.
        let end = opened.iter().rposition(|byte| *byte != 0).filter(|end| opened[*end] == 2)?;
        Some(opened[..end].to_vec())
    }
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}
