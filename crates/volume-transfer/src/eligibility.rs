//! Whether a volume can be transferred: one verdict for each constraint of the API page.

use crate::constraint::{Constraint, ConstraintSet};
use crate::error::Fault;
use crate::id::VolumeId;
use crate::service::Service;
use crate::volume::{Volume, VolumeStatus};

/// What is known of a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It holds.
    Met,
    /// It does not hold, and the server would refuse.
    Violated,
    /// Nothing at hand tells. The server decides.
    Unknown,
}

/// What is known of a volume beside its record. `None` is *not known*, never *fine*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether it has snapshots.
    pub snapshots: Option<bool>,
    /// Whether it has backups.
    pub backups: Option<bool>,
    /// Whether a backup policy applies to it.
    pub backup_policy: Option<bool>,
    /// Whether it is frozen.
    pub frozen: Option<bool>,
}

impl Facts {
    /// Takes in what a refusal says of the volume.
    #[must_use]
    pub fn after(mut self, fault: &Fault) -> Facts {
        // EVS.2068 "volume is locked", EVS.2144 "account frozen": the only signs of a frozen volume.
        if let Some("EVS.2068" | "EVS.2144") = fault.code.as_deref() {
            self.frozen = Some(true);
        }
        self
    }
}

/// A constraint and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The constraint.
    pub constraint: Constraint,
    /// What is known of it.
    pub verdict: Verdict,
}

/// All verdicts on one volume, in the order of the API page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eligibility {
    volume: VolumeId,
    constraints: ConstraintSet,
    violated: ConstraintSet,
    unknown: ConstraintSet,
}

/// A volume that no known fact keeps from being transferred. Made by [`Eligibility::admit`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EligibleVolume(VolumeId);

/// What the rules look at in a volume's record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signs {
    pub(crate) available: bool,
    pub(crate) order: bool,
    pub(crate) encrypted: Option<bool>,
    pub(crate) evs_encrypted: Option<bool>,
    pub(crate) policy: bool,
    pub(crate) service_type: Option<ServiceType>,
    pub(crate) storage_pool: bool,
    pub(crate) bootable: Option<bool>,
}

/// Where EVS says that a volume lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServiceType {
    Evs,
    Dss,
    Dess,
}

static SERVICE_TYPES: [(&[u8], ServiceType); 3] =
    [(b"EVS", ServiceType::Evs), (b"DSS", ServiceType::Dss), (b"DESS", ServiceType::Dess)];

impl ServiceType {
    /// The service's spelling, in any case; `None` for one of next year.
    pub(crate) fn from_service(text: &[u8]) -> Option<ServiceType> {
        let named = SERVICE_TYPES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        named.map(|(_, service_type)| *service_type)
    }
}

impl Signs {
    /// Those of a record that says nothing.
    pub(crate) const NONE: Signs = Signs {
        available: false,
        order: false,
        encrypted: None,
        evs_encrypted: None,
        policy: false,
        service_type: None,
        storage_pool: false,
        bootable: None,
    };

    /// What the metadata said is not so.
    pub(crate) const fn forget_metadata(&mut self) {
        (self.order, self.evs_encrypted, self.policy) = (false, None, false);
    }

    fn of(volume: &Volume) -> Signs {
        let metadata = &volume.metadata;
        let service_type = volume.service_type.as_deref().unwrap_or_default();
        Signs {
            available: volume.status == VolumeStatus::Available,
            order: metadata.order_id.is_some(),
            encrypted: volume.encrypted,
            evs_encrypted: metadata.encrypted,
            policy: metadata.policy.is_some(),
            service_type: ServiceType::from_service(service_type.as_bytes()),
            storage_pool: volume.dedicated_storage_id.is_some(),
            bootable: volume.bootable,
        }
    }

    /// Where the volume lies: a dedicated storage pool without a service type that explains it is
    /// DSS's.
    fn storage(&self) -> Option<ServiceType> {
        match self.service_type {
            Some(ServiceType::Dess) => Some(ServiceType::Dess),
            Some(ServiceType::Dss) => Some(ServiceType::Dss),
            Some(ServiceType::Evs) | None if self.storage_pool => Some(ServiceType::Dss),
            other => other,
        }
    }
}

impl Verdict {
    /// Every one.
    pub const ALL: [Verdict; 3] = [Verdict::Met, Verdict::Violated, Verdict::Unknown];

    /// A stable code: `met`, `violated` or `unknown`.
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Violated => "violated",
            Verdict::Unknown => "unknown",
        }
    }

    /// The code of the verdict on a volume as a whole: `eligible`, `ineligible` or `unknown`.
    pub const fn eligibility(self) -> &'static str {
        match self {
            Verdict::Met => "eligible",
            Verdict::Violated => "ineligible",
            Verdict::Unknown => "unknown",
        }
    }
}

