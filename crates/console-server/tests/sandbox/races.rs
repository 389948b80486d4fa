//! Concurrent requests to several servers that share a database file. Exactly one request succeeds.

use crate::support::{A, B, Server};
use crate::transfer;
use serde_json::json;
use std::sync::Arc;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_of_many_concurrent_creates_succeeds() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let servers: Vec<_> = (0..8).map(|_| Arc::new(Server::with(Some(&file), vec![]))).collect();
    for name in ["data-01", "data-02", "data-03", "数据盘-上海-01", "数据盘-北京-02"] {
        let id = servers[0].volume_named(name).await["id"].as_str().unwrap().to_owned();
        let posts: Vec<_> = (0..16)
            .map(|number| {
                let (server, id) = (servers[number % 8].clone(), id.clone());
                tokio::spawn(async move {
                    let response = server.create(&id, &number.to_string()).await;
                    (response.status.as_u16(), response.json())
                })
            })
            .collect();
        let mut accepted = 0;
        for post in posts {
            match post.await.unwrap() {
                (202, _) => accepted += 1,
                (status, body) => {
                    let message = "Invalid volume: status must be available";
                    let expected = json!({ "badRequest": { "code": 400, "message": message } });
                    assert_eq!((status, body), (400, expected), "{name}");
                }
            }
        }
        assert_eq!(accepted, 1, "{name}");
    }
    let list = servers[0].get(&format!("/v2/{A}/os-volume-transfer")).await.json();
    assert_eq!(list["transfers"].as_array().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_of_many_concurrent_accepts_succeeds() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let servers: Vec<_> = (0..8).map(|_| Arc::new(Server::with(Some(&file), vec![]))).collect();
    for name in ["data-01", "data-02", "media-cache"] {
        let (id, key, volume) = transfer(&servers[0], name).await;
        let accepts: Vec<_> = (0..16)
            .map(|number| {
                let (server, id, key) = (servers[number % 8].clone(), id.clone(), key.clone());
                let project = if number % 3 == 0 { A } else { B };
                tokio::spawn(async move {
                    (project, server.accept(project, &id, &key).await.status.as_u16())
                })
            })
            .collect();
        let mut owners = Vec::new();
        for accept in accepts {
            match accept.await.unwrap() {
                (project, 202) => owners.push(project),
                (_, status) => assert_eq!(status, 404, "{name}"),
            }
        }
        assert_eq!(owners.len(), 1, "{name}");
        let path = format!("/v3/{}/volumes/{volume}", owners[0]);
        assert_eq!(servers[1].get(&path).await.json()["volume"]["status"], "available");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_transfer_is_either_accepted_or_deleted() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let servers: Vec<_> = (0..2).map(|_| Arc::new(Server::with(Some(&file), vec![]))).collect();
    for round in 0..20 {
        let (id, key, volume) = transfer(&servers[0], "data-01").await;
        let (accepting, cancelling) =
            (servers[round % 2].clone(), servers[(round + 1) % 2].clone());
        let (id_of_accept, id_of_delete) = (id.clone(), id);
        let accept =
            tokio::spawn(async move { accepting.accept(B, &id_of_accept, &key).await.status });
        let delete = tokio::spawn(async move { cancelling.delete(A, &id_of_delete).await.status });
        let (accepted, deleted) = (accept.await.unwrap(), delete.await.unwrap());
        let owner = match (accepted.as_u16(), deleted.as_u16()) {
            (202, 404) => B,
            (404, 202) => A,
            both => panic!("{both:?}"),
        };
        let path = format!("/v3/{owner}/volumes/{volume}");
        assert_eq!(servers[0].get(&path).await.json()["volume"]["status"], "available");
        // Returns the volume to A for the next round.
        if owner == B {
            let body = json!({ "transfer": { "volume_id": volume, "name": "back" } }).to_string();
            let back = servers[0].post(&format!("/v3/{B}/os-volume-transfer"), body).await.json();
            let text = |field: &str| back["transfer"][field].as_str().unwrap();
            assert_eq!(servers[0].accept(A, text("id"), text("auth_key")).await.status, 202);
        }
    }
}
