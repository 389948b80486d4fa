//! What the sandbox keeps, in SQLite: its volumes and their snapshots.

use super::demo;
use rusqlite::{
    Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params,
};
use serde_json::{Map, Value, json};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use volume_transfer::{Constraint, Facts};

/// The version of [`SCHEMA`], kept in the file.
const VERSION: i64 = 2;

/// A volume's `record` is what of its JSON never changes. A transfer lives until it is accepted or
/// deleted, and a volume has one at most.
const SCHEMA: &str = "
    CREATE TABLE volumes (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL,
        name TEXT,
        status TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        backups INTEGER NOT NULL,
        backup_policy INTEGER NOT NULL,
        frozen INTEGER NOT NULL,
        record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX volumes_in_order ON volumes (project_id, created_at DESC, id);
    CREATE TABLE snapshots (
        id TEXT PRIMARY KEY,
        volume_id TEXT NOT NULL REFERENCES volumes (id),
        name TEXT NOT NULL,
        size INTEGER NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX snapshots_of_volume ON snapshots (volume_id);
    CREATE TABLE transfers (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL,
        volume_id TEXT NOT NULL UNIQUE REFERENCES volumes (id),
        name TEXT,
        created_at TEXT NOT NULL,
        no_snapshots INTEGER NOT NULL,
        salt TEXT NOT NULL,
        key_hash BLOB NOT NULL
    ) STRICT;
";

/// The sandbox's database. Its statements take microseconds, so they run where they are called.
pub(super) struct Store(Mutex<Connection>);

/// Why the store did not do it.
pub(super) enum Error {
    /// There is no `Volume` or `Transfer` of this id in this project.
    NotFound(&'static str, String),
    /// The volume cannot be transferred.
    Refused(Constraint),
    /// Something else than the key of the transfer with this id was given as its key.
    InvalidKey(String),
    /// The project has no room for the volume, for the reason given.
    OverLimit(String),
    /// Something else has happened to the volume since it was put into the transfer.
    NotAwaiting { transfer: String, volume: String },
    /// The database failed.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Error {
        Error::Failed(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound(kind, id) => write!(f, "there is no {kind} {id}"),
            Error::Refused(constraint) => write!(f, "refused by {}", constraint.code()),
            Error::InvalidKey(id) => write!(f, "invalid key for transfer {id}"),
            Error::NotAwaiting { transfer, volume } => {
                write!(f, "volume {volume} does not await transfer {transfer}")
            }
            Error::OverLimit(cause) | Error::Failed(cause) => f.write_str(cause),
        }
    }
}

type Object = Map<String, Value>;

/// Which volumes are asked for.
pub(super) struct VolumeQuery<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    /// The last volume of the page before.
    pub(super) marker: Option<&'a str>,
    pub(super) limit: usize,
}

/// What CBR, Huawei's backup service, may have of a volume.
#[derive(Clone, Copy)]
pub(super) enum Protection {
    Backups,
    /// Where the backups are, or will be.
    Vault,
    /// That of the vault.
    Policy,
}

/// A part of a list.
pub(super) struct Page {
    pub(super) rows: Vec<Object>,
    /// How many rows the whole list has, on whatever page.
    pub(super) count: usize,
}

impl Store {
    /// Opens a file, or memory. A new database gets the demo volumes.
    pub(super) fn open(file: Option<&Path>) -> Result<Store, Error> {
        let mut db = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        db.pragma_update(None, "foreign_keys", true)?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match tx.query_row("PRAGMA user_version", [], |row| row.get(0))? {
            0 => {
                tx.execute_batch(SCHEMA)?;
                demo::seed(&tx)?;
                tx.pragma_update(None, "user_version", VERSION)?;
            }
            VERSION => {}
            1..VERSION => {
                let cause = "it is of an older sandbox: use a new file";
                return Err(Error::Failed(cause.to_owned()));
            }
            other => return Err(Error::Failed(format!("it has the unknown version {other}"))),
        }
        tx.commit()?;
        Ok(Store(Mutex::new(db)))
    }

    pub(super) fn db(&self) -> MutexGuard<'_, Connection> {
        // A panic rolls its transaction back, so what a poisoned lock guards is still right.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn volumes(&self, project: &str, query: &VolumeQuery) -> Result<Page, Error> {
        let mut db = self.db();
        let tx = db.transaction()?;
        if let Some(marker) = query.marker {
            volume(&tx, project, marker)?;
        }
        let rows = tx
            .prepare(
                "SELECT * FROM volumes
                 WHERE project_id = :project
                   AND (:name IS NULL OR name = :name) AND (:status IS NULL OR status = :status)
                   AND (:marker IS NULL OR EXISTS (
                       SELECT 1 FROM volumes AS last WHERE last.id = :marker
                       AND (last.created_at, volumes.id) > (volumes.created_at, last.id)))
                 ORDER BY created_at DESC, id LIMIT :limit",
            )?
            .query_map(
                named_params! {
                    ":project": project, ":name": query.name, ":status": query.status,
                    ":marker": query.marker, ":limit": query.limit,
                },
                volume_record,
            )?
            .collect::<Result<_, _>>()?;
        let count = tx.query_row(
            "SELECT count(*) FROM volumes
             WHERE project_id = :project
               AND (:name IS NULL OR name = :name) AND (:status IS NULL OR status = :status)",
            named_params! { ":project": project, ":name": query.name, ":status": query.status },
            |row| row.get(0),
        )?;
        Ok(Page { rows, count })
    }

    pub(super) fn volume(&self, project: &str, id: &str) -> Result<Object, Error> {
        let mut db = self.db();
        volume(&db.transaction()?, project, id).map(|(record, _)| record)
    }

    pub(super) fn snapshots(
        &self,
        project: &str,
        volume_id: Option<&str>,
        limit: usize,
    ) -> Result<Page, Error> {
        let mut rows: Vec<_> = self
            .db()
            .prepare(
                "SELECT snapshots.*, project_id FROM snapshots
                 JOIN volumes ON volumes.id = volume_id
                 WHERE project_id = ?1 AND (?2 IS NULL OR volume_id = ?2)
                 ORDER BY snapshots.created_at DESC, snapshots.id",
            )?
            .query_map(params![project, volume_id], snapshot_record)?
            .collect::<Result<_, _>>()?;
        let count = rows.len();
        rows.truncate(limit);
        Ok(Page { rows, count })
    }

    /// The ids of a project's volumes, or of the one asked for, that have something of CBR's.
    pub(super) fn protected(
        &self,
        project: &str,
        volume_id: Option<&str>,
        by: Protection,
    ) -> Result<Vec<String>, Error> {
        let condition = match by {
            Protection::Backups => "backups",
            Protection::Vault => "(backups OR backup_policy)",
            Protection::Policy => "backup_policy",
        };
        let db = self.db();
        let mut statement = db.prepare(&format!(
            "SELECT id FROM volumes
             WHERE project_id = ?1 AND (?2 IS NULL OR id = ?2) AND {condition}
             ORDER BY created_at DESC, id"
        ))?;
        let ids = statement.query_map(params![project, volume_id], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}

/// A volume as the API tells it, and what only the sandbox knows of it.
pub(super) fn volume(tx: &Transaction, project: &str, id: &str) -> Result<(Object, Facts), Error> {
    tx.query_row(
        "SELECT *, EXISTS (SELECT 1 FROM snapshots WHERE volume_id = volumes.id) AS snapshots
         FROM volumes WHERE id = ?1 AND project_id = ?2",
        [id, project],
        |row| {
            let facts = Facts {
                snapshots: row.get("snapshots")?,
                backups: row.get("backups")?,
                backup_policy: row.get("backup_policy")?,
                frozen: row.get("frozen")?,
            };
            Ok((volume_record(row)?, facts))
        },
    )
    .optional()?
    .ok_or_else(|| Error::NotFound("Volume", id.to_owned()))
}

fn volume_record(row: &Row) -> rusqlite::Result<Object> {
    let mut record = row.get::<_, Value>("record")?.as_object().cloned().unwrap_or_default();
    for column in ["id", "name", "status", "created_at", "updated_at"] {
        record.insert(column.to_owned(), row.get::<_, Option<String>>(column)?.into());
    }
    let project: String = row.get("project_id")?;
    record.insert("os-vol-tenant-attr:tenant_id".to_owned(), project.into());
    Ok(record)
}

fn snapshot_record(row: &Row) -> rusqlite::Result<Object> {
    let created_at: String = row.get("created_at")?;
    let record = json!({
        "id": row.get::<_, String>("id")?,
        "name": row.get::<_, String>("name")?,
        "description": null,
        "status": "available",
        "volume_id": row.get::<_, String>("volume_id")?,
        "size": row.get::<_, i64>("size")?,
        "created_at": created_at,
        "updated_at": created_at,
        "metadata": {},
        "os-extended-snapshot-attributes:progress": "100%",
        "os-extended-snapshot-attributes:project_id": row.get::<_, String>("project_id")?,
    });
    Ok(record.as_object().cloned().unwrap_or_default())
}
