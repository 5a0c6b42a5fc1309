//! TLS to PostgreSQL. `sslmode` in the address says what is demanded, as libpq means it:
//!
//! | `sslmode` | encrypted | the server is known by |
//! |---|---|---|
//! | `disable` | no | nothing |
//! | `prefer` (without a word) | if the server offers it | nothing |
//! | `require` | yes, else refused | nothing |
//! | `verify-full` | yes, else refused | a certificate for its name, under the given authorities or the system's |
//!
//! With authorities given (`TANBA_STORES_CA`) `prefer` and `require` check the certificate, too. Unix sockets are never
//! encrypted: nobody stands between.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};

use crate::platform::problem::{Error, Result};

/// Makes encrypted connections to PostgreSQL.
#[derive(Clone)]
pub(super) struct Connector(Arc<ClientConfig>);

/// What an address demands, and the address as the driver understands it.
pub(super) fn connector(url: &str, ca: Option<&[u8]>) -> Result<(String, Connector)> {
    let (url, demands_name) = without_verify_full(url);
    if demands_name || ca.is_some() {
        return Ok((url, Connector(tls_config(ca)?)));
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(Error::internal)?.dangerous();
    let config = builder.with_custom_certificate_verifier(Arc::new(Anyone(provider))).with_no_client_auth();
    Ok((url, Connector(Arc::new(config))))
}

/// TLS to a server that is known by its certificate, under the given authorities or the system's.
pub(crate) fn tls_config(ca: Option<&[u8]>) -> Result<Arc<ClientConfig>> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(Error::internal)?;
    Ok(Arc::new(builder.with_root_certificates(roots(ca)?).with_no_client_auth()))
}

/// Leaves sockets of this machine alone.
pub(super) fn adjust(settings: &mut tokio_postgres::Config) {
    if settings.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) {
        settings.ssl_mode(SslMode::Disable);
    }
}

/// Whether this address leads over a network and does not demand a server that is known by its certificate.
pub fn is_exposed(url: &str) -> bool {
    let (plain, demands_name) = without_verify_full(url);
    let Ok(settings) = plain.parse::<tokio_postgres::Config>() else { return false };
    let is_remote = |host: &Host| match host {
        Host::Tcp(name) => !is_loopback(name),
        Host::Unix(_) => false,
    };
    !demands_name && settings.get_hosts().iter().any(is_remote)
}

/// Whether a host's name means this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The driver knows `require` as the most: the address without the more that is demanded, and whether it was.
fn without_verify_full(url: &str) -> (String, bool) {
    let (require, full) = ("sslmode=require", "sslmode=verify-full");
    (url.replace(full, require), url.contains(full))
}

fn roots(ca: Option<&[u8]>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let refused = |error: &dyn std::fmt::Display| Error::internal(format!("TANBA_STORES_CA: {error}"));
            roots.add(certificate.map_err(|error| refused(&error))?).map_err(|error| refused(&error))?;
        }
        if roots.is_empty() {
            return Err(Error::internal("TANBA_STORES_CA: the file holds no certificate"));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(Error::internal("the system trusts no certificates: set TANBA_STORES_CA"));
        }
    }
    Ok(roots)
}

/// Takes every certificate: the connection is encrypted, and who answers is not known.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Connector {
    type Stream = Stream<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        // Unix sockets have no name, and no handshake either.
        let name = if host.is_empty() { "localhost" } else { host };
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        Ok(Handshake { config: Arc::clone(&self.0), name })
    }
}

/// One handshake to come.
pub(super) struct Handshake {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Handshake {
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connector = tokio_rustls::TlsConnector::from(self.config);
        Box::pin(async move { connector.connect(self.name, stream).await.map(|stream| Stream(Box::new(stream))) })
    }
}

/// An encrypted connection.
pub(super) struct Stream<S>(Box<tokio_rustls::client::TlsStream<S>>);

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Stream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X56
    #[test]
    fn an_address_over_a_network_that_does_not_demand_a_known_server_is_exposed() {
        let exposed = ["postgres://t@db.internal/t", "postgres://t@10.0.0.1/t?sslmode=require", "host=db user=t"];
        for url in exposed {
            assert!(is_exposed(url), "{url}");
        }
        for url in [
            "postgres://t@db.internal/t?sslmode=verify-full",
            "postgres://t@127.0.0.1/t",
            "postgres://t@localhost/t",
            "postgres://t@/t?host=/run/postgresql",
        ] {
            assert!(!is_exposed(url), "{url}");
        }
    }

    /// X56
    #[test]
    fn a_file_without_certificates_is_refused_and_named() {
        let refused = connector("postgres://t@db/t", Some(b"nothing")).err().map(|error| error.to_string());
        assert!(refused.is_some_and(|error| error.contains("TANBA_STORES_CA")));
    }
}
