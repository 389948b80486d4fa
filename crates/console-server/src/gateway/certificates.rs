//! Which certificates of the endpoint are trusted.

use super::upstream::Upstream;
use axum::http::uri::Scheme;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tower::BoxError;

/// Makes a TLS configuration that trusts the platform's authorities and what `--ca` names.
///
/// # Errors
/// If there is nothing to trust; the message is for the operator.
pub(super) fn tls(upstream: &Upstream) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // What cannot be read of the platform's store is passed over, as everybody does.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let named = match &upstream.ca {
        Some(file) => read(file).map_err(|error| cannot_take(file, &error))?,
        None => Vec::new(),
    };
    for certificate in &named {
        let added = roots.add(certificate.clone());
        added.map_err(|error| {
            cannot_take(upstream.ca.as_deref().unwrap_or(Path::new("")), &error)
        })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    if roots.is_empty() {
        if upstream.endpoint.scheme == Scheme::HTTPS {
            return Err(io::Error::other(
                "this machine trusts no authority, so the endpoint's certificate cannot be checked: \
                 install its root certificates (on Debian, ca-certificates), or name some with --ca",
            ));
        }
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(io::Error::other)?;
    let verifier = Arc::new(Verifier { usual, named });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn cannot_take(file: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("cannot take certificates from `{}`: {error}", file.display()))
}

fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, BoxError> {
    let certificates = CertificateDer::pem_file_iter(file)?.collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err("there is no certificate in PEM form in it".into());
    }
    Ok(certificates)
}

/// Verifies as usual, and also accepts the very certificates that `--ca` names.
///
/// `openssl req -x509` makes a certificate that is its own authority. The usual rules forbid an
/// authority to be a server, but curl, Go and Python accept one that they were given.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.usual.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            // An expired certificate is another error, which comes before these two. `Other` is
            // how an authority that is used as a server is reported.
            Err(Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_),
            )) if self.named.iter().any(|named| named == end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
