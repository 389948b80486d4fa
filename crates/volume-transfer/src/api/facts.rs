//! Queries for facts that a volume's record doesn't contain.

use super::get;
use crate::constraint::Constraint;
use crate::decode::{is_list, read};
use crate::eligibility::Facts;
use crate::error::ReadError;
use crate::http::{Outcome, Request};
use crate::id::{ProjectId, VolumeId};
use crate::loose;
use crate::service::Service;
use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde_json::Value;

/// A query for a fact about a volume.
///
/// Send its [`request`](FactQuery::request) and pass the response to [`record`](FactQuery::record),
/// which may return another query.
///
/// Backups and backup policies belong to Huawei's Cloud Backup and Recovery (CBR), and are queried
/// with `GET /v3/{project_id}/backups`, `/vaults` and `/policies`. CBR has its own address, so a
/// gateway must forward these paths to it. Otherwise, `record` returns an error and the fact stays
/// unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactQuery {
    /// Whether the volume has snapshots.
    Snapshots,
    /// Whether the volume has backups.
    Backups,
    /// Which vaults protect the volume. Backup policies belong to vaults.
    Vaults,
    /// Whether one of these vaults has a policy. The last vault is queried first.
    Policies(Vec<VaultId>),
}

/// A vault ID: 1 to 64 ASCII letters, digits or hyphens, so that it is safe in a query string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultId(String);

impl FactQuery {
    /// Returns the queries for the facts that a service's constraints depend on.
    pub fn for_service(service: Service) -> Vec<FactQuery> {
        let constraints = service.constraints();
        let mut queries = Vec::new();
        if constraints.contains(Constraint::BackupsAndSnapshots) {
            queries.extend([FactQuery::Snapshots, FactQuery::Backups]);
        }
        if constraints.contains(Constraint::BackupPolicy) {
            queries.push(FactQuery::Vaults);
        }
        queries
    }

    /// Returns the request.
    pub fn request(&self, service: Service, project: &ProjectId, volume: &VolumeId) -> Request {
        let (paths, project, volume) = (service.paths(), project.as_str(), volume.as_str());
        get(match self {
            FactQuery::Snapshots => {
                let (version, snapshots) = (paths.version, paths.snapshots);
                format!("/{version}/{project}/{snapshots}/detail?volume_id={volume}&limit=1")
            }
            FactQuery::Backups => format!(
                "/v3/{project}/backups?resource_id={volume}&resource_type=OS::Cinder::Volume&limit=1"
            ),
            FactQuery::Vaults => {
                format!("/v3/{project}/vaults?object_type=disk&resource_ids={volume}")
            }
            FactQuery::Policies(vaults) => {
                let vault = vaults.last().map(|vault| vault.0.as_str()).unwrap_or_default();
                format!("/v3/{project}/policies?vault_id={vault}")
            }
        })
    }

    /// Records the response in `facts`, and returns the next query, if any.
    ///
    /// # Errors
    /// Returns a [`ReadError`] if no valid response arrived. `facts` is then unchanged.
    pub fn record(
        self,
        outcome: Outcome,
        facts: &mut Facts,
    ) -> Result<Option<FactQuery>, ReadError> {
        let mut next = None;
        match self {
            FactQuery::Snapshots => {
                let body = read(outcome, "snapshots", is_list)?;
                facts.snapshots = Some(!loose::rows(&body, "snapshots").is_empty());
            }
            // Requires CBR's `count`, because Cinder's list at the same path ignores the filter and
            // has no count.
            FactQuery::Backups => facts.backups = Some(count(outcome)? > 0),
            FactQuery::Vaults => {
                let body = read(outcome, "vaults", is_list)?;
                let vaults: Option<Vec<_>> =
                    loose::rows(&body, "vaults").iter().map(VaultId::read).collect();
                match vaults {
                    Some(vaults) if vaults.is_empty() => facts.backup_policy = Some(false),
                    Some(vaults) => next = Some(FactQuery::Policies(vaults)),
                    // A vault that can't be queried leaves the fact unknown.
                    None => {}
                }
            }
            FactQuery::Policies(mut vaults) => {
                let has = count(outcome)? > 0;
                vaults.pop();
                if has || vaults.is_empty() {
                    facts.backup_policy = Some(has);
                } else {
                    next = Some(FactQuery::Policies(vaults));
                }
            }
        }
        Ok(next)
    }
}

fn count(outcome: Outcome) -> Result<u64, ReadError> {
    let body = read(outcome, "count", Value::is_u64)?;
    Ok(loose::number(body.get("count")).unwrap_or_default())
}

impl VaultId {
    fn read(vault: &Value) -> Option<VaultId> {
        let id = vault.get("id")?.as_str()?;
        let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (plain && (1..=64).contains(&id.len())).then(|| VaultId(id.to_owned()))
    }
}
