//! The nine constraints on a volume. [`eligibility`](crate::eligibility) checks them.

/// A requirement that a volume must meet. If the volume doesn't meet it, the service returns 400
/// without saying which requirement failed.
///
/// Exhaustive on purpose: a new constraint must make every `match` in a caller fail to compile.
///
/// Source: the constraints in EVS's "Creating a Volume Transfer".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// The status must be `available`.
    Status,
    /// Not billed yearly or monthly (包周期).
    Billing,
    /// Not frozen (冻结). No field shows this; only the server's refusal does.
    Frozen,
    /// Not encrypted.
    Encryption,
    /// Has neither backups nor snapshots.
    BackupsAndSnapshots,
    /// Has no backup policy.
    BackupPolicy,
    /// Not on Dedicated Distributed Storage (DSS).
    Dss,
    /// Not on Dedicated Enterprise Storage (DESS).
    Dess,
    /// Not a system disk.
    SystemDisk,
}

impl Constraint {
    /// All constraints, in the order of the EVS documentation.
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

    /// Returns a stable code, such as `status` or `backups_and_snapshots`.
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

/// A set of constraints, with one bit each, in the order of [`Constraint::ALL`].
///
/// It takes up only two bytes, so that a long list can keep one for every volume.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ConstraintSet(u16);

impl ConstraintSet {
    /// The empty set.
    pub const EMPTY: ConstraintSet = ConstraintSet(0);

    /// Returns the set as a bit mask, in which bit `n` stands for `Constraint::ALL[n]`.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether the set contains a constraint.
    pub const fn contains(self, constraint: Constraint) -> bool {
        self.0 & constraint.bit() != 0
    }

    /// Iterates over the set in the order of [`Constraint::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Constraint> {
        Constraint::ALL.into_iter().filter(move |&constraint| self.contains(constraint))
    }

    /// Creates a set of the given constraints.
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
