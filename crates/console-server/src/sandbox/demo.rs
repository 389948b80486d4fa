//! The demo data: projects, and volumes for every case that people may run into.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The region in the service catalog.
pub(super) const REGION: &str = "cn-east-3";

/// A project. Its token is public, because the sandbox guards nothing of value.
#[derive(Serialize)]
pub(super) struct Project {
    pub(super) label: &'static str,
    pub(super) project_id: &'static str,
    /// The token that is valid without signing in.
    pub(super) token: Option<&'static str>,
    #[serde(skip)]
    pub(super) name: &'static str,
    /// The name of the account that owns it.
    #[serde(skip)]
    pub(super) domain: &'static str,
    #[serde(skip)]
    pub(super) description: &'static str,
    #[serde(skip)]
    pub(super) is_enabled: bool,
    #[serde(skip)]
    pub(super) quota: Quota,
}

/// The limits on a project's volumes.
pub(super) struct Quota {
    pub(super) volumes: i64,
    pub(super) gigabytes: i64,
    /// The maximum size of a volume, in gigabytes.
    pub(super) per_volume: i64,
}

pub(super) const PROJECTS: &[Project] = &[
    Project {
        label: "A",
        project_id: "dd14c6ac581f40059e27f5320b60bf2f",
        token: Some("demo-token-a"),
        name: "project-a",
        domain: "account-a",
        description: "",
        is_enabled: true,
        quota: LARGE,
    },
    Project {
        label: "B",
        project_id: "40acc331ac784f34842ba4f08ff2be48",
        token: Some("demo-token-b"),
        name: "project-b",
        domain: "account-b",
        description: "",
        is_enabled: true,
        // Small enough that A's volumes can exceed each limit.
        quota: Quota { volumes: 10, gigabytes: 3000, per_volume: 2000 },
    },
    Project {
        label: "A2",
        project_id: "5e8f2b7d90c34a16b1d7f0a3e6c94852",
        token: None,
        name: "project-a-test",
        domain: "account-a",
        description: "测试环境",
        is_enabled: true,
        quota: LARGE,
    },
    Project {
        label: "closed",
        project_id: "e19c4d6a7f8b4205a3c0b5d2f7e86914",
        token: None,
        name: "project-a-closed",
        domain: "account-a",
        description: "",
        is_enabled: false,
        quota: LARGE,
    },
];

const LARGE: Quota = Quota { volumes: 100, gigabytes: 20_000, per_volume: 4000 };

/// Stands in for the project if a token has none. No path contains its ID.
pub(super) const NO_PROJECT: Project = Project {
    label: "",
    project_id: "",
    token: None,
    name: "",
    domain: "",
    description: "",
    is_enabled: false,
    quota: Quota { volumes: 0, gigabytes: 0, per_volume: 0 },
};

/// Returns the projects whose tokens are valid without signing in.
pub(super) fn projects_with_tokens() -> Vec<&'static Project> {
    PROJECTS.iter().filter(|project| project.token.is_some()).collect()
}

/// A volume of the demo data.
#[derive(Deserialize)]
pub(super) struct DemoVolume {
    /// The label of its project in [`PROJECTS`].
    project: String,
    pub(super) id: String,
    pub(super) name: Option<String>,
    status: Option<String>,
    pub(super) created_at: String,
    #[serde(default)]
    pub(super) backups: bool,
    /// Whether a backup policy applies to the volume's vault, or the volume's metadata names one.
    #[serde(default)]
    pub(super) backup_policy: bool,
    #[serde(default)]
    pub(super) frozen: bool,
    #[serde(default)]
    pub(super) snapshots: Vec<DemoSnapshot>,
    /// All other fields of the volume's JSON.
    #[serde(flatten)]
    pub(super) record: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct DemoSnapshot {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) created_at: String,
}

impl DemoVolume {
    pub(super) fn project_id(&self) -> Option<&'static str> {
        let project = PROJECTS.iter().find(|project| project.label == self.project);
        project.map(|project| project.project_id)
    }

    pub(super) fn status(&self) -> &str {
        self.status.as_deref().unwrap_or("available")
    }

    pub(super) fn size(&self) -> Option<i64> {
        self.record.get("size").and_then(Value::as_i64)
    }
}

/// Reads the demo volumes from `demo.json`, which contains only what differs from
/// [`default_record`].
pub(super) fn volumes() -> serde_json::Result<Vec<DemoVolume>> {
    let mut volumes: Vec<DemoVolume> = serde_json::from_str(include_str!("demo.json"))?;
    for volume in &mut volumes {
        let mut record = default_record();
        record.append(&mut volume.record);
        let policy = record.get("metadata").and_then(|metadata| metadata.get("policy"));
        volume.backup_policy |= policy.is_some();
        volume.record = record;
    }
    Ok(volumes)
}

/// The fields of a pay-per-use data disk on shared storage.
fn default_record() -> Map<String, Value> {
    let record = json!({
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
    });
    record.as_object().cloned().unwrap_or_default()
}
