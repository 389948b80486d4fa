//! What differs between the services that speak this API, as data.

use crate::constraint::Constraint;
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

/// The parts of a request and the rules that a [`Service`] fixes.
#[derive(Debug)]
pub(crate) struct Profile {
    /// First segment of every path.
    pub(crate) version: &'static str,
    /// Collection of volumes. EVS's own `cloudvolumes` carries `service_type` and
    /// `dedicated_storage_id`, which the Cinder spelling `volumes` of the same service does not.
    pub(crate) volumes: &'static str,
    /// Collection of snapshots.
    pub(crate) snapshots: &'static str,
    name_rule: NameRule,
    constraints: &'static [Constraint],
}

const EVS_V2: Profile = Profile {
    version: "v2",
    volumes: "cloudvolumes",
    snapshots: "cloudsnapshots",
    // "Without the spaces at the beginning and end, at least 1 byte, at most 255 bytes."
    name_rule: NameRule { required: false, limit: 255, unit: Unit::Bytes, nul: false },
    constraints: &Constraint::ALL,
};

const EVS_V3: Profile = Profile {
    version: "v3",
    volumes: "volumes",
    snapshots: "snapshots",
    // "At most 255 bytes." No word of trimming, but it is Cinder that answers.
    name_rule: NameRule { required: false, limit: 255, unit: Unit::Bytes, nul: false },
    constraints: &Constraint::ALL,
};

const CINDER: Profile = Profile {
    version: "v3",
    volumes: "volumes",
    snapshots: "snapshots",
    // Measured on Cinder 26.3: 255 code points after `str.strip()`, a NUL inside passes.
    name_rule: NameRule { required: false, limit: 255, unit: Unit::Characters, nul: true },
    constraints: &[Constraint::Status, Constraint::Encryption],
};

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

    pub(crate) const fn profile(self) -> &'static Profile {
        match self {
            Service::EvsV2 => &EVS_V2,
            Service::EvsV3 => &EVS_V3,
            Service::Cinder => &CINDER,
        }
    }

    /// What a transfer's name must be on this service.
    pub const fn name_rule(self) -> &'static NameRule {
        &self.profile().name_rule
    }

    /// The constraints that this service puts on a volume, in the order of the API page.
    pub const fn constraints(self) -> &'static [Constraint] {
        self.profile().constraints
    }
}