const fn violated_if(violated: bool) -> Verdict {
    if violated { Verdict::Violated } else { Verdict::Met }
}

/// The verdict on one constraint.
fn judge(constraint: Constraint, signs: &Signs, facts: &Facts, service: Service) -> Verdict {
    let evs = match service {
        Service::EvsV2 | Service::EvsV3 => true,
        Service::Cinder => false,
    };
    let lies_on = |dedicated| match signs.storage() {
        Some(storage) => violated_if(storage == dedicated),
        None => Verdict::Unknown,
    };
    match constraint {
        Constraint::Status => violated_if(!signs.available),
        // The page: "if this field has a value the volume is yearly/monthly, otherwise not".
        Constraint::Billing => violated_if(signs.order),
        Constraint::Frozen => facts.frozen.map_or(Verdict::Unknown, violated_if),
        Constraint::Encryption if evs => {
            violated_if(signs.evs_encrypted == Some(true) || signs.encrypted == Some(true))
        }
        Constraint::Encryption => signs.encrypted.map_or(Verdict::Unknown, violated_if),
        Constraint::BackupsAndSnapshots => match (facts.backups, facts.snapshots) {
            (Some(true), _) | (_, Some(true)) => Verdict::Violated,
            (Some(false), Some(false)) => Verdict::Met,
            (None, _) | (_, None) => Verdict::Unknown,
        },
        Constraint::BackupPolicy if signs.policy => Verdict::Violated,
        Constraint::BackupPolicy => facts.backup_policy.map_or(Verdict::Unknown, violated_if),
        Constraint::Dss => lies_on(ServiceType::Dss),
        Constraint::Dess => lies_on(ServiceType::Dess),
        // The only flag that a detached system disk keeps. A data disk can carry it too; the
        // server does not tell them apart either.
        Constraint::SystemDisk => signs.bootable.map_or(Verdict::Unknown, violated_if),
    }
}

/// Judges a volume by every constraint of its service.
pub fn check(volume: &Volume, facts: &Facts, service: Service) -> Eligibility {
    Eligibility::new(volume.id, &Signs::of(volume), facts, service)
}

impl Eligibility {
    pub(crate) fn new(
        volume: VolumeId,
        signs: &Signs,
        facts: &Facts,
        service: Service,
    ) -> Eligibility {
        let constraints = service.constraints();
        let (mut violated, mut unknown) = (ConstraintSet::EMPTY, ConstraintSet::EMPTY);
        for constraint in constraints.iter() {
            match judge(constraint, signs, facts, service) {
                Verdict::Met => {}
                Verdict::Violated => violated.insert(constraint),
                Verdict::Unknown => unknown.insert(constraint),
            }
        }
        Eligibility { volume, constraints, violated, unknown }
    }

    /// Of a volume of which nothing but its id is at hand: every constraint is left to the server.
    pub fn unseen(volume: VolumeId, service: Service) -> Eligibility {
        let constraints = service.constraints();
        Eligibility { volume, constraints, violated: ConstraintSet::EMPTY, unknown: constraints }
    }

    /// The volume that was judged.
    pub const fn volume(&self) -> &VolumeId {
        &self.volume
    }

    /// Every constraint of the service with its verdict.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let Eligibility { constraints, violated, unknown, .. } = *self;
        constraints.iter().map(move |constraint| Finding {
            constraint,
            verdict: match (violated.contains(constraint), unknown.contains(constraint)) {
                (true, _) => Verdict::Violated,
                (_, true) => Verdict::Unknown,
                (_, _) => Verdict::Met,
            },
        })
    }

    /// The constraints that do not hold.
    pub const fn violated(&self) -> ConstraintSet {
        self.violated
    }

    /// The constraints of which nothing at hand tells whether they hold.
    pub const fn unknown(&self) -> ConstraintSet {
        self.unknown
    }

    /// The verdict on the whole: violated if any constraint is, otherwise unknown if any is.
    pub const fn overall(&self) -> Verdict {
        match (self.violated.is_empty(), self.unknown.is_empty()) {
            (false, _) => Verdict::Violated,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Met,
        }
    }

    /// Lets a volume pass that violates nothing that is known; what is unknown the server decides.
    ///
    /// # Errors
    /// The eligibility itself, if a constraint is violated.
    pub fn admit(self) -> Result<EligibleVolume, Eligibility> {
        if self.violated.is_empty() { Ok(EligibleVolume(self.volume)) } else { Err(self) }
    }
}

impl EligibleVolume {
    /// The volume's id.
    pub fn id(&self) -> &VolumeId {
        &self.0
    }
}
