//! Volumes, as EVS and Cinder return them.

use crate::flags::VolumeFlags;
use crate::id::VolumeId;
use crate::{loose, time};
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use serde_json::Value;

/// A volume, reduced to what the rules need and what people recognize it by.
///
/// Other fields of the response are ignored. A field that is missing, `null` or invalid is `None`.
///
/// Source: EVS "querying details about all disks" (`cloudvolumes/detail`) and Cinder's
/// `volumes/detail`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Volume {
    /// The volume's ID.
    pub id: VolumeId,
    /// The name that the owner chose. Untrusted text: escape it before rendering.
    pub name: Option<String>,
    /// The status.
    pub status: VolumeStatus,
    /// The size in GiB. EVS calls the same unit GB.
    pub size: Option<u64>,
    /// The creation time, as Unix time in seconds. Also `None` if the format is unknown.
    pub created_at: Option<i64>,
    /// The flags that the rules evaluate.
    pub flags: VolumeFlags,
}

impl Volume {
    /// Reads a volume from a JSON record. Returns `None` if it has no valid ID.
    pub fn from_json(row: &Value) -> Option<Volume> {
        let id = VolumeId::from_bytes(row.get("id")?.as_str()?.as_bytes()).ok()?;
        let shown = [row.get("name"), row.get("size"), row.get("status"), row.get("created_at")];
        Some(Volume::new(id, shown, VolumeFlags::read(row)))
    }

    /// Creates a volume from a record's name, size, status and creation time.
    pub(crate) fn new(
        id: VolumeId,
        [name, size, status, created_at]: [Option<&Value>; 4],
        flags: VolumeFlags,
    ) -> Volume {
        let status = VolumeStatus::from_service(loose::text(status).unwrap_or_default());
        let created_at = loose::scalar(created_at, |time| time::unix_seconds(time.text()));
        let (name, size) = (loose::text(name), loose::number(size));
        Volume { id, name, status, size, created_at, flags }
    }

    /// Returns the name, or the ID if the volume has no name.
    pub fn label(&self) -> &str {
        loose::label(self.name.as_deref(), self.id.as_str())
    }
}

/// The status of a volume.
///
/// Services may add statuses. An unknown one is kept as [`Other`](VolumeStatus::Other), so no
/// new variants are needed, and the enum is exhaustive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VolumeStatus {
    /// Detached and idle. Only a volume with this status can be transferred.
    Available,
    /// Offered to another project, which hasn't accepted it yet.
    AwaitingTransfer,
    /// Attached to a server.
    InUse,
    /// Any other status, as the service wrote it. Empty if the record has none.
    Other(String),
}

impl VolumeStatus {
    /// All [`code`](VolumeStatus::code)s: the statuses that EVS and Cinder document.
    ///
    /// Sources: the table of disk statuses in EVS's API reference, and `VolumeStatus` in Cinder
    /// 26.3's `objects/fields.py`.
    pub const CODES: [&'static str; 24] = [
        "attaching",
        "available",
        "awaiting-transfer",
        "backing-up",
        "creating",
        "deleting",
        "detaching",
        "downloading",
        "error",
        "error_backing-up",
        "error_deleting",
        "error_extending",
        "error_managing",
        "error_restoring",
        "error_rollbacking",
        "extending",
        "in-use",
        "maintenance",
        "managing",
        "reserved",
        "restoring-backup",
        "retyping",
        "rollbacking",
        "uploading",
    ];

    /// Parses a status as the service writes it.
    pub fn from_service(text: String) -> VolumeStatus {
        match text.as_str() {
            "available" => VolumeStatus::Available,
            "awaiting-transfer" => VolumeStatus::AwaitingTransfer,
            "in-use" => VolumeStatus::InUse,
            _ => VolumeStatus::Other(text),
        }
    }

    /// Returns a stable code, which is the services' own word, such as `awaiting-transfer` or
    /// `error_extending`. Returns `None` if neither EVS nor Cinder documents the status.
    pub fn code(&self) -> Option<&'static str> {
        VolumeStatus::CODES.iter().find(|code| **code == self.as_str()).copied()
    }

    /// Returns the status as the service writes it.
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
