//! The credentials file, with which the recipient accepts one or more transfers.
//!
//! It is JSON; `docs/credentials.schema.json` describes it. A file protected by a passphrase is a
//! JWE, which this crate recognizes but can't decrypt.

use crate::document::read_json;
use crate::id::{ProjectId, TransferId, VolumeId};
use crate::service::Service;
use crate::transfer::{AuthKey, Handover, Transfer};
use crate::volume::Volume;
use crate::{json, loose, time};
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::{fmt, slice};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

/// Where transfers were created. The recipient's project must be on the same service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferSource {
    /// The service.
    pub service: Option<Service>,
    /// The service's address. Untrusted if read from a file: don't send a token there.
    pub endpoint: Option<String>,
    /// The region, as the service catalog names it.
    pub region: Option<String>,
    /// The project that the volumes come from.
    pub project: Option<ProjectId>,
}

/// A transfer with its key, and the details that people recognize it by.
#[derive(Debug)]
pub struct TransferCredentials {
    /// The transfer's ID and key, both of which the recipient needs.
    pub handover: Handover,
    /// The transfer's name.
    pub name: Option<String>,
    /// The volume's ID.
    pub volume_id: Option<VolumeId>,
    /// The volume's name.
    pub volume_name: Option<String>,
    /// The volume's size in GiB.
    pub size: Option<u64>,
    /// The creation time; see [`Transfer::created_at`].
    pub created_at: Option<String>,
}

impl TransferCredentials {
    /// Combines a created transfer with its key and, if known, its volume.
    pub fn new(
        record: &Transfer,
        handover: Handover,
        volume: Option<&Volume>,
    ) -> TransferCredentials {
        TransferCredentials {
            handover,
            name: record.name.clone(),
            volume_id: Some(record.volume_id),
            volume_name: volume.and_then(|volume| volume.name.clone()),
            size: volume.and_then(|volume| volume.size),
            created_at: record.created_at.clone(),
        }
    }

    /// Reads a row of a file. Returns `None` if its ID or key is missing or invalid.
    fn from_json(row: &mut Value) -> Option<TransferCredentials> {
        // Moves the key out, because a copy would stay in memory.
        let Value::String(key) = row.get_mut("auth_key")?.take() else { return None };
        let key = Zeroizing::new(key);
        let id = row.get("transfer_id").or_else(|| row.get("id"))?.as_str()?;
        let transfer_id = TransferId::parse(id).ok()?;
        let auth_key = AuthKey::parse(&key).ok()?;
        let text = |field| loose::text(row.get(field));
        Some(TransferCredentials {
            handover: Handover { transfer_id, auth_key },
            name: text("name"),
            volume_id: text("volume_id").and_then(|id| VolumeId::parse(&id).ok()),
            volume_name: text("volume_name"),
            size: loose::number(row.get("size")),
            created_at: text("created_at").map(time::utc),
        })
    }

    /// Returns the text fields, in the file's order.
    fn texts(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("transfer_id", Some(self.handover.transfer_id.as_str())),
            ("auth_key", Some(self.handover.auth_key.expose())),
            ("name", self.name.as_deref()),
            ("created_at", self.created_at.as_deref()),
            ("volume_id", self.volume_id.as_ref().map(VolumeId::as_str)),
            ("volume_name", self.volume_name.as_deref()),
        ]
    }
}

/// The content of a credentials file.
#[derive(Debug)]
pub struct CredentialsFile {
    /// Where the transfers were created.
    pub source: TransferSource,
    /// The transfers, at least one, in the file's order. A repeated transfer is included once.
    pub transfers: Vec<TransferCredentials>,
    /// The number of transfers that couldn't be read and are missing from `transfers`. Tell the user
    /// about them.
    pub unreadable: usize,
}

/// An error from reading a credentials file.
///
/// Exhaustive on purpose: each code has a translation, so a caller that doesn't handle a new one
/// must fail to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialsError {
    /// The file is empty or only whitespace.
    Empty,
    /// The file isn't JSON, or none of its transfers can be read.
    Malformed,
    /// The file is JSON without any transfers.
    NoTransfers,
    /// The file is protected by a passphrase: decrypt it first.
    Protected,
    /// The file has more than [`MAX_TRANSFERS`](CredentialsFile::MAX_TRANSFERS) transfers.
    TooMany,
}

impl CredentialsError {
    /// All errors.
    pub const ALL: [CredentialsError; 5] = [
        CredentialsError::Empty,
        CredentialsError::Malformed,
        CredentialsError::NoTransfers,
        CredentialsError::Protected,
        CredentialsError::TooMany,
    ];

    /// Returns a stable code: `empty`, `malformed`, `no_transfers`, `protected` or `too_many`.
    pub const fn code(self) -> &'static str {
        match self {
            CredentialsError::Empty => "empty",
            CredentialsError::Malformed => "malformed",
            CredentialsError::NoTransfers => "no_transfers",
            CredentialsError::Protected => "protected",
            CredentialsError::TooMany => "too_many",
        }
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CredentialsError::Empty => "the credentials file is empty",
            CredentialsError::Malformed => "the credentials file is malformed",
            CredentialsError::NoTransfers => "the credentials file contains no transfers",
            CredentialsError::Protected => "the credentials file is protected by a passphrase",
            CredentialsError::TooMany => "the credentials file contains too many transfers",
        })
    }
}

