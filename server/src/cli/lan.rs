//! HTTPS on the local network, to try the app on a phone: a browser turns the camera on over a secure connection only.
//! The certificate is self-signed and made anew at each start, so the phone asks once whether to go on. Connections are
//! passed on as they are; for the service all of them come from this machine. Not for production.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto, version};
use tokio_util::sync::CancellationToken;

use super::failure::{Failure, Outcome};

/// How long a client may take to agree on a connection.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// An address of the documentation block (RFC 5737): nothing is sent to it, the system only chooses the way there.
const ELSEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// A door on the local network that is not open yet.
pub(super) struct Lan {
    listener: std::net::TcpListener,
    acceptor: TlsAcceptor,
    /// Its address for people.
    pub(super) url: String,
}

impl Lan {
    /// Takes the port on every interface. Fails when it is taken.
    pub(super) fn prepare(port: u16) -> Outcome<Self> {
        let refused = |error: io::Error| Failure::Told(format!("port {port}: {error}"));
        let listener = std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).map_err(refused)?;
        let address = SocketAddr::new(own_address(), listener.local_addr()?.port());
        let acceptor = TlsAcceptor::from(Arc::new(settings(address.ip())?));
        Ok(Self { listener, acceptor, url: format!("https://{address}") })
    }

    /// Passes connections on to `service` until told to stop.
    pub(super) fn open(self, service: SocketAddr, stopping: CancellationToken) -> Outcome {
        self.listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(self.listener)?;
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    accepted = listener.accept() => match accepted {
                        Ok((client, _)) => drop(tokio::spawn(pass(self.acceptor.clone(), client, service, stopping.clone()))),
                        // No file is free at the moment.
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    },
                }
            }
        });
        Ok(())
    }
}

/// Passes one connection on. A client that trusts no such certificate, or a side that goes away, ends it.
async fn pass(acceptor: TlsAcceptor, client: TcpStream, service: SocketAddr, stopping: CancellationToken) {
    let Ok(Ok(mut client)) = timeout(HANDSHAKE, acceptor.accept(client)).await else { return };
    let Ok(mut server) = TcpStream::connect(service).await else { return };
    tokio::select! {
        () = stopping.cancelled() => {}
        _ = copy_bidirectional(&mut client, &mut server) => {}
    }
}

/// A new key and a certificate of this machine, signed by itself.
fn settings(address: IpAddr) -> Outcome<ServerConfig> {
    let told = |error: &dyn std::fmt::Display| Failure::Told(format!("the certificate: {error}"));
    let names = vec![address.to_string(), "localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| told(&error))?;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&version::TLS13]);
    let builder = builder.map_err(|error| told(&error))?.with_no_client_auth();
    builder.with_single_cert(vec![made.cert.der().clone()], key.into()).map_err(|error| told(&error))
}

/// The address of this machine on the local network; its own loopback when it has no network.
fn own_address() -> IpAddr {
    let chosen = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(ELSEWHERE)?;
        socket.local_addr()
    });
    chosen.map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;

    /// U39: what a phone says over TLS reaches the service, and its answer comes back.
    #[tokio::test]
    async fn a_phone_on_the_local_network_reaches_the_service_over_tls() {
        let service = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let target = service.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut client, _) = service.accept().await.unwrap();
            let mut asked = [0; 4];
            client.read_exact(&mut asked).await.unwrap();
            client.write_all(&[&asked[..], b" pong"].concat()).await.unwrap();
        });

        let (names, own) = (vec!["localhost".to_owned()], Lan::prepare(0).unwrap());
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let provider = Arc::new(crypto::aws_lc_rs::default_provider());
        let server = ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.into())
            .unwrap();
        let port = own.listener.local_addr().unwrap().port();
        assert!(own.url.starts_with("https://") && own.url.ends_with(&format!(":{port}")), "{}", own.url);
        let (stopping, lan) = (CancellationToken::new(), Lan { acceptor: TlsAcceptor::from(Arc::new(server)), ..own });
        lan.open(target, stopping.clone()).unwrap();

        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut phone = TlsConnector::from(Arc::new(client)).connect(name, stream).await.unwrap();
        phone.write_all(b"ping").await.unwrap();
        let mut answer = [0; 9];
        phone.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"ping pong");
        stopping.cancel();
    }
}
