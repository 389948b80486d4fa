//! The demo: volumes that show one thing each, and credentials that work.

use crate::support::{A, Server};
use axum::body::Body;
use axum::http::StatusCode;
use serde_json::json;
use volume_transfer::eligibility::check;
use volume_transfer::{Constraint, Facts, Service, Volume};

/// One volume for each constraint, and none that has it by accident twice.
#[tokio::test]
async fn every_constraint_refuses_its_volume() {
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
        let answer = server.create(before["id"].as_str().unwrap(), name).await;
        let message = format!("Invalid volume: {reason}");
        let expected = json!({ "badRequest": { "code": 400, "message": message } });
        assert_eq!((answer.status.as_u16(), answer.json()), (400, expected), "{name}");
        assert_eq!(server.volume_named(name).await, before, "{name} was changed");
    }
    let frozen = server.volume_named("frozen-disk").await;
    let answer = server.create(frozen["id"].as_str().unwrap(), "frozen").await;
    let expected = json!({ "error": { "code": "EVS.2068", "message": "volume is locked" } });
    assert_eq!((answer.status.as_u16(), answer.json()), (400, expected));
}

/// Each demo volume shows one thing: what its record violates is one constraint, or none where
/// only the server knows.
#[tokio::test]
async fn demo_volumes_show_one_violation_each() {
    let server = Server::new();
    let violated = async |name: &str| {
        let record = server.volume_named(name).await;
        let volume = Volume::read(&record).unwrap();
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

/// Every volume without a violation of its own can be given away, whatever its name is.
#[tokio::test]
async fn plain_volumes_are_eligible() {
    let server = Server::new();
    let list = server.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    let rows = list["volumes"].as_array().unwrap();
    assert_eq!(rows.len(), 25);
    let mut accepted = 0;
    for row in rows {
        let answer = server.create(row["id"].as_str().unwrap(), "n").await;
        accepted += usize::from(answer.status == StatusCode::ACCEPTED);
    }
    assert_eq!(accepted, 10);
    for name in ["data-01", "数据盘-上海-01", "<img src=x onerror=alert(1)>", "media-cache"] {
        assert_eq!(server.volume_named(name).await["status"], "awaiting-transfer", "{name}");
    }
}

#[tokio::test]
async fn demo_credentials_work() {
    let server = Server::new();
    let answer = server.get("/console.json").await;
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    let projects = answer.json()["demo_projects"].as_array().unwrap().clone();
    let labels: Vec<_> = projects.iter().map(|project| &project["label"]).collect();
    assert_eq!(labels, ["A", "B"]);
    for project in projects {
        let path = format!("/v3/{}/volumes/detail", project["project_id"].as_str().unwrap());
        let request = axum::http::Request::get(path)
            .header("X-Auth-Token", project["token"].as_str().unwrap());
        assert_eq!(server.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    }
}
