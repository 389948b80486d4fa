//! Files protected by a passphrase: JWE in compact serialization, encrypted with WebCrypto.
//!
//! Supports only one combination of algorithms: PBES2-HS512+A256KW and A256GCM (RFC 7518). Other
//! software can open the files, but Python's `jwcrypto` first has to be told to allow as many iterations
//! as this module uses (`jwa.default_max_pbkdf2_iterations`).

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use std::ops::RangeInclusive;
use volume_transfer::read_json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

const ALG: &str = "PBES2-HS512+A256KW";
const ENC: &str = "A256GCM";

/// The number of iterations. With this many, trying a passphrase takes about half a second. The number
/// exceeds `jwcrypto`'s default limit (16,384), because anyone who finds the file can try passphrases
/// without being noticed.
const ITERATIONS: u32 = 600_000;

/// The iteration counts that are accepted in a file. Fewer would give too little protection (RFC
/// 7518 recommends at least 1,000), and more would only keep the computer busy.
const ACCEPTED_ITERATIONS: RangeInclusive<u64> = 1_000..=10_000_000;

const SALT_LENGTH: usize = 16;
const IV_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;

/// Returns whether the browser offers WebCrypto, which it does in secure contexts only.
pub(crate) fn is_available() -> bool {
    subtle().is_some()
}

/// Returns whether a JWE uses the algorithms that this module supports.
pub(crate) fn is_supported(jwe: &str) -> bool {
    Parts::parse(jwe).is_some()
}

