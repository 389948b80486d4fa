//! The database file: what it stores, what it must not store, and upgrades from older versions.

use crate::support::{A, B, SAMPLE, Server};
use console_server::sandbox::Options;
use std::fs;
use tempfile::TempDir;

#[tokio::test]
async fn survives_a_restart_and_never_stores_the_key() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let server = Server::with(Some(&file), vec![]);
    let created = server.create(SAMPLE, "kept").await.json();
    let key = created["transfer"]["auth_key"].as_str().unwrap();
    drop(server);

    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    let contents: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let holds = |text: &[u8]| contents.iter().any(|c| c.windows(text.len()).any(|w| w == text));
    assert!(holds(b"kept"), "the search must find stored text");
    assert!(!holds(key.as_bytes()), "the key must not be stored");
    assert!(
        !holds(&u64::from_str_radix(key, 16).unwrap().to_be_bytes()),
        "the key must not be stored as bytes"
    );

    let restarted = Server::with(Some(&file), vec![]);
    let list = restarted.get(&format!("/v2/{A}/os-volume-transfer/detail")).await.json();
    assert_eq!(list["transfers"].as_array().unwrap().len(), 1);
    assert_eq!(list["transfers"][0]["id"], created["transfer"]["id"]);
    assert!(!list.to_string().contains(key));
    let volumes = restarted.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    assert_eq!(volumes["count"], 25, "demo volumes must not be added twice");
    assert_eq!(restarted.volume_named("data-01").await["status"], "awaiting-transfer");
}

#[tokio::test]
async fn upgrades_a_version_1_database() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let server = Server::with(Some(&file), vec![]);
    let created = server.create(SAMPLE, "kept").await.json();
    drop(server);
    // Restores the columns of version 1.
    let database = rusqlite::Connection::open(&file).unwrap();
    database
        .execute_batch(
            "ALTER TABLE transfers DROP COLUMN no_snapshots;
             ALTER TABLE transfers ADD COLUMN key_hash_hex TEXT NOT NULL DEFAULT '';
             UPDATE transfers SET key_hash_hex = lower(hex(key_hash));
             ALTER TABLE transfers DROP COLUMN key_hash;
             ALTER TABLE transfers RENAME COLUMN key_hash_hex TO key_hash;
             UPDATE volumes SET backup_policy = 0;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(database);

    let upgraded = Server::with(Some(&file), vec![]);
    let volume = upgraded.volume_named("policy-protected").await;
    let policies = format!("/v3/{A}/policies?vault_id={}", volume["id"].as_str().unwrap());
    assert_eq!(upgraded.get(&policies).await.json()["count"], 1);
    let data_02 = upgraded.volume_named("data-02").await;
    assert_eq!(upgraded.create(data_02["id"].as_str().unwrap(), "new").await.status, 202);
    let text = |field: &str| created["transfer"][field].as_str().unwrap();
    assert_eq!(upgraded.accept(B, text("id"), "0123456789abcdef").await.status, 400);
    assert_eq!(upgraded.accept(B, text("id"), text("auth_key")).await.status, 202);
    drop(upgraded);
    // The upgrade happens only once.
    assert_eq!(
        Server::with(Some(&file), vec![]).volume_named("data-02").await["status"],
        "awaiting-transfer"
    );
}

#[test]
fn rejects_a_newer_database_and_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let options = Options { data: Some(file.clone()), ..Options::default() };
    let error = console_server::sandbox::router(&options).unwrap_err().to_string();
    assert!(error.contains("sandbox.db") && error.contains("schema version is 99"), "{error}");
    assert!(error.ends_with("or move the file away to start with a new one"), "{error}");
}

/// B's quotas are 3,000 GiB in total and 2,000 GiB per volume.
#[tokio::test]
async fn a_quota_can_be_used_up_exactly() {
    for (other_size, size, status) in
        [(100, 2000, 202), (100, 2001, 413), (300, 1200, 202), (300, 1201, 413)]
    {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("sandbox.db");
        let server = Server::with(Some(&file), vec![]);
        let created = server.create(SAMPLE, "n").await.json();
        let database = rusqlite::Connection::open(&file).unwrap();
        let resize = "UPDATE volumes SET record = json_set(record, '$.size', ?1) WHERE";
        let in_b = database.execute(&format!("{resize} project_id = ?2"), (other_size, B)).unwrap();
        assert_eq!(in_b, 6);
        database.execute(&format!("{resize} id = ?2"), (size, SAMPLE)).unwrap();
        let text = |field: &str| created["transfer"][field].as_str().unwrap();
        let response = server.accept(B, text("id"), text("auth_key")).await;
        assert_eq!(response.status, status, "{size} in addition to {in_b} of {other_size}");
    }
}
