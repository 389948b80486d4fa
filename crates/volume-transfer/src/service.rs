//! The differences between the supported services, as data.

use crate::constraint::{Constraint, ConstraintSet};
use crate::name::{NameRule, Unit};

/// A service with the volume transfer API.
///
/// Exhaustive on purpose: a new service must make every `match` in a caller fail to compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Service {
    /// Huawei Cloud EVS, API v2. The default.
    #[default]
    EvsV2,
    /// Huawei Cloud EVS, API v3, which uses Cinder's paths.
    EvsV3,
    /// OpenStack Cinder, API v3.
    Cinder,
}

/// The path segments of a [`Service`].
#[derive(Debug)]
pub(crate) struct Paths {
    /// The first segment of every path.
    pub(crate) version: &'static str,
    /// The collection of volumes. EVS v2 uses `cloudvolumes`, because its `volumes` lacks
    /// `service_type` and `dedicated_storage_id`.
    pub(crate) volumes: &'static str,
    /// The collection of snapshots.
    pub(crate) snapshots: &'static str,
}

const EVS_V2: Paths = Paths { version: "v2", volumes: "cloudvolumes", snapshots: "cloudsnapshots" };

/// The paths of EVS v3 and Cinder.
const V3: Paths = Paths { version: "v3", volumes: "volumes", snapshots: "snapshots" };

/// The EVS v2 documentation says: "At least 1 byte and at most 255 bytes, not counting leading and
/// trailing spaces." The v3 documentation says "at most 255 bytes" and doesn't mention trimming,
/// but the service behind it is Cinder, which trims names.
const EVS_NAME: NameRule = NameRule { required: false, limit: 255, unit: Unit::Bytes, nul: false };

/// Measured on Cinder 26.3: at most 255 code points after `str.strip()`. NULs are accepted.
const CINDER_NAME: NameRule =
    NameRule { required: false, limit: 255, unit: Unit::Characters, nul: true };

const EVS_CONSTRAINTS: ConstraintSet = ConstraintSet::of(&Constraint::ALL);
const CINDER_CONSTRAINTS: ConstraintSet =
    ConstraintSet::of(&[Constraint::Status, Constraint::Encryption]);

impl Service {
    /// All services, in the order in which to offer them.
    pub const ALL: [Service; 3] = [Service::EvsV2, Service::EvsV3, Service::Cinder];

    /// Returns a stable code: `evs-v2`, `evs-v3` or `cinder`.
    pub const fn code(self) -> &'static str {
        match self {
            Service::EvsV2 => "evs-v2",
            Service::EvsV3 => "evs-v3",
            Service::Cinder => "cinder",
        }
    }

    /// Returns the service with the given [`code`](Service::code).
    pub fn from_code(code: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.code() == code)
    }

    pub(crate) const fn paths(self) -> &'static Paths {
        match self {
            Service::EvsV2 => &EVS_V2,
            Service::EvsV3 | Service::Cinder => &V3,
        }
    }

    /// Returns the rule for transfer names on this service.
    pub const fn name_rule(self) -> &'static NameRule {
        match self {
            Service::EvsV2 | Service::EvsV3 => &EVS_NAME,
            Service::Cinder => &CINDER_NAME,
        }
    }

    /// Returns the constraints that this service places on a volume.
    pub const fn constraints(self) -> ConstraintSet {
        match self {
            Service::EvsV2 | Service::EvsV3 => EVS_CONSTRAINTS,
            Service::Cinder => CINDER_CONSTRAINTS,
        }
    }

    /// Returns whether a transfer can exclude the volume's snapshots (`no_snapshots`, since Cinder
    /// microversion 3.55).
    pub const fn can_exclude_snapshots(self) -> bool {
        match self {
            Service::EvsV2 | Service::EvsV3 => false,
            Service::Cinder => true,
        }
    }

    /// Returns the microversion that adds paging to `/volume-transfers`. EVS documents `limit` and
    /// `offset` without a microversion.
    pub(crate) const fn paging_microversion(self) -> Option<&'static str> {
        match self {
            Service::EvsV2 | Service::EvsV3 => None,
            Service::Cinder => Some("volume 3.59"),
        }
    }
}
