//! The key of a transfer: said once, kept only as something that can tell whether a key is it.

use super::store::Error;
use hmac::digest::InvalidLength;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// What is stored of a key.
pub(super) struct Lock {
    pub(super) salt: String,
    pub(super) hash: Vec<u8>,
}

/// A new key of 16 hex digits, as Cinder's are, and the lock that it opens. There is no type for
/// the key: it goes from here into the one answer that says it.
pub(super) fn generate() -> Result<(String, Lock), Error> {
    let key = random_hex::<8>()?;
    let salt = random_hex::<4>()?;
    let hash = mac(&salt, &key)?.finalize().into_bytes().to_vec();
    Ok((key, Lock { salt, hash }))
}

impl Lock {
    /// Whether this is the key, to the letter. How long it takes tells nothing of the right key.
    pub(super) fn opens(&self, key: &str) -> bool {
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
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
