//! The demo data: volumes for every constraint, and working credentials.

use crate::support::{A, Server};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;
use volume_transfer::eligibility::check;
use volume_transfer::{Constraint, Facts, Service, Volume};

#[tokio::test]
async fn each_ineligible_volume_is_rejected_for_its_constraint() {
    let server = Server::new();
    for (name, reason) in [
        ("web-server-root-attached", "status must be available"),
        ("restore-point", "status must be available"),
        ("failed-import", "status must be available"),
        ("new-cluster-volume", "status must be available"),
        ("worst-case", "status must be available"),
        ("billing-monthly", "transferring yearly/monthly billed volume is not supported"),
        ("encrypted-payroll", "transferring encrypted volume is not supported"),
        ("with-snapshots", "transferring volume with backups or snapshots is not supported"),
        ("with-backups", "transferring volume with backups or snapshots is not supported"),
        ("policy-protected", "transferring volume with a backup policy is not supported"),
        ("vault-policy", "transferring volume with a backup policy is not supported"),
        ("dss-pool-disk", "transferring volume on DSS is not supported"),
        ("dess-disk", "transferring volume on DESS is not supported"),
        ("old-system-disk", "transferring volume marked bootable is not supported"),
    ] {
        let before = server.volume_named(name).await;
        let response = server.create(before["id"].as_str().unwrap(), name).await;
        let message = format!("Invalid volume: {reason}");
        let expected = json!({ "badRequest": { "code": 400, "message": message } });
        assert_eq!((response.status.as_u16(), response.json()), (400, expected), "{name}");
        assert_eq!(server.volume_named(name).await, before, "{name} must not change");
    }
    let frozen = server.volume_named("frozen-disk").await;
    let response = server.create(frozen["id"].as_str().unwrap(), "frozen").await;
    let expected = json!({ "error": { "code": "EVS.2068", "message": "volume is locked" } });
    assert_eq!((response.status.as_u16(), response.json()), (400, expected));
}

/// Some violations are visible only to the service, not in the volume's JSON.
#[tokio::test]
async fn each_ineligible_volume_violates_only_its_constraint() {
    let server = Server::new();
    let violated = async |name: &str| {
        let record = server.volume_named(name).await;
        let volume = Volume::from_json(&record).unwrap();
        let eligibility = check(&volume, &Facts::default(), Service::EvsV2);
        eligibility.violated().iter().collect::<Vec<_>>()
    };
    for (name, constraints) in [
        ("data-01", &[][..]),
        ("web-server-root-attached", &[Constraint::Status]),
        ("restore-point", &[Constraint::Status]),
        ("billing-monthly", &[Constraint::Billing]),
        ("frozen-disk", &[]),
        ("encrypted-payroll", &[Constraint::Encryption]),
        ("with-snapshots", &[]),
        ("with-backups", &[]),
        ("policy-protected", &[Constraint::BackupPolicy]),
        ("vault-policy", &[]),
        ("dss-pool-disk", &[Constraint::Dss]),
        ("dess-disk", &[Constraint::Dess]),
        ("old-system-disk", &[Constraint::SystemDisk]),
    ] {
        assert_eq!(violated(name).await, constraints, "{name}");
    }
    assert_eq!(violated("worst-case").await.len(), 6);
}

#[tokio::test]
async fn all_other_volumes_can_be_transferred_whatever_their_name() {
    let server = Server::new();
    let list = server.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    let rows = list["volumes"].as_array().unwrap();
    assert_eq!(rows.len(), 25);
    let mut accepted = 0;
    for row in rows {
        let response = server.create(row["id"].as_str().unwrap(), "n").await;
        accepted += usize::from(response.status == StatusCode::ACCEPTED);
    }
    assert_eq!(accepted, 10);
    for name in ["data-01", "数据盘-上海-01", "<img src=x onerror=alert(1)>", "media-cache"] {
        assert_eq!(server.volume_named(name).await["status"], "awaiting-transfer", "{name}");
    }
}

#[tokio::test]
async fn demo_credentials_work() {
    let server = Server::new();
    let response = server.get("/console.json").await;
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    assert_eq!(response.header("Cache-Control"), Some("no-store"));
    assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
    let projects = response.json()["demo_projects"].as_array().unwrap().clone();
    let labels: Vec<_> = projects.iter().map(|project| &project["label"]).collect();
    assert_eq!(labels, ["A", "B"]);
    for project in projects {
        let path = format!("/v3/{}/volumes/detail", project["project_id"].as_str().unwrap());
        let request = axum::http::Request::get(path)
            .header("X-Auth-Token", project["token"].as_str().unwrap());
        assert_eq!(server.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    }
}