impl core::error::Error for CredentialsError {}

impl CredentialsFile {
    /// The maximum number of transfers in a file, including unreadable ones.
    pub const MAX_TRANSFERS: usize = 10_000;

    /// Returns the text of a credentials file. It is wiped on drop.
    pub fn write(source: &TransferSource, transfers: &[&TransferCredentials]) -> Zeroizing<String> {
        let header = [
            ("service", source.service.map(Service::code)),
            ("endpoint", source.endpoint.as_deref()),
            ("region", source.region.as_deref()),
            ("source_project", source.project.as_ref().map(ProjectId::as_str)),
        ];
        // An escaped byte takes up to six bytes. Field names and punctuation take fewer than 256.
        let length = |fields: &[(&str, Option<&str>)]| {
            let values = fields.iter().filter_map(|(_, value)| Some(value.as_ref()?.len()));
            256 + 6 * values.sum::<usize>()
        };
        let rows = transfers.iter().map(|transfer| length(&transfer.texts()));
        // The text must never grow, because growing would leave copies of the keys behind.
        let mut text = Zeroizing::new(String::with_capacity(length(&header) + rows.sum::<usize>()));
        text.push_str("{\n  \"version\": 2");
        for (field, value) in header {
            json::field(&mut text, ",\n  ", field, value);
        }
        text.push_str(",\n  \"transfers\": [");
        for (at, transfer) in transfers.iter().enumerate() {
            let mut separator = if at == 0 { "\n    {\n      " } else { ",\n    {\n      " };
            for (field, value) in transfer.texts() {
                json::field(&mut text, separator, field, value);
                separator = ",\n      ";
            }
            let size = transfer.size.map(|size| size.to_string());
            text.extend([separator, "\"size\": ", size.as_deref().unwrap_or("null")]);
            text.push_str("\n    }");
        }
        text.push_str("\n  ]\n}\n");
        text
    }

    /// Parses a file written by [`write`](CredentialsFile::write), a version 1 file (a single
    /// transfer), or the service's own response to a create request.
    ///
    /// Skips a byte order mark and unknown fields. A field that is missing or invalid is `None`,
    /// except for a transfer's ID and key.
    ///
    /// # Errors
    /// Returns a [`CredentialsError`] if there is no transfer to accept, or if there are too many.
    pub fn parse(file: &[u8]) -> Result<CredentialsFile, CredentialsError> {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii();
        if file.is_empty() {
            return Err(CredentialsError::Empty);
        }
        if is_jwe(file) {
            return Err(CredentialsError::Protected);
        }
        let mut body = read_json(file).ok_or(CredentialsError::Malformed)?;
        let parsed = CredentialsFile::from_json(&mut body);
        // Unreadable rows may contain keys, too.
        wipe(&mut body);
        parsed
    }

    fn from_json(body: &mut Value) -> Result<CredentialsFile, CredentialsError> {
        let text = |field| loose::text(body.get(field));
        let source = TransferSource {
            service: text("service").and_then(|code| Service::from_code(&code)),
            endpoint: text("endpoint"),
            region: text("region"),
            project: text("source_project").and_then(|id| ProjectId::parse(&id).ok()),
        };
        let rows: &mut [Value] = if body.get("transfers").is_some() {
            let rows = body.get_mut("transfers").and_then(Value::as_array_mut);
            rows.map_or(&mut [], Vec::as_mut_slice)
        } else if body.get("auth_key").is_some() {
            slice::from_mut(body)
        } else {
            body.get_mut("transfer").map_or(&mut [], slice::from_mut)
        };
        if rows.len() > CredentialsFile::MAX_TRANSFERS {
            return Err(CredentialsError::TooMany);
        }
        let mut file = CredentialsFile { source, transfers: Vec::new(), unreadable: 0 };
        // Not a set, because its code would add to the page's size.
        let mut known = Map::new();
        for row in rows {
            match TransferCredentials::from_json(row) {
                Some(transfer) => {
                    let id = transfer.handover.transfer_id.as_str().to_owned();
                    if known.insert(id, Value::Null).is_none() {
                        file.transfers.push(transfer);
                    }
                }
                None => file.unreadable += 1,
            }
        }
        match (file.transfers.is_empty(), file.unreadable) {
            (false, _) => Ok(file),
            (true, 0) => Err(CredentialsError::NoTransfers),
            (true, _) => Err(CredentialsError::Malformed),
        }
    }
}

/// Returns whether a file is a JWE in compact serialization: five base64url-encoded parts, the
/// first of which is a JSON object. Long lines may have been wrapped.
fn is_jwe(file: &[u8]) -> bool {
    let base64url =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'\r' | b'\n');
    let mut parts = file.split(|byte| *byte == b'.');
    file.starts_with(b"eyJ")
        && parts.clone().count() == 5
        && parts.all(|part| part.iter().all(base64url))
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
