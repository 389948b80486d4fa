//! The file: what it keeps, what it must not, one that is too old, and what is written into it.

use crate::support::{A, B, SAMPLE, Server};
use std::fs;
use tempfile::TempDir;

/// The file keeps the transfer over a restart, and nothing in it is the key.
#[tokio::test]
async fn a_file_keeps_everything_but_the_key() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let server = Server::with(Some(&file), vec![]);
    let created = server.create(SAMPLE, "kept").await.json();
    let key = created["transfer"]["auth_key"].as_str().unwrap();
    drop(server);

    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    let contents: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let holds = |text: &[u8]| contents.iter().any(|c| c.windows(text.len()).any(|w| w == text));
    assert!(holds(b"kept"), "the scan finds what is there");
    assert!(!holds(key.as_bytes()), "the key is in the file");
    assert!(!holds(&u64::from_str_radix(key, 16).unwrap().to_be_bytes()), "the key's bytes are");

    let again = Server::with(Some(&file), vec![]);
    let list = again.get(&format!("/v2/{A}/os-volume-transfer/detail")).await.json();
    assert_eq!(list["transfers"].as_array().unwrap().len(), 1);
    assert_eq!(list["transfers"][0]["id"], created["transfer"]["id"]);
    assert!(!list.to_string().contains(key));
    let volumes = again.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    assert_eq!(volumes["count"], 25, "the demo volumes are not added twice");
    assert_eq!(again.volume_named("data-01").await["status"], "awaiting-transfer");
}

#[test]
fn an_older_sandbox_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 1).unwrap();
    let error = console_server::sandbox::router(Some(&file)).unwrap_err().to_string();
    assert!(error.ends_with("it is of an older sandbox: use a new file"), "{error}");
}

/// B may have 3,000 GiB in all and 2,000 in one, each of them to the last.
#[tokio::test]
async fn the_last_gigabyte_of_a_quota_can_be_had() {
    for (of_each, size, status) in
        [(100, 2000, 202), (100, 2001, 413), (300, 1200, 202), (300, 1201, 413)]
    {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("sandbox.db");
        let server = Server::with(Some(&file), vec![]);
        let created = server.create(SAMPLE, "n").await.json();
        let database = rusqlite::Connection::open(&file).unwrap();
        let resize = "UPDATE volumes SET record = json_set(record, '$.size', ?1) WHERE";
        let in_b = database.execute(&format!("{resize} project_id = ?2"), (of_each, B)).unwrap();
        assert_eq!(in_b, 6);
        database.execute(&format!("{resize} id = ?2"), (size, SAMPLE)).unwrap();
        let text = |field: &str| created["transfer"][field].as_str().unwrap();
        let answer = server.accept(B, text("id"), text("auth_key")).await;
        assert_eq!(answer.status, status, "{size} beside {in_b} of {of_each}");
    }
}
