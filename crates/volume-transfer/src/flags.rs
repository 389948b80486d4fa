//! The values that the rules need from a volume's record, packed into 12 bits.

use crate::loose::{self, Scalar};
use serde_json::Value;

/// A field that the rules need from a volume's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// `status`
    Status,
    /// `bootable`
    Bootable,
    /// `encrypted`: whether the volume is encrypted (Cinder).
    Encrypted,
    /// `service_type`: the volume's storage service (EVS).
    ServiceType,
    /// `dedicated_storage_id`
    StoragePool,
    /// `metadata.orderID`
    Order,
    /// `metadata.__system__encrypted`: whether the volume is encrypted (EVS).
    EvsEncrypted,
    /// `metadata.policy`
    Policy,
}

impl Flag {
    /// All fields.
    pub const ALL: [Flag; 8] = [
        Flag::Status,
        Flag::Bootable,
        Flag::Encrypted,
        Flag::ServiceType,
        Flag::StoragePool,
        Flag::Order,
        Flag::EvsEncrypted,
        Flag::Policy,
    ];

    /// Returns the field's key, and whether it is inside `metadata`.
    pub const fn key(self) -> (&'static str, bool) {
        match self {
            Flag::Status => ("status", false),
            Flag::Bootable => ("bootable", false),
            Flag::Encrypted => ("encrypted", false),
            Flag::ServiceType => ("service_type", false),
            Flag::StoragePool => ("dedicated_storage_id", false),
            Flag::Order => ("orderID", true),
            Flag::EvsEncrypted => ("__system__encrypted", true),
            Flag::Policy => ("policy", true),
        }
    }

    /// Returns the bits that the field may set.
    const fn mask(self) -> u16 {
        match self {
            Flag::Status => VolumeFlags::AVAILABLE,
            Flag::Bootable => VolumeFlags::BOOTABLE | VolumeFlags::NOT_BOOTABLE,
            Flag::Encrypted => VolumeFlags::ENCRYPTED | VolumeFlags::NOT_ENCRYPTED,
            Flag::ServiceType => VolumeFlags::EVS | VolumeFlags::DSS | VolumeFlags::DESS,
            Flag::StoragePool => VolumeFlags::STORAGE_POOL,
            Flag::Order => VolumeFlags::ORDER,
            Flag::EvsEncrypted => VolumeFlags::EVS_ENCRYPTED,
            Flag::Policy => VolumeFlags::POLICY,
        }
    }
}

/// How many bytes of a string matter. The rules compare strings only with shorter ones.
pub const LONGEST: usize = crate::json::MAX_TEXT;

/// The values that the rules need from a volume's record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VolumeFlags(u16);

/// EVS's service types, compared case-insensitively. Unknown ones set no bit.
static SERVICE_TYPES: [(&[u8], u16); 3] =
    [(b"EVS", VolumeFlags::EVS), (b"DSS", VolumeFlags::DSS), (b"DESS", VolumeFlags::DESS)];

impl VolumeFlags {
    const AVAILABLE: u16 = 1 << 0;
    const BOOTABLE: u16 = 1 << 1;
    const NOT_BOOTABLE: u16 = 1 << 2;
    const ENCRYPTED: u16 = 1 << 3;
    const NOT_ENCRYPTED: u16 = 1 << 4;
    const EVS: u16 = 1 << 5;
    const DSS: u16 = 1 << 6;
    const DESS: u16 = 1 << 7;
    const STORAGE_POOL: u16 = 1 << 8;
    const ORDER: u16 = 1 << 9;
    const EVS_ENCRYPTED: u16 = 1 << 10;
    const POLICY: u16 = 1 << 11;

    /// The bits that fields in `metadata` may set.
    const METADATA: u16 = {
        let (mut bits, mut rest): (u16, &[Flag]) = (0, &Flag::ALL);
        while let [flag, others @ ..] = rest {
            if flag.key().1 {
                bits |= flag.mask();
            }
            rest = others;
        }
        bits
    };

    /// The flags of an empty record.
    pub const NONE: VolumeFlags = VolumeFlags(0);

    /// Returns the flags as a number. Its bits may change between versions.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Creates flags from their [`bits`](VolumeFlags::bits).
    pub const fn from_bits(bits: u16) -> VolumeFlags {
        VolumeFlags(bits)
    }

