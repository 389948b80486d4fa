//! The SQLite database, and the volumes and snapshots in it.

use super::demo::{self, DemoSnapshot};
use rusqlite::{
    Connection, OptionalExtension, Row, Transaction, TransactionBehavior, named_params, params,
};
use serde_json::{Map, Value, json};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use volume_transfer::{Constraint, Facts};

/// The version of [`SCHEMA`], stored in the database as its `user_version`.
const VERSION: i64 = 3;

/// `record` holds the parts of a volume's JSON that never change. A row of `transfers` exists until
/// the transfer is accepted or deleted, and a volume has at most one transfer.
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

/// The tokens and receipts of people who have signed in. Version 3 added this table. `record`
/// contains what a token proves.
const TOKENS: &str = "
    CREATE TABLE IF NOT EXISTS tokens (
        hash BLOB PRIMARY KEY,
        receipt INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        record TEXT NOT NULL
    ) STRICT;
";

/// Upgrades a version 1 database. That version had neither `no_snapshots` nor backup policies, and
/// stored hashes in hexadecimal.
const MIGRATION_FROM_1: &str = "
    UPDATE volumes SET backup_policy = 1
        WHERE json_extract(record, '$.metadata.policy') IS NOT NULL;
    ALTER TABLE transfers ADD COLUMN no_snapshots INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE transfers RENAME COLUMN key_hash TO key_hash_hex;
    ALTER TABLE transfers ADD COLUMN key_hash BLOB NOT NULL DEFAULT x'';
    UPDATE transfers SET key_hash = unhex(key_hash_hex);
    ALTER TABLE transfers DROP COLUMN key_hash_hex;
";

/// The sandbox's database. Statements take microseconds, so async handlers run them directly.
pub(super) struct Store(Mutex<Connection>);

/// An error from the store.
pub(super) enum Error {
    /// The project has no `Volume` or `Transfer` with this ID.
    NotFound(&'static str, String),
    /// The volume violates a constraint.
    Ineligible(Constraint),
    /// The key given for the transfer with this ID is wrong.
    InvalidKey(String),
    /// The volume exceeds the project's quota, as the message explains.
    OverLimit(String),
    /// The volume's status has changed since the transfer was created.
    NotAwaitingTransfer { transfer: String, volume: String },
    /// The database reported an error.
    Database(String),
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Error {
        Error::Database(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound(kind, id) => write!(f, "{kind} {id} not found"),
            Error::Ineligible(constraint) => write!(f, "violates {}", constraint.code()),
            Error::InvalidKey(id) => write!(f, "invalid key for transfer {id}"),
            Error::NotAwaitingTransfer { transfer, volume } => {
                write!(f, "volume {volume} is not awaiting transfer {transfer}")
            }
            Error::OverLimit(cause) | Error::Database(cause) => f.write_str(cause),
        }
    }
}

type Object = Map<String, Value>;

/// Selects the volumes to list.
pub(super) struct VolumeQuery<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    /// The ID of the previous page's last volume.
    pub(super) marker: Option<&'a str>,
    pub(super) limit: usize,
}

/// The resources that CBR, Huawei's backup service, may have for a volume.
#[derive(Clone, Copy)]
pub(super) enum BackupResource {
    Backup,
    /// The container of the volume's backups.
    Vault,
    /// The vault's backup policy.
    Policy,
}

/// A page of a list.
pub(super) struct Page {
    pub(super) rows: Vec<Object>,
    /// The number of rows on all pages.
    pub(super) count: usize,
}

/// Inserts the demo volumes into a new database.
fn seed(tx: &Transaction) -> Result<(), Error> {
    for volume in demo::volumes()? {
        let (project, status, size) = (volume.project_id(), volume.status(), volume.size());
        tx.execute(
            "INSERT INTO volumes VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9)",
            params![
                volume.id,
                project,
                volume.name,
                status,
                volume.created_at,
                volume.backups,
                volume.backup_policy,
                volume.frozen,
                Value::Object(volume.record.clone()),
            ],
        )?;
        for DemoSnapshot { id, name, created_at } in &volume.snapshots {
            tx.execute(
                "INSERT INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, volume.id, name, size, created_at],
            )?;
        }
    }
    Ok(())
}

impl Store {
    /// Opens a database file, or an in-memory database. Fills a new database with the demo volumes,
    /// and upgrades an older one.
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
                seed(&tx)?;
            }
            1 => tx.execute_batch(MIGRATION_FROM_1)?,
            2 | VERSION => {}
            other => {
                return Err(Error::Database(format!(
                    "its schema version is {other}, and this program supports 1 to {VERSION}; \
                     upgrade the program, or move the file away to start with a new one"
                )));
            }
        }
        tx.execute_batch(TOKENS)?;
        tx.pragma_update(None, "user_version", VERSION)?;
        tx.commit()?;
        Ok(Store(Mutex::new(db)))
    }

    pub(super) fn db(&self) -> MutexGuard<'_, Connection> {
        // A panic rolls back its transaction, so the database stays consistent.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn volumes(&self, project: &str, query: &VolumeQuery) -> Result<Page, Error> {
        let mut db = self.db();
        let tx = db.transaction()?;
        if let Some(marker) = query.marker {
            find_volume(&tx, project, marker)?;
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
        find_volume(&db.transaction()?, project, id).map(|(record, _)| record)
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

    /// Returns the IDs of the project's volumes that have this resource in CBR. With a `volume_id`,
    /// considers only that volume.
    pub(super) fn volumes_with(
        &self,
        project: &str,
        volume_id: Option<&str>,
        resource: BackupResource,
    ) -> Result<Vec<String>, Error> {
        let condition = match resource {
            BackupResource::Backup => "backups",
            BackupResource::Vault => "(backups OR backup_policy)",
            BackupResource::Policy => "backup_policy",
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

/// Returns a volume's JSON, and the facts about it that the JSON doesn't show.
pub(super) fn find_volume(
    tx: &Transaction,
    project: &str,
    id: &str,
) -> Result<(Object, Facts), Error> {
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
