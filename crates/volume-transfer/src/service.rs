//! What differs between the services that speak this API, as data.

use crate::constraint::{Constraint, ConstraintSet};
use crate::name::{NameRule, Unit};

/// A service that speaks the volume transfer API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Service {
    /// Huawei Cloud EVS, API v2: the page that this project is built from, and so the default.
    #[default]
    EvsV2,
    /// Huawei Cloud EVS through the Cinder v3 paths.
    EvsV3,
    /// OpenStack Cinder.
    Cinder,
}

/// Where on a [`Service`] things are.
#[derive(Debug)]
pub(crate) struct Paths {
    /// First segment of every path.
    pub(crate) version: &'static str,
    /// Collection of volumes. EVS's own `cloudvolumes` carries `service_type` and
    /// `dedicated_storage_id`, which the Cinder spelling `volumes` of the same service does not.
    pub(crate) volumes: &'static str,
    /// Collection of snapshots.
    pub(crate) snapshots: &'static str,
}

const EVS_V2: Paths = Paths { version: "v2", volumes: "cloudvolumes", snapshots: "cloudsnapshots" };

/// EVS v3 and Cinder.
const V3: Paths = Paths { version: "v3", volumes: "volumes", snapshots: "snapshots" };

/// v2: "Without the spaces at the beginning and end, at least 1 byte, at most 255 bytes." v3: "At
/// most 255 bytes", no word of trimming, but it is Cinder that answers.
const EVS_NAME: NameRule = NameRule { required: false, limit: 255, unit: Unit::Bytes, nul: false };

/// Measured on Cinder 26.3: 255 code points after `str.strip()`, a NUL inside passes.
const CINDER_NAME: NameRule =
    NameRule { required: false, limit: 255, unit: Unit::Characters, nul: true };

const EVS_CONSTRAINTS: ConstraintSet = ConstraintSet::of(&Constraint::ALL);
const CINDER_CONSTRAINTS: ConstraintSet =
    ConstraintSet::of(&[Constraint::Status, Constraint::Encryption]);

impl Service {
    /// Every service, in the order in which a person is offered them.
    pub const ALL: [Service; 3] = [Service::EvsV2, Service::EvsV3, Service::Cinder];

    /// A stable code: `evs-v2`, `evs-v3` or `cinder`.
    pub const fn code(self) -> &'static str {
        match self {
            Service::EvsV2 => "evs-v2",
            Service::EvsV3 => "evs-v3",
            Service::Cinder => "cinder",
        }
    }

    /// The service of a [`code`](Service::code), or `None`.
    pub fn from_code(code: &str) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.code() == code)
    }

    pub(crate) const fn paths(self) -> &'static Paths {
        match self {
            Service::EvsV2 => &EVS_V2,
            Service::EvsV3 | Service::Cinder => &V3,
        }
    }

    /// What a transfer's name must be on this service.
    pub const fn name_rule(self) -> &'static NameRule {
        match self {
            Service::EvsV2 | Service::EvsV3 => &EVS_NAME,
            Service::Cinder => &CINDER_NAME,
        }
    }

    /// The constraints that this service puts on a volume.
    pub const fn constraints(self) -> ConstraintSet {
        match self {
            Service::EvsV2 | Service::EvsV3 => EVS_CONSTRAINTS,
            Service::Cinder => CINDER_CONSTRAINTS,
        }
    }

    /// Whether a transfer can be made that leaves the volume's snapshots behind (`no_snapshots`,
    /// Cinder's microversion 3.55).
    pub const fn can_exclude_snapshots(self) -> bool {
        match self {
            Service::EvsV2 | Service::EvsV3 => false,
            Service::Cinder => true,
        }
    }

    /// The microversion from which on `/volume-transfers` has pages. EVS documents `limit` and
    /// `offset` without one.
    pub(crate) const fn paging_microversion(self) -> Option<&'static str> {
        match self {
            Service::EvsV2 | Service::EvsV3 => None,
            Service::Cinder => Some("volume 3.59"),
        }
    }
}
