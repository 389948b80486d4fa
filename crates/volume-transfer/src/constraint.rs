//! The nine constraints of the API page. What is known of each is [`eligibility`](crate::eligibility)'s.

/// A reason for which a service refuses a transfer, with a 400 and no word of which.
///
/// Source: the constraints of EVS's "creating a volume transfer".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// The status must be `available`.
    Status,
    /// Not billed yearly or monthly (包周期).
    Billing,
    /// Not frozen (冻结). No field tells: the server's refusal is the first to say so.
    Frozen,
    /// Not encrypted.
    Encryption,
    /// Neither backups nor snapshots; either one blocks.
    BackupsAndSnapshots,
    /// No backup policy.
    BackupPolicy,
    /// Not on Dedicated Distributed Storage (DSS).
    Dss,
    /// Not on Dedicated Enterprise Storage (DESS).
    Dess,
    /// Not a system disk.
    SystemDisk,
}

impl Constraint {
    /// Every constraint, in the order of the API page.
    pub const ALL: [Constraint; 9] = [
        Constraint::Status,
        Constraint::Billing,
        Constraint::Frozen,
        Constraint::Encryption,
        Constraint::BackupsAndSnapshots,
        Constraint::BackupPolicy,
        Constraint::Dss,
        Constraint::Dess,
        Constraint::SystemDisk,
    ];

    /// A stable code, such as `status` or `backups_and_snapshots`.
    pub const fn code(self) -> &'static str {
        match self {
            Constraint::Status => "status",
            Constraint::Billing => "billing",
            Constraint::Frozen => "frozen",
            Constraint::Encryption => "encryption",
            Constraint::BackupsAndSnapshots => "backups_and_snapshots",
            Constraint::BackupPolicy => "backup_policy",
            Constraint::Dss => "dss",
            Constraint::Dess => "dess",
            Constraint::SystemDisk => "system_disk",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A few of the constraints. One bit each, in the order of [`Constraint::ALL`]: small enough to be
/// kept for every volume of a long list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ConstraintSet(u16);

impl ConstraintSet {
    /// The set without any.
    pub const EMPTY: ConstraintSet = ConstraintSet(0);

    /// Bit `n` stands for `Constraint::ALL[n]`.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether there is none in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is in it.
    pub const fn contains(self, constraint: Constraint) -> bool {
        self.0 & constraint.bit() != 0
    }

    /// Those that are in it, in the order of the API page.
    pub fn iter(self) -> impl Iterator<Item = Constraint> {
        Constraint::ALL.into_iter().filter(move |&constraint| self.contains(constraint))
    }

    /// The set of these.
    pub const fn of(constraints: &[Constraint]) -> ConstraintSet {
        let mut set = ConstraintSet::EMPTY;
        let mut rest = constraints;
        while let [first, others @ ..] = rest {
            set.insert(*first);
            rest = others;
        }
        set
    }

    pub(crate) const fn insert(&mut self, constraint: Constraint) {
        self.0 |= constraint.bit();
    }
}
