//! A volume as a service lists it, in the spelling of EVS or of Cinder.

use crate::id::VolumeId;
use crate::loose;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use serde::Deserialize;

/// What the rules and a person need of a volume. Anything else in the answer is passed over, and
/// a field that is absent, `null` or unreadable is `None`: only a volume without an id is an error.
///
/// Source: EVS "querying details about all disks" (`cloudvolumes/detail`) and Cinder's
/// `volumes/detail`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Volume {
    /// The volume's id.
    #[serde(deserialize_with = "volume_id")]
    pub id: VolumeId,
    /// The name that its owner gave it. It is the owner's text: never to be trusted as markup.
    #[serde(default, deserialize_with = "loose::text")]
    pub name: Option<String>,
    /// Where it is in its life.
    #[serde(default, deserialize_with = "status")]
    pub status: VolumeStatus,
    /// Its size in GiB (EVS writes GB and means the same).
    #[serde(default, deserialize_with = "loose::number")]
    pub size: Option<u64>,
    /// Whether it is marked as one to boot from.
    #[serde(default, deserialize_with = "loose::flag")]
    pub bootable: Option<bool>,
    /// Cinder's word on encryption. EVS has the field but does not support it.
    #[serde(default, deserialize_with = "loose::flag")]
    pub encrypted: Option<bool>,
    /// EVS only: `EVS`, `DSS` or `DESS`.
    #[serde(default, deserialize_with = "loose::text")]
    pub service_type: Option<String>,
    /// EVS only: the dedicated storage pool that it lies on.
    #[serde(default, deserialize_with = "loose::text")]
    pub dedicated_storage_id: Option<String>,
    /// The few keys of its metadata that mean something.
    #[serde(default, deserialize_with = "loose::object")]
    pub metadata: Metadata,
}

/// The keys of a volume's metadata that EVS gives a meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Metadata {
    /// Has a value if the volume is billed yearly or monthly.
    #[serde(default, rename = "orderID", deserialize_with = "loose::text")]
    pub order_id: Option<String>,
    /// EVS's word on encryption: `"1"` is encrypted, absent is not.
    #[serde(default, rename = "__system__encrypted", deserialize_with = "loose::flag")]
    pub encrypted: Option<bool>,
    /// The id of a backup policy; seen in one of EVS's samples only.
    #[serde(default, deserialize_with = "loose::text")]
    pub policy: Option<String>,
}

impl Volume {
    /// What to call it: its name, or its id if it has none.
    pub fn label(&self) -> &str {
        match &self.name {
            Some(name) if !name.trim().is_empty() => name,
            Some(_) | None => self.id.as_str(),
        }
    }
}

fn volume_id<'de, D: serde::Deserializer<'de>>(from: D) -> Result<VolumeId, D::Error> {
    let text = String::deserialize(from)?;
    VolumeId::from_bytes(text.as_bytes()).map_err(serde::de::Error::custom)
}

fn status<'de, D: serde::Deserializer<'de>>(from: D) -> Result<VolumeStatus, D::Error> {
    Ok(VolumeStatus::from_service(loose::text(from)?.unwrap_or_default()))
}

/// Where a volume is in its life. Services add statuses; an unknown one is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VolumeStatus {
    /// Detached and idle: the only status that can be transferred.
    Available,
    /// Promised to another project, and not accepted yet.
    AwaitingTransfer,
    /// Attached to a server.
    InUse,
    /// Any other, in the service's own spelling; empty if it gave none.
    Other(String),
}

impl VolumeStatus {
    /// Reads the service's spelling.
    pub fn from_service(text: String) -> VolumeStatus {
        match text.as_str() {
            "available" => VolumeStatus::Available,
            "awaiting-transfer" => VolumeStatus::AwaitingTransfer,
            "in-use" => VolumeStatus::InUse,
            _ => VolumeStatus::Other(text),
        }
    }

    /// The service's own spelling.
    pub fn as_str(&self) -> &str {
        match self {
            VolumeStatus::Available => "available",
            VolumeStatus::AwaitingTransfer => "awaiting-transfer",
            VolumeStatus::InUse => "in-use",
            VolumeStatus::Other(text) => text,
        }
    }
}

impl Default for VolumeStatus {
    fn default() -> Self {
        VolumeStatus::Other("".to_owned())
    }
}

impl fmt::Display for VolumeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
