//! Stores transfers. Every change is a single transaction that both checks and updates.

use super::demo::Project;
use super::key::{self, KeyHash};
use super::store::{Error, Store, find_volume};
use jiff::Timestamp;
use rusqlite::{
    Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params,
};
use serde_json::Value;
use uuid::Uuid;
use volume_transfer::{Constraint, Service, TransferName, Volume, eligibility};

/// A stored transfer.
pub(super) struct Transfer {
    pub(super) id: String,
    /// The project that created it and owns the volume.
    pub(super) project_id: String,
    pub(super) name: Option<String>,
    pub(super) volume_id: String,
    pub(super) created_at: String,
    pub(super) no_snapshots: bool,
}

/// The parameters of a new transfer.
pub(super) struct NewTransfer<'a> {
    pub(super) volume_id: &'a str,
    pub(super) name: Option<TransferName>,
    pub(super) no_snapshots: bool,
}

/// Selects the transfers to list.
pub(super) struct TransferQuery<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) volume_id: Option<&'a str>,
    /// The ID of the previous page's last transfer.
    pub(super) marker: Option<&'a str>,
    pub(super) newest_first: bool,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

impl Store {
    /// Creates a transfer, and returns it with the only copy of its key.
    pub(super) fn create_transfer(
        &self,
        project: &str,
        NewTransfer { volume_id, name, no_snapshots }: NewTransfer,
    ) -> Result<(Transfer, String), Error> {
        let mut db = self.db();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (record, mut facts) = find_volume(&tx, project, volume_id)?;
        if no_snapshots {
            facts.snapshots = Some(false);
        }
        let candidate = Volume::from_json(&Value::Object(record)).ok_or_else(|| {
            Error::Database(format!("the record of volume {volume_id} contains no ID"))
        })?;
        // EVS's constraints apply under Cinder's path too, because the volumes are the same.
        let eligibility = eligibility::check(&candidate, &facts, Service::EvsV2);
        if let Some(constraint) = eligibility.violated().iter().next() {
            return Err(Error::Ineligible(constraint));
        }

        let transfer = Transfer {
            id: Uuid::new_v4().to_string(),
            project_id: project.to_owned(),
            name: name.map(|name| name.as_str().to_owned()),
            volume_id: volume_id.to_owned(),
            created_at: now(),
            no_snapshots,
        };
        let (key, KeyHash { salt, hash }) = key::generate()?;
        let changed = tx.execute(
            "UPDATE volumes SET status = 'awaiting-transfer', updated_at = ?3
             WHERE id = ?1 AND project_id = ?2 AND status = 'available'",
            params![volume_id, project, transfer.created_at],
        )?;
        if changed != 1 {
            return Err(Error::Ineligible(Constraint::Status));
        }
        tx.execute(
            "INSERT INTO transfers
             (id, project_id, volume_id, name, created_at, no_snapshots, salt, key_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                transfer.id,
                project,
                volume_id,
                transfer.name,
                transfer.created_at,
                no_snapshots,
                salt,
                hash
            ],
        )?;
        tx.commit()?;
        Ok((transfer, key))
    }

    /// Accepts a transfer: moves its volume to `project`, if the quota permits, and deletes the
    /// transfer. Any project that has the key may accept, even the one that created the transfer.
    ///
    /// The volume's snapshots always move with it. Cinder leaves them behind if the transfer was
    /// created with `no_snapshots`, but the sandbox stores snapshots as part of their volume.
    pub(super) fn accept_transfer(
        &self,
        project: &Project,
        id: &str,
        key: Option<&str>,
    ) -> Result<Transfer, Error> {
        let mut db = self.db();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (transfer, key_hash) = tx
            .query_row("SELECT * FROM transfers WHERE id = ?1", [id], |row| {
                let key_hash = KeyHash { salt: row.get("salt")?, hash: row.get("key_hash")? };
                Ok((read_transfer(row)?, key_hash))
            })
            .optional()?
            .ok_or_else(|| not_found(id))?;
        if !key.is_some_and(|key| key_hash.matches(key)) {
            return Err(Error::InvalidKey(transfer.id));
        }
        check_quota(&tx, project, &transfer.volume_id)?;
        let changed = tx.execute(
            "UPDATE volumes SET project_id = ?2, status = 'available', updated_at = ?3
             WHERE id = ?1 AND status = 'awaiting-transfer'",
            params![transfer.volume_id, project.project_id, now()],
        )?;
        if changed != 1 {
            return Err(Error::NotAwaitingTransfer {
                transfer: transfer.id,
                volume: transfer.volume_id,
            });
        }
        tx.execute("DELETE FROM transfers WHERE id = ?1", [id])?;
        tx.commit()?;
        Ok(transfer)
    }

