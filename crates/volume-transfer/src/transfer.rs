//! The transfer itself: what is asked for, the record that comes back, and the key.

use crate::eligibility::EligibleVolume;
use crate::id::{TransferId, VolumeId};
use crate::name::TransferName;
use crate::{json, loose};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde_json::Value;
use zeroize::Zeroizing;

/// A transfer to be created: a volume that may go, and a name if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTransfer {
    volume: EligibleVolume,
    name: Option<TransferName>,
}

impl CreateTransfer {
    /// Puts the two together.
    pub const fn new(volume: EligibleVolume, name: Option<TransferName>) -> CreateTransfer {
        CreateTransfer { volume, name }
    }

    /// The volume that is to go.
    pub fn volume_id(&self) -> &VolumeId {
        self.volume.id()
    }

    /// The transfer's name, if it is to have one.
    pub const fn name(&self) -> Option<&TransferName> {
        self.name.as_ref()
    }
}

/// The record of a transfer, as every operation but *delete* answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The transfer's id: one half of what the accepting side needs.
    pub id: TransferId,
    /// Its name, as the service stored it.
    pub name: Option<String>,
    /// The volume that it hands over.
    pub volume_id: VolumeId,
    /// When it was created: UTC as `YYYY-MM-DDTHH:MM:SS.ffffff`, without a zone. Lists without
    /// detail leave it out.
    pub created_at: Option<String>,
    /// Where the service says that the record is. Not to be followed or relied on: EVS's own
    /// samples point elsewhere.
    pub links: Vec<Link>,
}

impl Transfer {
    /// Reads a record; `None` without an id. `asked` stands in for the id of a volume that the
    /// answer leaves out or garbles.
    pub(crate) fn read(record: &Value, asked: Option<VolumeId>) -> Option<Transfer> {
        let volume_id = loose::text(record, "volume_id").and_then(|id| VolumeId::parse(&id).ok());
        let text = |value: Option<&Value>| Some(value?.as_str()?.to_owned());
        let link = |link: &Value| {
            Some(Link { href: text(link.get("href"))?, rel: text(link.get("rel"))? })
        };
        Some(Transfer {
            id: TransferId::from_service(text(record.get("id"))?)?,
            name: loose::text(record, "name"),
            volume_id: volume_id.or(asked)?,
            created_at: loose::text(record, "created_at"),
            links: loose::rows(record, "links").iter().filter_map(link).collect(),
        })
    }
}

/// A link of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address. It is the server's text and may hold anything, `javascript:` too.
    pub href: String,
    /// `self` or `bookmark`.
    pub rel: String,
}

/// The key that lets another project accept a transfer. The service says it once.
///
/// It cannot be cloned, printed or serialised, and is wiped when it is dropped.
pub struct AuthKey(Zeroizing<String>);

impl AuthKey {
    pub(crate) fn new(key: String) -> Option<AuthKey> {
        (!key.is_empty()).then(|| AuthKey(Zeroizing::new(key)))
    }

    /// The key in clear. Show it to the person who made the transfer, and to nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AuthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What the accepting side needs: both halves, and nothing else.
#[derive(Debug)]
pub struct Handover {
    /// Which transfer.
    pub transfer_id: TransferId,
    /// The key to it.
    pub auth_key: AuthKey,
}

/// The answer to a create request.
#[derive(Debug)]
pub struct CreatedTransfer {
    pub(crate) record: Transfer,
    pub(crate) auth_key: AuthKey,
}

impl CreatedTransfer {
    /// Parts the record, which may be shown and kept, from what must be handed over.
    pub fn into_handover(self) -> (Transfer, Handover) {
        let handover = Handover { transfer_id: self.record.id.clone(), auth_key: self.auth_key };
        (self.record, handover)
    }
}

impl Handover {
    /// The file that the accepting side gets: JSON with `transfer_id`, `auth_key`, `volume_id` and
    /// `name`, a line each, so that people and scripts can both read it. Wiped when it is dropped.
    pub fn credentials(&self, record: &Transfer) -> Zeroizing<String> {
        let fields = [
            ("transfer_id", Some(self.transfer_id.as_str())),
            ("auth_key", Some(self.auth_key.expose())),
            ("volume_id", Some(record.volume_id.as_str())),
            ("name", record.name.as_deref()),
        ];
        // Roomy enough not to move, which would leave a copy behind.
        let values: usize =
            fields.iter().filter_map(|(_, value)| Some(value.as_ref()?.len())).sum();
        let mut text = Zeroizing::new(String::with_capacity(128 + 6 * values));
        for (at, (field, value)) in fields.into_iter().enumerate() {
            text.push_str(if at == 0 { "{\n  " } else { ",\n  " });
            let quote = if value.is_some() { "\"" } else { "" };
            text.extend(["\"", field, "\": ", quote]);
            json::escape(&mut text, value.unwrap_or("null"));
            text.push_str(quote);
        }
        text.push_str("\n}\n");
        text
    }
}
