//! TLS for the clients of this server.

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

/// The protocols that clients can choose from, best first.
const PROTOCOLS: [&[u8]; 2] = [HTTP2, b"http/1.1"];
pub(crate) const HTTP2: &[u8] = b"h2";

/// A certificate with its key, both in PEM files, and the configuration that uses them.
#[derive(Debug)]
pub struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    certificate: Arc<Certificate>,
}

#[derive(Debug)]
struct Certificate {
    chain: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    key: Arc<CertifiedKey>,
    /// When the two files were last changed.
    changed: [Option<SystemTime>; 2],
}

impl Tls {
    /// Loads a certificate chain, which starts with the server's certificate, and its private key.
    ///
    /// # Errors
    /// Returns an error that names the option if a file can't be read, or the key doesn't belong to the
    /// certificate.
    pub fn load(chain: &Path, key: &Path) -> io::Result<Tls> {
        let provider = Arc::new(ring::default_provider());
        let certificate = Arc::new(Certificate {
            current: RwLock::new(load(chain, key, &provider)?),
            chain: chain.to_owned(),
            key: key.to_owned(),
            provider: provider.clone(),
        });
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(certificate.clone());
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Tls { config: Arc::new(config), certificate })
    }

    /// Returns whether a file has changed since it was loaded.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        let Certificate { chain, key, .. } = &*self.certificate;
        self.certificate.read().1 != modification_times(chain, key)
    }

    /// Reloads both files. New connections use the new certificate.
    ///
    /// # Errors
    /// Returns the same errors as [`load`](Tls::load). The old certificate then stays in use.
    pub fn reload(&self) -> io::Result<()> {
        let Certificate { chain, key, provider, current } = &*self.certificate;
        let loaded = load(chain, key, provider);
        let mut current = current.write().unwrap_or_else(PoisonError::into_inner);
        match loaded {
            Ok(loaded) => *current = loaded,
            Err(error) => {
                // The same files would fail again, so they are read again only after a change.
                current.changed = modification_times(chain, key);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Certificate {
    fn read(&self) -> (Arc<CertifiedKey>, [Option<SystemTime>; 2]) {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        (current.key.clone(), current.changed)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.read().0)
    }
}

fn load(chain: &Path, key: &Path, provider: &CryptoProvider) -> io::Result<Loaded> {
    // Read before the files, so that a change in between is noticed.
    let changed = modification_times(chain, key);
    let failed = |option: &str, file: &Path, error: &dyn std::fmt::Display| {
        io::Error::other(format!("{option}: `{}` can't be used: {error}", file.display()))
    };
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed("--tls-cert", chain, &error))?;
    if certificates.is_empty() {
        return Err(failed("--tls-cert", chain, &"it contains no certificate in PEM format"));
    }
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| failed("--tls-key", key, &error))?;
    let key = CertifiedKey::from_der(certificates, secret, provider)
        .map_err(|error| failed("--tls-key", key, &error))?;
    Ok(Loaded { key: Arc::new(key), changed })
}

fn modification_times(chain: &Path, key: &Path) -> [Option<SystemTime>; 2] {
    [chain, key].map(|file| fs::metadata(file).and_then(|metadata| metadata.modified()).ok())
}