    /// Deletes a transfer. The volume stays in its project.
    pub(super) fn delete_transfer(&self, project: &str, id: &str) -> Result<(), Error> {
        let mut db = self.db();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let Transfer { volume_id, .. } = find_transfer(&tx, project, id)?;
        // Doesn't touch a volume whose status has changed in the meantime.
        tx.execute(
            "UPDATE volumes SET status = 'available', updated_at = ?2
             WHERE id = ?1 AND status = 'awaiting-transfer'",
            params![volume_id, now()],
        )?;
        tx.execute("DELETE FROM transfers WHERE id = ?1", [id])?;
        tx.commit()?;
        Ok(())
    }

    /// Returns a page of transfers, ordered by creation time.
    pub(super) fn transfers(
        &self,
        project: &str,
        query: &TransferQuery,
    ) -> Result<Vec<Transfer>, Error> {
        let mut db = self.db();
        let tx = db.transaction()?;
        if let Some(marker) = query.marker {
            find_transfer(&tx, project, marker)?;
        }
        let (order, after) = match query.newest_first {
            true => ("DESC", "<"),
            false => ("ASC", ">"),
        };
        let mut statement = tx.prepare(&format!(
            "SELECT * FROM transfers
             WHERE project_id = :project
               AND (:name IS NULL OR name = :name)
               AND (:volume IS NULL OR volume_id = :volume)
               AND (:marker IS NULL OR EXISTS (
                   SELECT 1 FROM transfers AS last WHERE last.id = :marker
                   AND (transfers.created_at, transfers.id) {after} (last.created_at, last.id)))
             ORDER BY created_at {order}, id {order} LIMIT :limit OFFSET :offset"
        ))?;
        let parameters = named_params! {
            ":project": project, ":name": query.name, ":volume": query.volume_id,
            ":marker": query.marker, ":limit": query.limit, ":offset": query.offset,
        };
        Ok(statement.query_map(parameters, read_transfer)?.collect::<Result<_, _>>()?)
    }

    pub(super) fn transfer(&self, project: &str, id: &str) -> Result<Transfer, Error> {
        find_transfer(&self.db(), project, id)
    }
}

fn find_transfer(db: &Connection, project: &str, id: &str) -> Result<Transfer, Error> {
    db.query_row(
        "SELECT * FROM transfers WHERE id = ?1 AND project_id = ?2",
        [id, project],
        read_transfer,
    )
    .optional()?
    .ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Error {
    Error::NotFound("Transfer", id.to_owned())
}

/// Returns an error if adding this volume would exceed the project's quota.
fn check_quota(tx: &Transaction, project: &Project, volume_id: &str) -> Result<(), Error> {
    let size: i64 = tx.query_row(
        "SELECT json_extract(record, '$.size') FROM volumes WHERE id = ?1",
        [volume_id],
        |row| row.get(0),
    )?;
    let (volumes, gigabytes): (i64, i64) = tx.query_row(
        "SELECT count(*), coalesce(sum(json_extract(record, '$.size')), 0)
         FROM volumes WHERE project_id = ?1",
        [project.project_id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let quota = &project.quota;
    let over = if size > quota.per_volume {
        format!(
            "VolumeSizeExceedsLimit: Requested volume size {size}G is larger than \
             maximum allowed limit {}G.",
            quota.per_volume
        )
    } else if gigabytes + size > quota.gigabytes {
        format!(
            "Requested volume or snapshot exceeds allowed gigabytes quota. \
             Requested {size}G, quota is {}G and {gigabytes}G has been consumed.",
            quota.gigabytes
        )
    } else if volumes + 1 > quota.volumes {
        format!(
            "VolumeLimitExceeded: Maximum number of volumes allowed ({}) exceeded \
             for quota 'volumes'.",
            quota.volumes
        )
    } else {
        return Ok(());
    };
    Err(Error::OverLimit(over))
}

/// The current time in the API's format: UTC without a zone, with exactly six fractional digits.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

fn read_transfer(row: &Row) -> rusqlite::Result<Transfer> {
    Ok(Transfer {
        id: row.get("id")?,
        project_id: row.get("project_id")?,
        name: row.get("name")?,
        volume_id: row.get("volume_id")?,
        created_at: row.get("created_at")?,
        no_snapshots: row.get("no_snapshots")?,
    })
}
