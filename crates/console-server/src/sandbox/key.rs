//! The key of a transfer: said once, kept only as something that can tell whether a key is it.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// What is stored of a key.
pub(super) struct Lock {
    pub(super) salt: String,
    pub(super) hash: String,
}

/// A new key of 16 hex digits, as Cinder's are, and the lock that it opens. There is no type for
/// the key: it goes from here into the one answer that says it.
pub(super) fn generate() -> Result<(String, Lock), getrandom::Error> {
    let key = random_hex::<8>()?;
    let salt = random_hex::<4>()?;
    let hash = hash(&salt, &key);
    Ok((key, Lock { salt, hash }))
}

fn hash(salt: &str, key: &str) -> String {
    // An HMAC takes a key of any length, so the error cannot occur; an empty hash opens to nothing.
    Hmac::<Sha256>::new_from_slice(salt.as_bytes())
        .map(|mac| hex(&mac.chain_update(key).finalize().into_bytes()))
        .unwrap_or_default()
}

fn random_hex<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
