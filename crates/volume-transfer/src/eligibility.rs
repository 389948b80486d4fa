//! Whether a volume can be transferred: one verdict for each constraint of the API page.

use crate::constraint::Constraint;
use crate::error::Fault;
use crate::id::VolumeId;
use crate::service::Service;
use crate::volume::{Volume, VolumeStatus};
use alloc::vec::Vec;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligibility {
    volume: VolumeId,
    findings: Vec<Finding>,
}

/// A volume that no known fact keeps from being transferred. Made by [`Eligibility::admit`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EligibleVolume(VolumeId);

impl Verdict {
    /// A stable code: `met`, `violated` or `unknown`.
    pub const fn code(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Violated => "violated",
            Verdict::Unknown => "unknown",
        }
    }
}

const fn violated_if(violated: bool) -> Verdict {
    if violated { Verdict::Violated } else { Verdict::Met }
}

/// The verdict on one constraint.
fn judge(constraint: Constraint, volume: &Volume, facts: &Facts, service: Service) -> Verdict {
    let evs = match service {
        Service::EvsV2 | Service::EvsV3 => true,
        Service::Cinder => false,
    };
    match constraint {
        Constraint::Status => violated_if(volume.status != VolumeStatus::Available),
        // The page: "if this field has a value the volume is yearly/monthly, otherwise not".
        Constraint::Billing => violated_if(volume.metadata.order_id.is_some()),
        Constraint::Frozen => facts.frozen.map_or(Verdict::Unknown, violated_if),
        Constraint::Encryption if evs => {
            violated_if(volume.metadata.encrypted == Some(true) || volume.encrypted == Some(true))
        }
        Constraint::Encryption => volume.encrypted.map_or(Verdict::Unknown, violated_if),
        Constraint::BackupsAndSnapshots => match (facts.backups, facts.snapshots) {
            (Some(true), _) | (_, Some(true)) => Verdict::Violated,
            (Some(false), Some(false)) => Verdict::Met,
            (None, _) | (_, None) => Verdict::Unknown,
        },
        Constraint::BackupPolicy if volume.metadata.policy.is_some() => Verdict::Violated,
        Constraint::BackupPolicy => facts.backup_policy.map_or(Verdict::Unknown, violated_if),
        Constraint::Dss => match storage(volume) {
            Some(Storage::Dedicated) => Verdict::Violated,
            Some(Storage::Shared | Storage::DedicatedEnterprise) => Verdict::Met,
            None => Verdict::Unknown,
        },
        Constraint::Dess => match storage(volume) {
            Some(Storage::DedicatedEnterprise) => Verdict::Violated,
            Some(Storage::Shared | Storage::Dedicated) => Verdict::Met,
            None => Verdict::Unknown,
        },
        // The only flag that a detached system disk keeps. A data disk can carry it too; the
        // server does not tell them apart either.
        Constraint::SystemDisk => volume.bootable.map_or(Verdict::Unknown, violated_if),
    }
}

enum Storage {
    Shared,
    Dedicated,
    DedicatedEnterprise,
}

/// Where a volume lies: `service_type` says it, and a dedicated storage pool without a service
/// type that explains it is DSS's.
fn storage(volume: &Volume) -> Option<Storage> {
    let service_type = volume.service_type.as_deref().unwrap_or_default();
    let pool = volume.dedicated_storage_id.is_some();
    if service_type.eq_ignore_ascii_case("DESS") {
        Some(Storage::DedicatedEnterprise)
    } else if service_type.eq_ignore_ascii_case("DSS") || pool {
        Some(Storage::Dedicated)
    } else if service_type.eq_ignore_ascii_case("EVS") {
        Some(Storage::Shared)
    } else {
        None
    }
}

/// Judges a volume by every constraint of its service.
pub fn check(volume: &Volume, facts: &Facts, service: Service) -> Eligibility {
    let findings = service
        .constraints()
        .iter()
        .map(|&constraint| Finding {
            constraint,
            verdict: judge(constraint, volume, facts, service),
        })
        .collect();
    Eligibility { volume: volume.id.clone(), findings }
}

impl Eligibility {
    /// Every constraint of the service with its verdict.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The constraints with this verdict.
    pub fn having(&self, verdict: Verdict) -> impl Iterator<Item = Constraint> + '_ {
        self.findings.iter().filter(move |f| f.verdict == verdict).map(|f| f.constraint)
    }

    /// The verdict on the whole: violated if any constraint is, otherwise unknown if any is.
    pub fn overall(&self) -> Verdict {
        [Verdict::Violated, Verdict::Unknown]
            .into_iter()
            .find(|&verdict| self.having(verdict).next().is_some())
            .unwrap_or(Verdict::Met)
    }

    /// Lets a volume pass that violates nothing that is known; what is unknown the server decides.
    ///
    /// # Errors
    /// The eligibility itself, if a constraint is violated.
    pub fn admit(self) -> Result<EligibleVolume, Eligibility> {
        match self.overall() {
            Verdict::Violated => Err(self),
            Verdict::Met | Verdict::Unknown => Ok(EligibleVolume(self.volume)),
        }
    }
}

impl EligibleVolume {
    /// The volume's id.
    pub fn id(&self) -> &VolumeId {
        &self.0
    }
}
