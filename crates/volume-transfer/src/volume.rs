//! A volume as a service lists it, in the spelling of EVS or of Cinder.

use crate::flags::VolumeFlags;
use crate::id::VolumeId;
use crate::loose;
use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use serde_json::Value;

/// What the rules and a person need of a volume. Anything else in the answer is passed over, and
/// a field that is absent, `null` or unreadable is `None`.
///
/// Source: EVS "querying details about all disks" (`cloudvolumes/detail`) and Cinder's
/// `volumes/detail`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Volume {
    /// The volume's id.
    pub id: VolumeId,
    /// The name that its owner gave it. It is the owner's text: never to be trusted as markup.
    pub name: Option<String>,
    /// Where it is in its life.
    pub status: VolumeStatus,
    /// Its size in GiB (EVS writes GB and means the same).
    pub size: Option<u64>,
    /// What its record says to the rules.
    pub flags: VolumeFlags,
}

impl Volume {
    /// Reads a row of a list, or the volume of an answer; `None` if it has no id.
    pub fn from_json(row: &Value) -> Option<Volume> {
        let id = VolumeId::from_bytes(row.get("id")?.as_str()?.as_bytes()).ok()?;
        let shown = [row.get("name"), row.get("size"), row.get("status")];
        Some(Volume::new(id, shown, VolumeFlags::read(row)))
    }

    /// Of the name, the size and the status as a record has them.
    pub(crate) fn new(
        id: VolumeId,
        [name, size, status]: [Option<&Value>; 3],
        flags: VolumeFlags,
    ) -> Volume {
        let status = VolumeStatus::from_service(loose::text(status).unwrap_or_default());
        Volume { id, name: loose::text(name), status, size: loose::number(size), flags }
    }

    /// What to call it: its name, or its id if it has none.
    pub fn label(&self) -> &str {
        loose::label(self.name.as_deref(), self.id.as_str())
    }
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
