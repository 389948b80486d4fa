//! Checks whether a volume can be transferred, with a verdict on each constraint.

use crate::constraint::{Constraint, ConstraintSet};
use crate::error::Fault;
use crate::flags::{Storage, VolumeFlags};
use crate::id::VolumeId;
use crate::service::Service;
use crate::volume::Volume;

/// Whether a volume meets a constraint, as far as we can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The volume meets it.
    Met,
    /// The volume doesn't meet it, so the server would refuse the transfer.
    Violated,
    /// Not enough is known. The server decides.
    Unknown,
}

/// What is known about a volume beyond its record. `None` means *unknown*, never *no*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether the volume has snapshots.
    pub snapshots: Option<bool>,
    /// Whether the volume has backups.
    pub backups: Option<bool>,
    /// Whether a backup policy applies to the volume.
    pub backup_policy: Option<bool>,
    /// Whether the volume is frozen.
    pub frozen: Option<bool>,
}

impl Facts {
    /// Records what a refusal reveals about the volume.
    #[must_use]
    pub fn with_fault(mut self, fault: &Fault) -> Facts {
        // EVS.2068 "volume is locked", EVS.2144 "account frozen": nothing else shows that a volume
        // is frozen.
        if let Some("EVS.2068" | "EVS.2144") = fault.code.as_deref() {
            self.frozen = Some(true);
        }
        self
    }
}

/// A constraint and its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The constraint.
    pub constraint: Constraint,
    /// The verdict on it.
    pub verdict: Verdict,
}

/// The verdicts on all constraints for one volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eligibility {
    volume: VolumeId,
    constraints: ConstraintSet,
    verdicts: Verdicts,
}

/// A volume that violates no constraint, as far as is known.
///
/// Only [`Eligibility::admit`] creates one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EligibleVolume(VolumeId);

impl Verdict {
    /// All verdicts.
    pub const ALL: [Verdict; 3] = [Verdict::Met, Verdict::Violated, Verdict::Unknown];

    /// Returns a stable code: `met`, `violated` or `unknown`.
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Violated => "violated",
            Verdict::Unknown => "unknown",
        }
    }

    /// Returns the code of a verdict on a whole volume: `eligible`, `ineligible` or `unknown`.
    pub const fn eligibility_code(self) -> &'static str {
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

/// Evaluates one constraint.
fn verdict(constraint: Constraint, flags: VolumeFlags, facts: &Facts, service: Service) -> Verdict {
    let evs = match service {
        Service::EvsV2 | Service::EvsV3 => true,
        Service::Cinder => false,
    };
    let stored_on = |dedicated| match flags.storage() {
        Some(storage) => violated_if(storage == dedicated),
        None => Verdict::Unknown,
    };
    match constraint {
        Constraint::Status => violated_if(!flags.available()),
        // EVS documentation: "If this field has a value, the volume is billed yearly or monthly;
        // otherwise, it isn't."
        Constraint::Billing => violated_if(flags.order()),
        Constraint::Frozen => facts.frozen.map_or(Verdict::Unknown, violated_if),
        Constraint::Encryption if evs => {
            violated_if(flags.evs_encrypted() || flags.encrypted() == Some(true))
        }
        Constraint::Encryption => flags.encrypted().map_or(Verdict::Unknown, violated_if),
        Constraint::BackupsAndSnapshots => match (facts.backups, facts.snapshots) {
            (Some(true), _) | (_, Some(true)) => Verdict::Violated,
            (Some(false), Some(false)) => Verdict::Met,
            (None, _) | (_, None) => Verdict::Unknown,
        },
        Constraint::BackupPolicy if flags.policy() => Verdict::Violated,
        Constraint::BackupPolicy => facts.backup_policy.map_or(Verdict::Unknown, violated_if),
        Constraint::Dss => stored_on(Storage::Dss),
        Constraint::Dess => stored_on(Storage::Dess),
        // This is the only flag that a detached system disk keeps. A data disk can have it too, and
        // the server doesn't distinguish the two either.
        Constraint::SystemDisk => flags.bootable().map_or(Verdict::Unknown, violated_if),
    }
}

/// The violated and the unknown constraints. All other constraints of the service are met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The violated constraints.
    pub violated: ConstraintSet,
    /// The constraints that can't be evaluated.
    pub unknown: ConstraintSet,
}

impl Verdicts {
    /// Returns the overall verdict: violated if any constraint is, otherwise unknown if any is.
    pub const fn overall(&self) -> Verdict {
        match (self.violated.is_empty(), self.unknown.is_empty()) {
            (false, _) => Verdict::Violated,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Met,
        }
    }
}

/// Evaluates a volume's flags against every constraint of a service.
pub fn evaluate(flags: VolumeFlags, facts: &Facts, service: Service) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for constraint in service.constraints().iter() {
        match verdict(constraint, flags, facts, service) {
            Verdict::Met => {}
            Verdict::Violated => verdicts.violated.insert(constraint),
            Verdict::Unknown => verdicts.unknown.insert(constraint),
        }
    }
    verdicts
}

/// Checks a volume against every constraint of a service.
pub fn check(volume: &Volume, facts: &Facts, service: Service) -> Eligibility {
    Eligibility::new(volume.id, evaluate(volume.flags, facts, service), service)
}

impl Eligibility {
    pub(crate) fn new(volume: VolumeId, verdicts: Verdicts, service: Service) -> Eligibility {
        Eligibility { volume, constraints: service.constraints(), verdicts }
    }

    /// Creates the eligibility of a volume whose record isn't known. Every constraint is unknown.
    pub fn without_record(volume: VolumeId, service: Service) -> Eligibility {
        let constraints = service.constraints();
        let verdicts = Verdicts { violated: ConstraintSet::EMPTY, unknown: constraints };
        Eligibility { volume, constraints, verdicts }
    }

    /// Returns the volume's ID.
    pub const fn volume(&self) -> &VolumeId {
        &self.volume
    }

    /// Iterates over the service's constraints and their verdicts.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let Eligibility { constraints, verdicts: Verdicts { violated, unknown }, .. } = *self;
        constraints.iter().map(move |constraint| Finding {
            constraint,
            verdict: match (violated.contains(constraint), unknown.contains(constraint)) {
                (true, _) => Verdict::Violated,
                (_, true) => Verdict::Unknown,
                (_, _) => Verdict::Met,
            },
        })
    }

    /// Returns the violated and the unknown constraints.
    pub const fn verdicts(&self) -> Verdicts {
        self.verdicts
    }

    /// Returns the violated constraints.
    pub const fn violated(&self) -> ConstraintSet {
        self.verdicts.violated
    }

    /// Returns the constraints that can't be evaluated.
    pub const fn unknown(&self) -> ConstraintSet {
        self.verdicts.unknown
    }

    /// Returns the overall verdict; see [`Verdicts::overall`].
    pub const fn overall(&self) -> Verdict {
        self.verdicts.overall()
    }

    /// Admits the volume unless it violates a constraint. Unknown constraints are left to the
    /// server.
    ///
    /// # Errors
    /// Returns the eligibility itself if a constraint is violated.
    pub fn admit(self) -> Result<EligibleVolume, Eligibility> {
        if self.violated().is_empty() { Ok(EligibleVolume(self.volume)) } else { Err(self) }
    }
}

impl EligibleVolume {
    /// Returns the volume's ID.
    pub fn id(&self) -> &VolumeId {
        &self.0
    }
}
