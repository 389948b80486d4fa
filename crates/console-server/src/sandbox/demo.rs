//! The sandbox's two projects and their volumes: something of every kind that a person may meet.

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A project and the token that speaks for it. Both are public: nothing real is behind them.
#[derive(Serialize)]
pub(super) struct Project {
    pub(super) label: &'static str,
    pub(super) project_id: &'static str,
    pub(super) token: &'static str,
    #[serde(skip)]
    pub(super) quota: Quota,
}

/// What a project may own.
pub(super) struct Quota {
    pub(super) volumes: i64,
    pub(super) gigabytes: i64,
    /// How many gigabytes one volume may have.
    pub(super) per_volume: i64,
}

pub(super) const PROJECTS: &[Project] = &[
    Project {
        label: "A",
        project_id: "dd14c6ac581f40059e27f5320b60bf2f",
        token: "demo-token-a",
        quota: Quota { volumes: 100, gigabytes: 20_000, per_volume: 4000 },
    },
    // Small enough that each of its limits can be met with the volumes of A.
    Project {
        label: "B",
        project_id: "40acc331ac784f34842ba4f08ff2be48",
        token: "demo-token-b",
        quota: Quota { volumes: 10, gigabytes: 3000, per_volume: 2000 },
    },
];

/// A volume of `demo.json`: its columns, and what in its record differs from [`plain`].
#[derive(Deserialize)]
struct Demo {
    /// A label of [`PROJECTS`].
    project: String,
    id: String,
    name: Option<String>,
    status: Option<String>,
    created_at: String,
    #[serde(default)]
    backups: bool,
    /// That of a vault; one that EVS writes into the metadata counts without this.
    #[serde(default)]
    backup_policy: bool,
    #[serde(default)]
    frozen: bool,
    #[serde(default)]
    snapshots: Vec<Snapshot>,
    #[serde(flatten)]
    record: Map<String, Value>,
}

#[derive(Deserialize)]
struct Snapshot {
    id: String,
    name: String,
    created_at: String,
}

/// A pay-per-use data disk on shared storage.
fn plain() -> Value {
    json!({
        "attachments": [],
        "availability_zone": "cn-east-3a",
        "bootable": "false",
        "consistencygroup_id": null,
        "dedicated_storage_id": null,
        "dedicated_storage_name": null,
        "description": null,
        "encrypted": false,
        "metadata": {},
        "multiattach": false,
        "replication_status": null,
        "service_type": "EVS",
        "size": 10,
        "snapshot_id": null,
        "source_volid": null,
        "user_id": "fd03ee73295e45478d88e15263d2ee4e",
        "volume_type": "SAS",
        "wwn": null,
    })
}

/// Fills a new database.
pub(super) fn seed(tx: &Transaction) -> Result<(), super::store::Error> {
    let demos: Vec<Demo> = serde_json::from_str(include_str!("demo.json"))?;
    for demo in demos {
        let project = PROJECTS.iter().find(|project| project.label == demo.project);
        let mut record = plain();
        if let Some(record) = record.as_object_mut() {
            record.extend(demo.record);
        }
        let policy = record.pointer("/metadata/policy").is_some();
        tx.execute(
            "INSERT INTO volumes VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9)",
            params![
                demo.id,
                project.map(|project| project.project_id),
                demo.name,
                demo.status.as_deref().unwrap_or("available"),
                demo.created_at,
                demo.backups,
                demo.backup_policy || policy,
                demo.frozen,
                record
            ],
        )?;
        let size = record.get("size").and_then(Value::as_i64);
        for Snapshot { id, name, created_at } in demo.snapshots {
            tx.execute(
                "INSERT INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5)",
                params![id, demo.id, name, size, created_at],
            )?;
        }
    }
    Ok(())
}
