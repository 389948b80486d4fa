//! The transfer itself: what is asked for, the record that comes back, and the key.

use crate::document::read_json;
use crate::eligibility::EligibleVolume;
use crate::id::{IdError, TransferId, VolumeId};
use crate::name::TransferName;
use crate::paste::clean_pasted;
use crate::{json, loose, time};
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
    excludes_snapshots: bool,
}

impl CreateTransfer {
    /// Puts the two together.
    pub const fn new(volume: EligibleVolume, name: Option<TransferName>) -> CreateTransfer {
        CreateTransfer { volume, name, excludes_snapshots: false }
    }

    /// Keeps the volume's snapshots from going along (`no_snapshots`), on a service that
    /// [can do so](crate::Service::can_exclude_snapshots); any other is not asked for it.
    #[must_use]
    pub const fn without_snapshots(mut self) -> CreateTransfer {
        self.excludes_snapshots = true;
        self
    }

    /// Whether the volume's snapshots are to stay.
    pub const fn excludes_snapshots(&self) -> bool {
        self.excludes_snapshots
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
    /// When it was created: UTC as `YYYY-MM-DDTHH:MM:SS.ffffff`, without a zone, whichever zone and
    /// form the service wrote. A text in no known form is kept. Lists without detail leave it out.
    pub created_at: Option<String>,
    /// Where the service says that the record is. Not to be followed or relied on: EVS's own
    /// samples point elsewhere.
    pub links: Vec<Link>,
    /// Whether the volume goes without its snapshots; Cinder 3.55 and later.
    pub no_snapshots: Option<bool>,
    /// The project that gives the volume; Cinder 3.57 and later.
    pub source_project_id: Option<String>,
    /// The project that took the volume, if one did; Cinder 3.57 and later.
    pub destination_project_id: Option<String>,
    /// Whether it was accepted; Cinder 3.57 and later.
    pub accepted: Option<bool>,
}

impl Transfer {
    /// What to call it: its name, or its id if it has none.
    pub fn label(&self) -> &str {
        loose::label(self.name.as_deref(), self.id.as_str())
    }

    /// Reads a record; `None` without an id. `asked` stands in for the id of a volume that the
    /// answer leaves out or garbles.
    pub(crate) fn from_json(record: &Value, asked: Option<VolumeId>) -> Option<Transfer> {
        let volume_id =
            loose::text(record.get("volume_id")).and_then(|id| VolumeId::parse(&id).ok());
        let text = |value: Option<&Value>| Some(value?.as_str()?.to_owned());
        let link = |link: &Value| {
            Some(Link { href: text(link.get("href"))?, rel: text(link.get("rel"))? })
        };
        Some(Transfer {
            id: TransferId::from_service(text(record.get("id"))?)?,
            name: loose::text(record.get("name")),
            volume_id: volume_id.or(asked)?,
            created_at: loose::text(record.get("created_at")).map(time::utc),
            links: loose::rows(record, "links").iter().filter_map(link).collect(),
            no_snapshots: loose::flag(record.get("no_snapshots")),
            source_project_id: loose::text(record.get("source_project_id")),
            destination_project_id: loose::text(record.get("destination_project_id")),
            accepted: loose::flag(record.get("accepted")),
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
    /// Takes a key that a service gave or a file keeps; `None` if it is empty.
    pub(crate) fn from_service(key: String) -> Option<AuthKey> {
        let key = Zeroizing::new(key);
        (!key.is_empty()).then_some(AuthKey(key))
    }

    /// Reads a key that a person enters, without what [copying added](crate::pasted) and the service
    /// would take for a part of it. Case matters.
    ///
    /// # Errors
    /// [`IdError::Empty`] for nothing, [`IdError::Malformed`] for more than 255 bytes or for
    /// white space or control characters inside, which no key has.
    pub fn parse(text: &str) -> Result<AuthKey, IdError> {
        let text = clean_pasted(text);
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > 255 || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(IdError::Malformed);
        }
        Ok(AuthKey(text))
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
    /// Reads the file that [`credentials`](Handover::credentials) wrote. The service's own answer
    /// to a create request (`{"transfer":{"id","auth_key"}}`), which somebody may have kept instead,
    /// is read too.
    ///
    /// # Errors
    /// [`IdError::Malformed`] if it holds no id and key, [`IdError::Empty`] if one of them is empty.
    pub fn from_json(file: &[u8]) -> Result<Handover, IdError> {
        let mut body = read_json(file).ok_or(IdError::Malformed)?;
        let fields = match body.get_mut("transfer") {
            Some(transfer) => transfer,
            None => &mut body,
        };
        // First, and from where it was read to: a detour would leave copies behind.
        let Some(Value::String(key)) = fields.get_mut("auth_key").map(Value::take) else {
            return Err(IdError::Malformed);
        };
        let key = Zeroizing::new(key);
        let id = fields.get("transfer_id").or_else(|| fields.get("id")).and_then(Value::as_str);
        let transfer_id = TransferId::parse(id.ok_or(IdError::Malformed)?)?;
        let auth_key = AuthKey::parse(&key)?;
        Ok(Handover { transfer_id, auth_key })
    }

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
