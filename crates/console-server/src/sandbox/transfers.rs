//! The transfers that the sandbox keeps. Each change is one transaction, which checks and updates.

use super::key::{self, Lock};
use super::store::{Error, Store, volume};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};
use serde_json::Value;
use uuid::Uuid;
use volume_transfer::{Constraint, Service, TransferName, Volume, eligibility};

/// The record of a transfer.
pub(super) struct Transfer {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) volume_id: String,
    pub(super) created_at: String,
}

impl Store {
    /// Makes a transfer, and with it the only copy of its key.
    pub(super) fn create_transfer(
        &self,
        project: &str,
        volume_id: &str,
        name: Option<&TransferName>,
    ) -> Result<(Transfer, String), Error> {
        let mut db = self.db();
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (record, facts) = volume(&tx, project, volume_id)?;
        let candidate = Volume::read(&Value::Object(record))
            .ok_or_else(|| Error::Failed(format!("volume {volume_id} has no id")))?;
        // The sandbox is EVS behind Cinder's path too: the volumes are the same.
        let eligibility = eligibility::check(&candidate, &facts, Service::EvsV2);
        if let Some(constraint) = eligibility.violated().iter().next() {
            return Err(Error::Refused(constraint));
        }

        let transfer = Transfer {
            id: Uuid::new_v4().to_string(),
            name: name.map(|name| name.as_str().to_owned()),
            volume_id: volume_id.to_owned(),
            created_at: now(),
        };
        let (key, Lock { salt, hash }) = key::generate()?;
        let changed = tx.execute(
            "UPDATE volumes SET status = 'awaiting-transfer', updated_at = ?3
             WHERE id = ?1 AND project_id = ?2 AND status = 'available'",
            params![volume_id, project, transfer.created_at],
        )?;
        if changed != 1 {
            return Err(Error::Refused(Constraint::Status));
        }
        tx.execute(
            "INSERT INTO transfers (id, project_id, volume_id, name, created_at, salt, key_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                transfer.id,
                project,
                volume_id,
                transfer.name,
                transfer.created_at,
                salt,
                hash
            ],
        )?;
        tx.commit()?;
        Ok((transfer, key))
    }

    pub(super) fn transfers(
        &self,
        project: &str,
        name: Option<&str>,
        volume_id: Option<&str>,
    ) -> Result<Vec<Transfer>, Error> {
        let db = self.db();
        let mut statement = db.prepare(
            "SELECT * FROM transfers
             WHERE project_id = ?1 AND (?2 IS NULL OR name = ?2)
               AND (?3 IS NULL OR volume_id = ?3)
             ORDER BY created_at DESC, id",
        )?;
        let rows = statement.query_map(params![project, name, volume_id], transfer)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn transfer(&self, project: &str, id: &str) -> Result<Transfer, Error> {
        self.db()
            .query_row(
                "SELECT * FROM transfers WHERE id = ?1 AND project_id = ?2",
                [id, project],
                transfer,
            )
            .optional()?
            .ok_or_else(|| Error::NotFound("Transfer", id.to_owned()))
    }
}

/// The present in the API's form: UTC, no zone, always six digits of a second.
fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

fn transfer(row: &Row) -> rusqlite::Result<Transfer> {
    Ok(Transfer {
        id: row.get("id")?,
        name: row.get("name")?,
        volume_id: row.get("volume_id")?,
        created_at: row.get("created_at")?,
    })
}
