//! Transfer keys: generated, returned once, and stored only as a salted hash.

use super::store::Error;
use hmac::digest::InvalidLength;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// The stored form of a key.
pub(super) struct KeyHash {
    pub(super) salt: String,
    pub(super) hash: Vec<u8>,
}

/// Generates a key of 16 hex digits, like Cinder's, and its hash. The key is a plain `String` because
/// it goes straight into the one response that contains it.
pub(super) fn generate() -> Result<(String, KeyHash), Error> {
    let key = random_hex::<8>()?;
    let salt = random_hex::<4>()?;
    let hash = mac(&salt, &key)?.finalize().into_bytes().to_vec();
    Ok((key, KeyHash { salt, hash }))
}

impl KeyHash {
    /// Returns whether this is the hash of `key`. Compares in constant time. Letter case matters.
    pub(super) fn matches(&self, key: &str) -> bool {
        mac(&self.salt, key).is_ok_and(|mac| mac.verify_slice(&self.hash).is_ok())
    }
}

fn mac(salt: &str, key: &str) -> Result<Hmac<Sha256>, InvalidLength> {
    Ok(Hmac::<Sha256>::new_from_slice(salt.as_bytes())?.chain_update(key))
}

fn random_hex<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
