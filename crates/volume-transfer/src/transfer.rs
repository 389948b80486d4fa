//! Transfers: the request, the record and the key.

use crate::eligibility::EligibleVolume;
use crate::id::{IdError, TransferId, VolumeId};
use crate::name::TransferName;
use crate::paste::clean_pasted;
use crate::{loose, time};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde_json::Value;
use zeroize::Zeroizing;

/// A transfer to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTransfer {
    volume: EligibleVolume,
    name: Option<TransferName>,
    excludes_snapshots: bool,
}

impl CreateTransfer {
    /// Creates a transfer request for a volume, with an optional name.
    pub const fn new(volume: EligibleVolume, name: Option<TransferName>) -> CreateTransfer {
        CreateTransfer { volume, name, excludes_snapshots: false }
    }

    /// Excludes the volume's snapshots (`no_snapshots`) if the service
    /// [supports it](crate::Service::can_exclude_snapshots). Otherwise this has no effect.
    #[must_use]
    pub const fn without_snapshots(mut self) -> CreateTransfer {
        self.excludes_snapshots = true;
        self
    }

    /// Returns whether the volume's snapshots are excluded.
    pub const fn excludes_snapshots(&self) -> bool {
        self.excludes_snapshots
    }

    /// Returns the ID of the volume to be transferred.
    pub fn volume_id(&self) -> &VolumeId {
        self.volume.id()
    }

    /// Returns the transfer's name, if any.
    pub const fn name(&self) -> Option<&TransferName> {
        self.name.as_ref()
    }
}

/// The record of a transfer.
///
/// Fields that only some microversions of Cinder return are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transfer {
    /// The transfer's ID. The recipient needs it and the key.
    pub id: TransferId,
    /// The name, as the service stored it.
    pub name: Option<String>,
    /// The ID of the transferred volume.
    pub volume_id: VolumeId,
    /// The creation time in UTC, as `YYYY-MM-DDTHH:MM:SS.ffffff` without a zone, converted from the
    /// service's zone and format. Text in an unknown format is kept unchanged.
    pub created_at: Option<String>,
    /// The record's links. Don't follow them: those in EVS's documentation point elsewhere.
    pub links: Vec<Link>,
}

impl Transfer {
    /// Returns the name, or the ID if the transfer has no name.
    pub fn label(&self) -> &str {
        loose::label(self.name.as_deref(), self.id.as_str())
    }

    /// Reads a record. Returns `None` if it has no valid ID, or if the volume's ID is unknown.
    /// `requested` replaces a volume ID that is missing or invalid.
    pub(crate) fn from_json(record: &Value, requested: Option<VolumeId>) -> Option<Transfer> {
        let volume_id =
            loose::text(record.get("volume_id")).and_then(|id| VolumeId::parse(&id).ok());
        let text = |value: Option<&Value>| Some(value?.as_str()?.to_owned());
        let link = |link: &Value| {
            Some(Link { href: text(link.get("href"))?, rel: text(link.get("rel"))? })
        };
        Some(Transfer {
            id: TransferId::from_service(text(record.get("id"))?)?,
            name: loose::text(record.get("name")),
            volume_id: volume_id.or(requested)?,
            created_at: loose::text(record.get("created_at")).map(time::utc),
            links: loose::rows(record, "links").iter().filter_map(link).collect(),
        })
    }
}

/// A link in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The address, as the server sent it. It may contain anything, even `javascript:`.
    pub href: String,
    /// `self` or `bookmark`.
    pub rel: String,
}

/// The key that lets another project accept a transfer. The service returns it only once.
///
/// It can't be cloned, printed or serialized, and is wiped on drop.
pub struct AuthKey(Zeroizing<String>);

impl AuthKey {
    /// Wraps a key from a service's response. Returns `None` if it is empty.
    pub(crate) fn from_service(key: String) -> Option<AuthKey> {
        let key = Zeroizing::new(key);
        (!key.is_empty()).then_some(AuthKey(key))
    }

    /// Parses a key entered by a user. Removes [copying artifacts](crate::clean_pasted), which the
    /// service would treat as part of the key. Case matters.
    ///
    /// # Errors
    /// Returns [`IdError::Empty`] if nothing is left, and [`IdError::Malformed`] if the key is
    /// longer than 255 bytes or contains whitespace or control characters, which no real key does.
    pub fn parse(text: &str) -> Result<AuthKey, IdError> {
        let text = clean_pasted(text);
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > 255 || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(IdError::Malformed);
        }
        Ok(AuthKey(text))
    }

    /// Returns the key in plain text. Show it only to the user who created the transfer.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What the recipient needs to accept a transfer.
#[derive(Debug)]
pub struct Handover {
    /// The transfer's ID.
    pub transfer_id: TransferId,
    /// The key.
    pub auth_key: AuthKey,
}

/// The response to a create request: the record and the key.
#[derive(Debug)]
pub struct CreatedTransfer {
    pub(crate) record: Transfer,
    pub(crate) auth_key: AuthKey,
}

impl CreatedTransfer {
    /// Splits the response into the record, which may be stored, and the handover with the key.
    pub fn into_handover(self) -> (Transfer, Handover) {
        let handover = Handover { transfer_id: self.record.id.clone(), auth_key: self.auth_key };
        (self.record, handover)
    }
}