    /// Returns the flags of a record whose only field is this one, with `text` as its value. The
    /// first [`LONGEST`] bytes of the text are enough.
    pub fn of_text(flag: Flag, text: &[u8]) -> VolumeFlags {
        let mut flags = VolumeFlags::NONE;
        flags.take(flag, Scalar::Text(text));
        flags
    }

    const fn has(self, bits: u16) -> bool {
        self.0 & bits != 0
    }

    /// Records a field's value, replacing any earlier value of the same field.
    pub(crate) fn take(&mut self, flag: Flag, value: Scalar<'_>) {
        let text = value.text();
        let yes_or_no = |yes, no| value.flag().map_or(0, |flag| if flag { yes } else { no });
        let filled = |bit| if text.is_empty() { 0 } else { bit };
        let bits = match flag {
            Flag::Status if text == b"available" => VolumeFlags::AVAILABLE,
            Flag::Status => 0,
            Flag::Bootable => yes_or_no(VolumeFlags::BOOTABLE, VolumeFlags::NOT_BOOTABLE),
            Flag::Encrypted => yes_or_no(VolumeFlags::ENCRYPTED, VolumeFlags::NOT_ENCRYPTED),
            Flag::ServiceType => {
                let known = SERVICE_TYPES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
                known.map_or(0, |(_, bit)| *bit)
            }
            Flag::StoragePool => filled(VolumeFlags::STORAGE_POOL),
            Flag::Order => filled(VolumeFlags::ORDER),
            Flag::EvsEncrypted => yes_or_no(VolumeFlags::EVS_ENCRYPTED, 0),
            Flag::Policy => filled(VolumeFlags::POLICY),
        };
        self.0 = self.0 & !flag.mask() | bits;
    }

    /// Clears the flags that came from `metadata`.
    pub(crate) const fn forget_metadata(&mut self) {
        self.0 &= !VolumeFlags::METADATA;
    }

    /// Reads the flags of a volume's record.
    pub(crate) fn read(record: &Value) -> VolumeFlags {
        let mut flags = VolumeFlags::NONE;
        for flag in Flag::ALL {
            let (key, in_metadata) = flag.key();
            let object = if in_metadata { record.get("metadata") } else { Some(record) };
            let value = object.and_then(|object| object.get(key));
            loose::scalar(value, |value| flags.take(flag, value));
        }
        flags
    }

    /// Returns whether the status is `available`, the only one that allows a transfer.
    pub(crate) const fn available(self) -> bool {
        self.has(VolumeFlags::AVAILABLE)
    }

    /// Returns whether the volume belongs to an order, and is therefore billed yearly or monthly.
    pub(crate) const fn order(self) -> bool {
        self.has(VolumeFlags::ORDER)
    }

    /// Returns whether the volume is encrypted according to Cinder, if known.
    pub(crate) const fn encrypted(self) -> Option<bool> {
        self.either(VolumeFlags::ENCRYPTED, VolumeFlags::NOT_ENCRYPTED)
    }

    /// Returns whether the volume is encrypted according to EVS, which otherwise omits the field.
    pub(crate) const fn evs_encrypted(self) -> bool {
        self.has(VolumeFlags::EVS_ENCRYPTED)
    }

    /// Returns whether the metadata names a backup policy.
    pub(crate) const fn policy(self) -> bool {
        self.has(VolumeFlags::POLICY)
    }

    /// Returns whether the volume is bootable, if known.
    pub(crate) const fn bootable(self) -> Option<bool> {
        self.either(VolumeFlags::BOOTABLE, VolumeFlags::NOT_BOOTABLE)
    }

    /// Returns the storage service. A dedicated storage pool means DSS, unless the type is DESS.
    pub(crate) const fn storage(self) -> Option<Storage> {
        if self.has(VolumeFlags::DESS) {
            Some(Storage::Dess)
        } else if self.has(VolumeFlags::DSS | VolumeFlags::STORAGE_POOL) {
            Some(Storage::Dss)
        } else if self.has(VolumeFlags::EVS) {
            Some(Storage::Evs)
        } else {
            None
        }
    }

    const fn either(self, yes: u16, no: u16) -> Option<bool> {
        match (self.has(yes), self.has(no)) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (_, _) => None,
        }
    }
}

/// The storage service of a volume on EVS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    Evs,
    Dss,
    Dess,
}
