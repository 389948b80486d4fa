//! Whether a volume can be transferred: one verdict for each constraint of the API page.

use crate::constraint::{Constraint, ConstraintSet};
use crate::error::Fault;
use crate::flags::{Storage, VolumeFlags};
use crate::id::VolumeId;
use crate::service::Service;
use crate::volume::Volume;

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
    pub fn with_fault(mut self, fault: &Fault) -> Facts {
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
    verdicts: Verdicts,
}

/// A volume that no known fact keeps from being transferred. Made by [`Eligibility::admit`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EligibleVolume(VolumeId);

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

/// The verdict on one constraint.
fn verdict(constraint: Constraint, flags: VolumeFlags, facts: &Facts, service: Service) -> Verdict {
    let evs = match service {
        Service::EvsV2 | Service::EvsV3 => true,
        Service::Cinder => false,
    };
    let lies_on = |dedicated| match flags.storage() {
        Some(storage) => violated_if(storage == dedicated),
        None => Verdict::Unknown,
    };
    match constraint {
        Constraint::Status => violated_if(!flags.available()),
        // The page: "if this field has a value the volume is yearly/monthly, otherwise not".
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
        Constraint::Dss => lies_on(Storage::Dss),
        Constraint::Dess => lies_on(Storage::Dess),
        // The only flag that a detached system disk keeps. A data disk can carry it too; the
        // server does not tell them apart either.
        Constraint::SystemDisk => flags.bootable().map_or(Verdict::Unknown, violated_if),
    }
}

/// The constraints that do not hold, and those of which nothing at hand tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// The violated constraints.
    pub violated: ConstraintSet,
    /// The unknown ones. All others of the service are met.
    pub unknown: ConstraintSet,
}

impl Verdicts {
    /// The verdict on the whole: violated if any constraint is, otherwise unknown if any is.
    pub const fn overall(&self) -> Verdict {
        match (self.violated.is_empty(), self.unknown.is_empty()) {
            (false, _) => Verdict::Violated,
            (true, false) => Verdict::Unknown,
            (true, true) => Verdict::Met,
        }
    }
}

/// Judges what a record says by every constraint of its service.
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

/// Judges a volume by every constraint of its service.
pub fn check(volume: &Volume, facts: &Facts, service: Service) -> Eligibility {
    Eligibility::new(volume.id, evaluate(volume.flags, facts, service), service)
}

impl Eligibility {
    pub(crate) fn new(volume: VolumeId, verdicts: Verdicts, service: Service) -> Eligibility {
        Eligibility { volume, constraints: service.constraints(), verdicts }
    }

    /// Of a volume of which nothing but its id is at hand: every constraint is left to the server.
    pub fn without_record(volume: VolumeId, service: Service) -> Eligibility {
        let constraints = service.constraints();
        let verdicts = Verdicts { violated: ConstraintSet::EMPTY, unknown: constraints };
        Eligibility { volume, constraints, verdicts }
    }

    /// The volume that was judged.
    pub const fn volume(&self) -> &VolumeId {
        &self.volume
    }

    /// Every constraint of the service with its verdict.
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

    /// All that is not met.
    pub const fn verdicts(&self) -> Verdicts {
        self.verdicts
    }

    /// The constraints that do not hold.
    pub const fn violated(&self) -> ConstraintSet {
        self.verdicts.violated
    }

    /// The constraints of which nothing at hand tells whether they hold.
    pub const fn unknown(&self) -> ConstraintSet {
        self.verdicts.unknown
    }

    /// The verdict on the whole; see [`Verdicts::overall`].
    pub const fn overall(&self) -> Verdict {
        self.verdicts.overall()
    }

    /// Lets a volume pass that violates nothing that is known; what is unknown the server decides.
    ///
    /// # Errors
    /// The eligibility itself, if a constraint is violated.
    pub fn admit(self) -> Result<EligibleVolume, Eligibility> {
        if self.violated().is_empty() { Ok(EligibleVolume(self.volume)) } else { Err(self) }
    }
}

impl EligibleVolume {
    /// The volume's id.
    pub fn id(&self) -> &VolumeId {
        &self.0
    }
}
