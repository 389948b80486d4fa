//! Verifies the services' certificates.

use super::services::Services;
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

/// Builds a TLS configuration that trusts the platform's root certificates and the certificates in
/// the `--ca` file.
///
/// # Errors
/// Returns an error, worded for the operator, if there is no certificate to trust, or if one in the
/// `--ca` file is invalid.
pub(super) fn tls(services: &Services) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // Like other clients, ignore certificates in the platform's store that can't be parsed.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let extra = match &services.ca {
        Some(file) => read(file).map_err(|error| load_error(file, &error))?,
        None => Vec::new(),
    };
    for certificate in &extra {
        let added = roots.add(certificate.clone());
        added
            .map_err(|error| load_error(services.ca.as_deref().unwrap_or(Path::new("")), &error))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    if roots.is_empty() {
        let volumes = services.volumes.iter().map(|volumes| &volumes.endpoint);
        if volumes.chain(&services.identity).any(|endpoint| endpoint.scheme == Scheme::HTTPS) {
            return Err(io::Error::other(
                "this machine has no root certificates, so a service's certificate cannot be \
                 verified: install them (on Debian, ca-certificates), or provide one with --ca",
            ));
        }
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(io::Error::other)?;
    let verifier = Arc::new(Verifier { webpki, pinned: extra });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn load_error(file: &Path, error: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("cannot load certificates from `{}`: {error}", file.display()))
}

fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, BoxError> {
    let certificates = CertificateDer::pem_file_iter(file)?.collect::<Result<Vec<_>, _>>()?;
    if certificates.is_empty() {
        return Err("it contains no PEM certificate".into());
    }
    Ok(certificates)
}

/// Verifies certificate chains, and also accepts a server certificate that is itself in the `--ca`
/// file.
///
/// `openssl req -x509` creates a self-signed CA certificate. WebPKI rejects a CA certificate as a
/// server certificate, but curl, Go and Python accept it if the user trusts it explicitly.
#[derive(Debug)]
struct Verifier {
    webpki: Arc<WebPkiServerVerifier>,
    pinned: Vec<CertificateDer<'static>>,
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
        let verified = self.webpki.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            // An expired certificate never gets here, because that error takes precedence. A CA
            // certificate used as a server certificate is reported as `Other`.
            Err(Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_),
            )) if self.pinned.iter().any(|pinned| pinned == end_entity) => {
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
        self.webpki.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}
