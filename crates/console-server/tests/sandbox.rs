//! The sandbox: its reads, its refusals, and what it keeps.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use axum::body::Body;
use axum::http::{StatusCode, header};
use futures_util::stream;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::sync::Arc;
use support::{A, Answer, B, SAMPLE, Server, request};
use tempfile::TempDir;
use volume_transfer::eligibility::check;
use volume_transfer::{Constraint, Facts, Service, Volume};

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn ids(list: &Value) -> Vec<String> {
    let rows = list["volumes"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// The sample request of the API page, and every field that the page documents.
#[tokio::test]
async fn the_api_pages_sample() {
    let server = Server::new();
    let answer = server.create(SAMPLE, "first volume").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    let transfer = &answer.json()["transfer"];
    let documented = ["auth_key", "created_at", "id", "links", "name", "volume_id"];
    assert_eq!(keys(transfer), documented);
    assert_eq!(transfer["name"], "first volume");
    assert_eq!(transfer["volume_id"], SAMPLE);

    let key = transfer["auth_key"].as_str().unwrap();
    assert_eq!(key.len(), 16);
    assert!(key.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{key}");
    let time = transfer["created_at"].as_str().unwrap();
    let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(form, "0000-00-00T00:00:00.000000");
    let id = transfer["id"].as_str().unwrap();
    assert_eq!(
        transfer["links"],
        json!([
            {
                "rel": "self",
                "href": format!("http://127.0.0.1:8776/v2/{A}/os-volume-transfer/{id}"),
            },
            {
                "rel": "bookmark",
                "href": format!("http://127.0.0.1:8776/{A}/os-volume-transfer/{id}"),
            },
        ])
    );

    // From now on everything but the key can be read again, on either path.
    let volume = server.get(&format!("/v2/{A}/cloudvolumes/{SAMPLE}")).await.json();
    assert_eq!(volume["volume"]["status"], "awaiting-transfer");
    let shown = server.get(&format!("/v2/{A}/os-volume-transfer/{id}")).await.json();
    assert_eq!(keys(&shown["transfer"]), ["created_at", "id", "links", "name", "volume_id"]);
    assert_eq!(shown["transfer"]["created_at"], transfer["created_at"]);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer/detail")).await.json();
    assert_eq!(keys(&rows["transfers"][0]), ["created_at", "id", "links", "name", "volume_id"]);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer")).await.json();
    assert_eq!(rows["transfers"].as_array().unwrap().len(), 1);
    assert_eq!(keys(&rows["transfers"][0]), ["id", "links", "name", "volume_id"]);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer?name=first+volume")).await.json();
    assert_eq!(rows["transfers"].as_array().unwrap().len(), 1);
    let rows = server.get(&format!("/v3/{A}/os-volume-transfer?name=first")).await.json();
    assert_eq!(rows["transfers"], json!([]));
    let rows = server.get(&format!("/v3/{B}/os-volume-transfer")).await.json();
    assert_eq!(rows["transfers"], json!([]));
}

/// `/v2` counts bytes and `/v3` characters: 100 Chinese characters are 300 bytes.
#[tokio::test]
async fn each_path_has_its_name_rule() {
    let server = Server::new();
    let name = "卷".repeat(100);
    let answer = server.create(SAMPLE, &name).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let message = answer.json()["badRequest"]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("Invalid input for field/attribute name. Value: 卷"), "{message}");
    let body = json!({ "transfer": { "volume_id": SAMPLE, "name": name } }).to_string();
    let answer = server.post(&format!("/v3/{A}/os-volume-transfer"), body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
}

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
    assert_eq!(rows.len(), 24);
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
async fn volumes_come_in_pages() {
    let server = Server::new();
    let all = server.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    assert_eq!(all["count"], 24);
    assert_eq!(all.get("volumes_links"), None);
    let times: Vec<_> = all["volumes"].as_array().unwrap().iter().collect();
    assert!(times.is_sorted_by_key(|row| std::cmp::Reverse(row["created_at"].to_string())));

    let mut seen = Vec::new();
    let mut path = format!("/v2/{A}/cloudvolumes/detail?limit=10");
    for _ in 0..3 {
        let page = server.get(&path).await.json();
        assert_eq!(page["count"], 24, "paging does not change the count");
        seen.extend(ids(&page));
        let Some(next) = page["volumes_links"][0]["href"].as_str() else { break };
        path = next.strip_prefix("http://127.0.0.1:8776").unwrap().to_owned();
        assert!(path.contains("limit=10"), "{path}");
    }
    assert_eq!(seen, ids(&all));

    let bad = |query: &str| {
        let path = format!("/v2/{A}/volumes/detail?{query}");
        let server = &server;
        async move { server.get(&path).await }
    };
    let message = |answer: Answer| answer.json()["badRequest"]["message"].clone();
    assert_eq!(message(bad("limit=abc").await), "limit param must be an integer");
    assert_eq!(message(bad("limit=").await), "limit param must be an integer");
    assert_eq!(message(bad("limit=-1").await), "limit param must be positive");
    assert_eq!(message(bad("limit=0").await), "limit param must be positive");
    assert_eq!(bad("limit=1001").await.json()["error"]["code"], "EVS.1023");
    assert_eq!(bad("limit=1000").await.status, StatusCode::OK);
    assert_eq!(bad("marker=11111111-2222-4333-8444-555555555555").await.status, 404);
}

#[tokio::test]
async fn volumes_are_filtered_and_shown() {
    let server = Server::new();
    let list = server.get(&format!("/v2/{A}/cloudvolumes/detail?status=in-use")).await.json();
    assert_eq!(list["count"], 2);
    let list = server.get(&format!("/v3/{A}/volumes/detail?name=data-01")).await.json();
    assert_eq!(ids(&list), [SAMPLE]);
    assert_eq!(list.get("count"), None);

    // EVS's own spelling has three fields more, and is else the same.
    let storage = ["dedicated_storage_id", "dedicated_storage_name", "service_type"];
    let mut cloud = server.get(&format!("/v2/{A}/cloudvolumes/{SAMPLE}")).await.json();
    let plain = server.get(&format!("/v2/{A}/volumes/{SAMPLE}")).await.json();
    assert_eq!(cloud["volume"]["service_type"], "EVS");
    assert_eq!(cloud["volume"]["os-vol-tenant-attr:tenant_id"], A);
    for field in storage {
        cloud["volume"].as_object_mut().unwrap().remove(field).unwrap();
    }
    assert_eq!(cloud, plain);
    let of_b = server.get(&format!("/v3/{B}/volumes/{SAMPLE}")).await;
    assert_eq!(of_b.status, StatusCode::NOT_FOUND);
    let of_b = server.get(&format!("/v3/{B}/volumes/detail")).await.json();
    assert_eq!(of_b["volumes"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn snapshots_of_a_volume() {
    let server = Server::new();
    let with = server.volume_named("with-snapshots").await;
    let id = with["id"].as_str().unwrap();
    let path = format!("/v2/{A}/cloudsnapshots/detail?volume_id={id}");
    let list = server.get(&path).await.json();
    assert_eq!(list["count"], 2);
    assert_eq!(list["snapshots"][0]["volume_id"], id);
    let list = server.get(&(path + "&limit=1")).await.json();
    assert_eq!((list["snapshots"].as_array().unwrap().len(), &list["count"]), (1, &json!(2)));
    let path = format!("/v3/{A}/snapshots/detail?volume_id={SAMPLE}");
    assert_eq!(server.get(&path).await.json(), json!({ "snapshots": [] }));
    let of_b = server.get(&format!("/v2/{B}/cloudsnapshots/detail?volume_id={id}")).await;
    assert_eq!(of_b.json()["count"], 0);
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

/// Of 16 posts at once exactly one gets the volume, even if each goes to a server of its own and
/// all they share is the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_volume_one_transfer() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    let servers: Vec<_> = (0..8).map(|_| Arc::new(Server::with(Some(&file), vec![]))).collect();
    for name in ["data-01", "data-02", "data-03", "数据盘-上海-01", "数据盘-北京-02"] {
        let id = servers[0].volume_named(name).await["id"].as_str().unwrap().to_owned();
        let posts: Vec<_> = (0..16)
            .map(|number| {
                let (server, id) = (servers[number % 8].clone(), id.clone());
                tokio::spawn(async move {
                    let answer = server.create(&id, &number.to_string()).await;
                    (answer.status.as_u16(), answer.json())
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
    assert_eq!(volumes["count"], 24, "the demo volumes are not added twice");
    assert_eq!(again.volume_named("data-01").await["status"], "awaiting-transfer");
}

#[tokio::test]
async fn keys_differ() {
    let server = Server::new();
    let mut keys = BTreeSet::new();
    for name in ["data-01", "data-02", "data-03"] {
        let volume = server.volume_named(name).await;
        let answer = server.create(volume["id"].as_str().unwrap(), "n").await.json();
        keys.insert(answer["transfer"]["auth_key"].to_string());
    }
    assert_eq!(keys.len(), 3);
}

/// Without a declared length the limit still holds, and is told in the same form.
#[tokio::test]
async fn large_slow_and_broken_bodies() {
    let server = Server::new();
    let post = |body: Body| {
        let request = request("POST", &format!("/v2/{A}/os-volume-transfer"))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        server.send(request.body(body).unwrap())
    };
    let chunk = || Ok::<_, io::Error>(vec![b' '; 1000]);
    let large = Body::from_stream(stream::iter((0..115).map(move |_| chunk())));
    let answer = post(large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.json()["code"], "413 Request Entity Too Large");
    let at_the_limit = post(Body::from(vec![b' '; 114_688])).await;
    assert_eq!(at_the_limit.status, StatusCode::BAD_REQUEST);

    let broken = Body::from_stream(stream::iter([chunk(), Err(io::Error::other("gone"))]));
    assert_eq!(post(broken).await.status, StatusCode::BAD_REQUEST);

    tokio::time::pause();
    let slow = Body::from_stream(stream::pending::<Result<Vec<u8>, io::Error>>());
    assert_eq!(post(slow).await.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(server.create(SAMPLE, "still there").await.status, StatusCode::ACCEPTED);
}

/// A path is text from anyone.
#[tokio::test]
async fn odd_paths_are_refused() {
    let server = Server::new();
    for (path, status) in [
        (format!("/v2/{A}/volumes/%ff"), 400),
        (format!("/v2/{A}/volumes/%00"), 404),
        (format!("/v2/{A}/volumes/'%20OR%201=1"), 404),
        (format!("/v2/{A}/volumes/detail?name='%20OR%201=1"), 200),
        (format!("/v2/{A}%2f..%2f{B}/volumes/detail"), 400),
        (format!("/v3/{A}/nothing"), 404),
        ("/v3/".to_owned(), 404),
        ("/v2".to_owned(), 404),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, status, "{path}");
        if status == 200 {
            assert_eq!(answer.json(), json!({ "volumes": [] }));
        }
    }
}