/// Encrypts a string. Returns `None` if the browser can't do it.
pub(crate) async fn encrypt(text: &str, passphrase: &str) -> Option<String> {
    let random = Uint8Array::new_with_length((SALT_LENGTH + IV_LENGTH) as u32);
    call(&crypto()?, "getRandomValues", &[&random])?;
    let random = random.to_vec();
    let (salt, iv) = random.split_at_checked(SALT_LENGTH)?;
    let salt_text = encode(salt)?;
    let header =
        format!(r#"{{"alg":"{ALG}","enc":"{ENC}","p2s":"{salt_text}","p2c":{ITERATIONS}}}"#);
    let header = encode(header.as_bytes())?;

    let wrapping_key = wrapping_key(passphrase, salt, ITERATIONS, "wrapKey").await?;
    let algorithm = object(&[("name", &"AES-GCM".into()), ("length", &256.into())]);
    let key = subtle_call("generateKey", &[&algorithm, &true.into(), &list("encrypt")]).await?;
    let wrapped =
        subtle_call("wrapKey", &[&"raw".into(), &key, &wrapping_key, &"AES-KW".into()]).await?;

    let plain = Uint8Array::from(text.as_bytes());
    let encrypted = subtle_call("encrypt", &[&gcm(iv, &header), &key, &plain]).await;
    wipe(&plain);
    let encrypted = bytes(&encrypted?);
    let (encrypted, tag) = encrypted.split_at_checked(encrypted.len().checked_sub(TAG_LENGTH)?)?;
    let parts = [encode(&bytes(&wrapped))?, encode(iv)?, encode(encrypted)?, encode(tag)?];
    Some(format!("{header}.{}", parts.join(".")))
}

/// Decrypts a JWE. Returns `None` if the passphrase is wrong or the file is damaged.
pub(crate) async fn decrypt(jwe: &str, passphrase: &str) -> Option<Zeroizing<Vec<u8>>> {
    let parts = Parts::parse(jwe)?;
    let wrapping_key = wrapping_key(passphrase, &parts.salt, parts.iterations, "unwrapKey").await?;
    let wrapped = Uint8Array::from(&*parts.wrapped_key);
    let key = object(&[("name", &"AES-GCM".into())]);
    let arguments: [&JsValue; 7] = [
        &"raw".into(),
        &wrapped,
        &wrapping_key,
        &"AES-KW".into(),
        &key,
        &false.into(),
        &list("decrypt"),
    ];
    let key = subtle_call("unwrapKey", &arguments).await?;
    let encrypted = Uint8Array::from(&*parts.encrypted);
    let plain = subtle_call("decrypt", &[&gcm(&parts.iv, &parts.header), &key, &encrypted]).await?;
    let plain = Uint8Array::new(&plain);
    let text = Zeroizing::new(plain.to_vec());
    wipe(&plain);
    Some(text)
}

/// The parts of a JWE.
struct Parts {
    /// The header, exactly as it appears in the file, because it is authenticated too.
    header: String,
    salt: Vec<u8>,
    iterations: u32,
    wrapped_key: Vec<u8>,
    iv: Vec<u8>,
    /// The encrypted text and the tag.
    encrypted: Vec<u8>,
}

impl Parts {
    fn parse(jwe: &str) -> Option<Parts> {
        let jwe: String = jwe.split_ascii_whitespace().collect();
        let mut parts = jwe.split('.');
        let mut part = || parts.next();
        let header = part()?.to_owned();
        let (wrapped_key, iv) = (decode(part()?)?, decode(part()?)?);
        let (mut encrypted, tag) = (decode(part()?)?, decode(part()?)?);
        encrypted.extend(&tag);

        let fields = read_json(&decode(&header)?)?;
        let text = |name| fields.get(name)?.as_str();
        let iterations = fields.get("p2c")?.as_u64().filter(|n| ACCEPTED_ITERATIONS.contains(n))?;
        // A reader must reject critical extensions that it doesn't know.
        let supported = text("alg") == Some(ALG)
            && text("enc") == Some(ENC)
            && fields.get("crit").is_none()
            && tag.len() == TAG_LENGTH;
        let salt = decode(text("p2s")?)?;
        let iterations = u32::try_from(iterations).ok()?;
        supported.then_some(Parts { header, salt, iterations, wrapped_key, iv, encrypted })
    }
}

/// Derives the key that wraps the file's own key (RFC 7518, section 4.8).
async fn wrapping_key(
    passphrase: &str,
    salt: &[u8],
    iterations: u32,
    usage: &str,
) -> Option<JsValue> {
    let salt = [ALG.as_bytes(), &[0], salt].concat();
    let passphrase = Uint8Array::from(passphrase.as_bytes());
    let import: [&JsValue; 5] =
        [&"raw".into(), &passphrase, &"PBKDF2".into(), &false.into(), &list("deriveKey")];
    let key = subtle_call("importKey", &import).await;
    wipe(&passphrase);
    let algorithm = object(&[
        ("name", &"PBKDF2".into()),
        ("hash", &"SHA-512".into()),
        ("salt", &Uint8Array::from(&*salt)),
        ("iterations", &iterations.into()),
    ]);
    let derived = object(&[("name", &"AES-KW".into()), ("length", &256.into())]);
    subtle_call("deriveKey", &[&algorithm, &key?, &derived, &false.into(), &list(usage)]).await
}

fn gcm(iv: &[u8], header: &str) -> JsValue {
    object(&[
        ("name", &"AES-GCM".into()),
        ("iv", &Uint8Array::from(iv)),
        ("additionalData", &Uint8Array::from(header.as_bytes())),
    ])
}

fn crypto() -> Option<JsValue> {
    Reflect::get(&window(), &"crypto".into()).ok()
}

fn subtle() -> Option<JsValue> {
    Reflect::get(&crypto()?, &"subtle".into()).ok().filter(JsValue::is_object)
}

/// Calls a method. Typed bindings would make the page larger.
fn call(object: &JsValue, method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let method = Reflect::get(object, &method.into()).ok()?.dyn_into::<Function>().ok()?;
    method.apply(object, &arguments.iter().copied().collect::<Array>()).ok()
}

async fn subtle_call(method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let promise = call(&subtle()?, method, arguments)?;
    JsFuture::from(promise.unchecked_into::<js_sys::Promise>()).await.ok()
}

fn object(fields: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Can't fail for a plain object.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn list(usage: &str) -> JsValue {
    Array::of1(&usage.into()).into()
}

fn bytes(buffer: &JsValue) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

fn wipe(array: &Uint8Array) {
    array.fill(0, 0, array.length());
}

/// Encodes bytes as base64url without padding.
fn encode(bytes: &[u8]) -> Option<String> {
    let text: String = bytes.iter().copied().map(char::from).collect();
    let text = window().btoa(&text).ok()?;
    Some(text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let text = window().atob(&text.replace('-', "+").replace('_', "/")).ok()?;
    text.chars().map(|char| u8::try_from(char).ok()).collect()
}
