//! The secrets of a sign-in. None of them can be cloned, printed or serialized.

use crate::id::IdError;
use crate::paste::clean_pasted;
use alloc::borrow::ToOwned;
use alloc::string::String;
use zeroize::Zeroizing;

/// A user's password. It is wiped when dropped.
pub struct Password(Zeroizing<String>);

/// The secret of an application credential. It is wiped when dropped.
pub struct ApplicationSecret(Zeroizing<String>);

/// A one-time passcode (TOTP) from an authenticator app. It is wiped when dropped.
pub struct Passcode(Zeroizing<String>);

/// A token, valid until it expires or its user signs out. It is wiped when dropped.
pub struct Token(Zeroizing<String>);

/// Proof that the first factor was correct, to be sent with the second factor. It is wiped when
/// dropped.
pub struct Receipt(Zeroizing<String>);

/// The header that contains a receipt, in requests and responses.
pub(super) const RECEIPT: &str = "Openstack-Auth-Receipt";

/// Returns the string, or [`IdError::Empty`] if it is empty.
fn not_empty(text: String) -> Result<Zeroizing<String>, IdError> {
    let text = Zeroizing::new(text);
    if text.is_empty() { Err(IdError::Empty) } else { Ok(text) }
}

/// Returns whether an HTTP header can carry a string.
fn is_header_value(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Password {
    /// Wraps a password. It is sent unchanged, because whitespace may be part of it.
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] for an empty string.
    pub fn new(text: String) -> Result<Password, IdError> {
        not_empty(text).map(Password)
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl ApplicationSecret {
    /// Wraps a secret. It is sent unchanged, because the user may have chosen any text.
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] for an empty string.
    pub fn new(text: String) -> Result<ApplicationSecret, IdError> {
        not_empty(text).map(ApplicationSecret)
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl Passcode {
    /// Parses a passcode of 6 to 8 digits (RFC 6238), after [cleaning pasted
    /// text](crate::clean_pasted) and removing the spaces that apps insert.
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] for anything but a
    /// passcode.
    pub fn parse(text: &str) -> Result<Passcode, IdError> {
        let mut code = clean_pasted(text);
        code.retain(|char| char != ' ');
        if code.is_empty() {
            return Err(IdError::Empty);
        }
        let valid = (6..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        if valid { Ok(Passcode(code)) } else { Err(IdError::Malformed) }
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl Token {
    /// Parses a token entered by a user, after [cleaning pasted text](crate::clean_pasted).
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] for a string that an
    /// HTTP header can't carry.
    pub fn parse(text: &str) -> Result<Token, IdError> {
        let text = clean_pasted(text);
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if is_header_value(&text) { Ok(Token(text)) } else { Err(IdError::Malformed) }
    }

    /// Copies a token from a response. Returns `None` if it is empty or invalid.
    pub(super) fn from_header(value: &str) -> Option<Token> {
        is_header_value(value).then(|| Token(Zeroizing::new(value.to_owned())))
    }

    /// Returns a header that contains the token.
    pub(super) fn header(&self, name: &'static str) -> (&'static str, Zeroizing<String>) {
        (name, self.0.clone())
    }

    /// Returns the token in plain text, for the `X-Auth-Token` header of requests to the volume
    /// service.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Receipt {
    /// Copies a receipt from a response. Returns `None` if it is empty or invalid.
    pub(super) fn from_header(value: &str) -> Option<Receipt> {
        is_header_value(value).then(|| Receipt(Zeroizing::new(value.to_owned())))
    }

    /// Returns the header that contains the receipt.
    pub(super) fn header(&self) -> (&'static str, Zeroizing<String>) {
        (RECEIPT, self.0.clone())
    }
}
