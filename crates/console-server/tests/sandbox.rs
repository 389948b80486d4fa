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
async fn volumes_come_in_pages() {
    let server = Server::new();
    let all = server.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    assert_eq!(all["count"], 25);
    assert_eq!(all.get("volumes_links"), None);
    let times: Vec<_> = all["volumes"].as_array().unwrap().iter().collect();
    assert!(times.is_sorted_by_key(|row| std::cmp::Reverse(row["created_at"].to_string())));

    let mut seen = Vec::new();
    let mut path = format!("/v2/{A}/cloudvolumes/detail?limit=10");
    for _ in 0..3 {
        let page = server.get(&path).await.json();
        assert_eq!(page["count"], 25, "paging does not change the count");
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
    assert_eq!(volumes["count"], 25, "the demo volumes are not added twice");
    assert_eq!(again.volume_named("data-01").await["status"], "awaiting-transfer");
}

/// Gives away a volume of A: the id and the key of the transfer, and the volume's id.
async fn transfer(server: &Server, name: &str) -> (String, String, String) {
    let volume = server.volume_named(name).await["id"].as_str().unwrap().to_owned();
    let created = server.create(&volume, "n").await.json();
    let text = |field: &str| created["transfer"][field].as_str().unwrap().to_owned();
    (text("id"), text("auth_key"), volume)
}

/// All that both projects can see.
async fn everything(server: &Server) -> Vec<Value> {
    let mut seen = Vec::new();
    for project in [A, B] {
        for list in ["cloudvolumes", "cloudsnapshots", "os-volume-transfer"] {
            seen.push(server.get(&format!("/v2/{project}/{list}/detail")).await.json());
        }
    }
    seen
}

fn with_version(method: &str, path: &str, version: &str) -> axum::http::request::Builder {
    request(method, path)
        .header("OpenStack-API-Version", format!("volume {version}"))
        .header(header::CONTENT_TYPE, "application/json")
}

#[tokio::test]
async fn a_volume_changes_hands() {
    let server = Server::new();
    let (id, key, volume) = transfer(&server, "data-02").await;
    let path = format!("/v2/{B}/os-volume-transfer/{id}/accept");
    let answer = server.post(&path, json!({ "accept": { "auth_key": key } }).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let record = &answer.json()["transfer"];
    assert_eq!(keys(record), ["id", "links", "name", "volume_id"]);
    let href = format!("http://127.0.0.1:8776/v2/{B}/os-volume-transfer/{id}");
    assert_eq!(record["links"][0]["href"], href);

    let seen = server.get(&format!("/v2/{B}/cloudvolumes/{volume}")).await.json();
    assert_eq!(seen["volume"]["status"], "available");
    assert_eq!(seen["volume"]["os-vol-tenant-attr:tenant_id"], B);
    let list = server.get(&format!("/v2/{B}/cloudvolumes/detail")).await.json();
    assert_eq!(list["count"], 7);
    assert_eq!(server.get(&format!("/v2/{A}/cloudvolumes/{volume}")).await.status, 404);
    let list = server.get(&format!("/v2/{A}/cloudvolumes/detail")).await.json();
    assert_eq!(list["count"], 24);
    for project in [A, B] {
        let list = server.get(&format!("/v2/{project}/os-volume-transfer")).await.json();
        assert_eq!(list["transfers"], json!([]));
    }
    // Neither project can do it once more, and the new owner can give it on.
    assert_eq!(server.accept(B, &id, &key).await.status, 404);
    assert_eq!(server.delete(A, &id).await.status, 404);
    let body = json!({ "transfer": { "volume_id": volume, "name": "back" } }).to_string();
    let back = server.post(&format!("/v3/{B}/os-volume-transfer"), body).await.json();
    let text = |field: &str| back["transfer"][field].as_str().unwrap();
    assert_eq!(server.accept(A, text("id"), text("auth_key")).await.status, 202);
    assert_eq!(server.volume_named("data-02").await["status"], "available");
}

#[tokio::test]
async fn a_transfer_is_cancelled() {
    let server = Server::new();
    let before = everything(&server).await;
    let (id, key, _) = transfer(&server, "data-01").await;
    assert_eq!(server.delete(B, &id).await.status, 404);
    assert_eq!(server.volume_named("data-01").await["status"], "awaiting-transfer");
    let path = format!("/v2/{A}/os-volume-transfer/{id}");
    let answer = server.send(request("DELETE", &path).body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.bytes.len()), (StatusCode::ACCEPTED, 0));
    assert_eq!(answer.header("Openstack-Api-Version"), Some("volume 3.0"));
    let mut after = everything(&server).await;
    for (row, old) in after[0]["volumes"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(before[0]["volumes"].as_array().unwrap())
    {
        if row["name"] == "data-01" {
            assert_ne!(row["updated_at"], old["updated_at"]);
            row["updated_at"] = old["updated_at"].clone();
        }
    }
    assert_eq!(after, before);
    assert_eq!(server.accept(B, &id, &key).await.status, 404);
    assert_eq!(server.create(SAMPLE, "once more").await.status, 202);
}

#[tokio::test]
async fn a_refused_accept_changes_nothing() {
    let server = Server::new();
    let (id, key, _) = transfer(&server, "data-01").await;
    let (large, large_key, _) = transfer(&server, "数据盘-北京-02").await;
    let (huge, huge_key, _) = transfer(&server, "analytics-warehouse").await;
    let before = everything(&server).await;
    for wrong in ["", "0123456789abcdef", &format!("{key} "), key.get(1..).unwrap(), &large_key] {
        assert_eq!(server.accept(B, &id, wrong).await.status, 400, "{wrong}");
    }
    for (id, key) in [(large, large_key), (huge, huge_key)] {
        let answer = server.accept(B, &id, &key).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.header("Retry-After"), Some("0"));
    }
    assert_eq!(everything(&server).await, before);
    assert_eq!(server.accept(B, &id, &key).await.status, 202);
}

/// Wherever in the body the key is, no answer says it.
#[tokio::test]
async fn no_refusal_holds_the_key() {
    let server = Server::new();
    let (id, key, _) = transfer(&server, "data-01").await;
    let path = format!("/v3/{A}/os-volume-transfer/{id}/accept");
    for body in [
        json!({ "accept": { "auth_key": key, "x": key } }),
        json!({ "accept": { "auth_key": [key] } }),
        json!({ "accept": { "auth_key": { "key": key } } }),
        json!({ "accept": { "key": key } }),
        json!({ "accept": [key] }),
        json!({ "accept": key }),
        json!({ "accept": { "auth_key": key }, "x": key }),
        json!({ "auth_key": key }),
        json!([key]),
        json!(key),
        json!({ "accept": { "auth_key": format!("{key}{key}") } }),
    ] {
        let answer = server.post(&path, body.to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        let text = String::from_utf8(answer.bytes).unwrap();
        assert!(!text.contains(&key), "{body}: {text}");
    }
    let answer = server.post(&path, format!("{{{key}")).await;
    assert!(!String::from_utf8(answer.bytes).unwrap().contains(&key));
    for key in [json!(1.5), json!(true), json!({}), json!(-1)] {
        let answer = server.post(&path, json!({ "accept": { "auth_key": key } }).to_string()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(server.accept(A, &id, &key).await.status, 202);
}

/// As for creating: the URL after the body, and the transfer after the schema.
#[tokio::test]
async fn order_of_checks_when_accepting() {
    let server = Server::new();
    let send = |kind: &'static str, token: &'static str, body: &'static str| {
        let path = format!("/v3/{A}/os-volume-transfer/nothing/accept");
        let request = axum::http::Request::post(path)
            .header("X-Auth-Token", token)
            .header(header::CONTENT_TYPE, kind);
        server.send(request.body(Body::from(body)).unwrap())
    };
    let message = |answer: Answer| answer.json()["badRequest"]["message"].clone();
    assert_eq!(send("text/plain", "demo-token-b", "{").await.status, 415);
    let json = "application/json";
    assert_eq!(message(send(json, "demo-token-b", "{").await), "Malformed request body");
    assert_eq!(message(send(json, "demo-token-b", "{}").await), "Malformed request url");
    let schema = message(send(json, "demo-token-a", "{}").await);
    assert_eq!(schema, "'accept' is a required property");
    let body = r#"{"accept": {"auth_key": 1}}"#;
    assert_eq!(send(json, "demo-token-a", body).await.status, 404);
}

/// Of 16 who have the key exactly one gets the volume, over servers that share only the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn one_transfer_one_acceptance() {
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
async fn accepted_or_cancelled() {
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
        // The next round starts with a volume of A, too.
        if owner == B {
            let body = json!({ "transfer": { "volume_id": volume, "name": "back" } }).to_string();
            let back = servers[0].post(&format!("/v3/{B}/os-volume-transfer"), body).await.json();
            let text = |field: &str| back["transfer"][field].as_str().unwrap();
            assert_eq!(servers[0].accept(A, text("id"), text("auth_key")).await.status, 202);
        }
    }
}

/// Without its snapshots a volume can be given away; here they go along.
#[tokio::test]
async fn no_snapshots() {
    let server = Server::new();
    let volume = server.volume_named("with-snapshots").await["id"].as_str().unwrap().to_owned();
    let create = async |version: &str, no_snapshots: bool| {
        let body = json!({
            "transfer": { "volume_id": volume, "name": "n", "no_snapshots": no_snapshots }
        });
        let request = with_version("POST", &format!("/v3/{A}/volume-transfers"), version);
        server.send(request.body(Body::from(body.to_string())).unwrap()).await
    };
    assert_eq!(create("3.54", true).await.status, 400);
    let older = with_version("POST", &format!("/v3/{A}/os-volume-transfer"), "3.55");
    let body = json!({ "transfer": { "volume_id": volume, "no_snapshots": true } });
    let older = server.send(older.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(older.status, 400, "Cinder added it to the newer path only");
    assert_eq!(create("3.55", false).await.status, 400);
    let created = create("3.55", true).await;
    assert_eq!(created.status, 202);
    let created = created.json()["transfer"].take();
    let text = |field: &str| created[field].as_str().unwrap();
    assert_eq!(created["no_snapshots"], true);
    let path = format!("/v3/{A}/volume-transfers/{}", text("id"));
    let shown = server.send(with_version("GET", &path, "3.57").body(Body::empty()).unwrap()).await;
    assert_eq!(shown.json()["transfer"]["no_snapshots"], true);
    assert_eq!(shown.json()["transfer"]["source_project_id"], A);
    let shown = server.get(&path).await.json();
    assert_eq!(keys(&shown["transfer"]), ["created_at", "id", "links", "name", "volume_id"]);
    assert_eq!(server.accept(B, text("id"), text("auth_key")).await.status, 202);
    let list = server.get(&format!("/v2/{B}/cloudsnapshots/detail")).await.json();
    assert_eq!(list["count"], 2);
}

#[tokio::test]
async fn v2_knows_no_microversions() {
    let server = Server::new();
    for version in ["3.57", "3.72", "abc"] {
        let path = format!("/v2/{A}/os-volume-transfer");
        let request = with_version("GET", &path, version).body(Body::empty()).unwrap();
        let answer = server.send(request).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("Openstack-Api-Version"), Some("volume 3.0"));
    }
    for path in ["volume-transfers", "backups", "vaults", "policies"] {
        assert_eq!(server.get(&format!("/v2/{A}/{path}")).await.status, 404, "{path}");
    }
}

/// What is no microversion, and what is one for another service too.
#[tokio::test]
async fn odd_microversions() {
    let server = Server::new();
    for (value, status, answered) in [
        ("compute 2.1, volume 3.55", 200, Some("volume 3.55")),
        (" volume   3.71 ", 200, Some("volume 3.71")),
        ("volume 3.100000", 406, Some("volume 3.100000")),
        ("volume 99999999999.0", 406, Some("volume 99999999999.0")),
        ("volume 0.0", 400, None),
        ("volume 3.", 400, None),
        ("volume 3.05", 400, None),
        ("volume 3.+5", 400, None),
        ("volume", 400, None),
        ("3.55", 400, None),
        ("", 400, None),
    ] {
        let request = request("GET", &format!("/v3/{A}/os-volume-transfer"))
            .header("OpenStack-API-Version", value);
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{value}");
        assert_eq!(answer.header("Openstack-Api-Version"), answered, "{value}");
        assert!(answer.header("X-Compute-Request-Id").is_some(), "{value}");
    }
}

#[tokio::test]
async fn transfers_come_in_pages() {
    let server = Server::new();
    let mut all = Vec::new();
    for name in ["data-01", "data-02", "data-03", "media-cache", "analytics-warehouse"] {
        all.insert(0, transfer(&server, name).await.0);
    }
    let rows = |list: &Value| -> Vec<String> {
        let rows = list["transfers"].as_array().unwrap();
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    // EVS has `limit` and `offset`, and no links.
    for (query, expected) in [
        ("", &all[..]),
        ("?limit=2", &all[..2]),
        ("?limit=2&offset=2", &all[2..4]),
        ("?offset=4", &all[4..]),
        ("?offset=5", &[]),
        ("?limit=2&marker=x", &[]),
    ] {
        let list = server.get(&format!("/v2/{A}/os-volume-transfer/detail{query}")).await.json();
        assert_eq!(rows(&list), expected, "{query}");
        assert_eq!(keys(&list), ["transfers"], "{query}");
    }
    for query in ["offset=-1", "offset=x", "limit=0", "limit=1001"] {
        let answer = server.get(&format!("/v2/{A}/os-volume-transfer?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
    }

    // Cinder has a marker, and on its newer path alone.
    let get = async |path: &str, query: &str, version: &str| {
        let request = with_version("GET", &format!("/v3/{A}/{path}?{query}"), version);
        server.send(request.body(Body::empty()).unwrap()).await
    };
    let (older, newer) = ("os-volume-transfer", "volume-transfers");
    let oldest_first: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(rows(&get(older, "", "3.59").await.json()), oldest_first);
    assert_eq!(rows(&get(newer, "", "3.58").await.json()), oldest_first);
    assert_eq!(rows(&get(newer, "", "3.59").await.json()), all);
    for (path, version) in [(older, "3.59"), (newer, "3.58")] {
        let page = get(path, "limit=2", version).await.json();
        assert_eq!(page, json!({ "transfers": [] }), "{path} {version}");
    }
    for (sort, all) in [("created_at:desc", &all), ("created_at:asc", &oldest_first)] {
        let (mut seen, mut marker) = (Vec::new(), String::new());
        loop {
            let page = get(newer, &format!("limit=2&sort={sort}{marker}"), "3.59").await.json();
            let next = &page["transfers_links"][0]["href"];
            let Some(last) = rows(&page).pop().filter(|_| !next.is_null()) else { break };
            seen.extend(rows(&page));
            marker = format!("&marker={last}");
            let path = format!("/v3/{A}/{older}?limit=2&sort={sort}{marker}");
            assert_eq!(*next, json!(format!("http://127.0.0.1:8776{path}")));
        }
        // The last page has room for one more, and so no link.
        assert_eq!(seen, all[..4]);
    }
    let full = get(newer, "limit=5", "3.59").await.json();
    assert_eq!(rows(&full), all);
    assert!(full.get("transfers_links").is_some(), "a full page may not be the last one");
    // Cinder skips them twice.
    assert_eq!(rows(&get(newer, "offset=1", "3.59").await.json()), all[2..]);
    assert_eq!(rows(&get(newer, "offset=1&limit=1", "3.59").await.json()), [] as [String; 0]);
    for (query, status) in [
        ("limit=0", 200),
        ("limit=1001", 200),
        ("limit=-1", 400),
        ("offset=-1", 400),
        ("sort=name", 400),
        ("sort=created_at:up", 400),
        ("marker=11111111-2222-4333-8444-555555555555", 404),
    ] {
        assert_eq!(get(newer, query, "3.59").await.status, status, "{query}");
    }
}

/// Clients look for the microversions before they ask for anything else.
#[tokio::test]
async fn versions() {
    let server = Server::new();
    let send = async |method: &str, path: &str, token: &str| {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8776")
            .header("X-Auth-Token", token);
        server.send(request.body(Body::empty()).unwrap()).await
    };
    let answer = send("GET", "/v3/", "demo-token-b").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("Openstack-Api-Version"), Some("volume 3.0"));
    let version = answer.json()["versions"][0].take();
    assert_eq!((&version["min_version"], &version["version"]), (&json!("3.0"), &json!("3.71")));
    assert_eq!(version["links"][1]["href"], "http://127.0.0.1:8776/v3/");
    let moved = send("GET", "/v3", "demo-token-b").await;
    assert_eq!(moved.status, StatusCode::FOUND);
    assert_eq!(moved.header("Location"), Some("http://127.0.0.1:8776/v3/"));
    for path in ["/v3/", "/v3"] {
        assert_eq!(send("GET", path, "nope").await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

/// The token says whose a transfer is, so a path need not.
#[tokio::test]
async fn a_path_may_leave_the_project_out() {
    let server = Server::new();
    let body = json!({ "transfer": { "volume_id": SAMPLE } });
    let created = server.post("/v3/volume-transfers", body.to_string()).await;
    assert_eq!(created.status, StatusCode::ACCEPTED);
    let created = created.json()["transfer"].take();
    let id = created["id"].as_str().unwrap();
    let links = [format!("/v3/os-volume-transfer/{id}"), format!("/os-volume-transfer/{id}")];
    for (link, path) in created["links"].as_array().unwrap().iter().zip(links) {
        assert_eq!(link["href"], format!("http://127.0.0.1:8776{path}"));
    }
    for path in ["/v3/os-volume-transfer", "/v3/volume-transfers/detail"] {
        assert_eq!(server.get(path).await.json()["transfers"][0]["id"], id, "{path}");
    }
    let volume = server.get(&format!("/v3/volumes/{SAMPLE}")).await.json();
    assert_eq!(volume["volume"]["status"], "awaiting-transfer");
    // EVS does not say so.
    assert_eq!(server.get("/v2/os-volume-transfer").await.status, StatusCode::NOT_FOUND);
}

/// Methods that Cinder's router has its own ideas of.
#[tokio::test]
async fn methods() {
    let server = Server::new();
    let list = format!("/v3/{A}/os-volume-transfer");
    let record = format!("{list}/nothing");
    for (method, path, status, kind) in [
        ("HEAD", &list, 404, Some("text/html; charset=UTF-8")),
        ("OPTIONS", &list, 200, None),
        ("PUT", &list, 404, Some("application/json")),
        ("PUT", &record, 404, Some("application/json")),
        ("PATCH", &record, 404, Some("application/json")),
    ] {
        let answer = server.send(request(method, path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("Content-Type"), kind, "{method} {path}");
        assert!(answer.header("X-Openstack-Request-Id").is_some(), "{method} {path}");
        let routed = answer.header("Openstack-Api-Version").is_some();
        assert_eq!(routed, method == "PUT" && *path == record, "{method} {path}");
    }
    let preflight = axum::http::Request::options(&list).body(Body::empty()).unwrap();
    assert_eq!(server.send(preflight).await.status, StatusCode::OK, "browsers send no token");
}

#[tokio::test]
async fn backups_vaults_and_policies() {
    let server = Server::new();
    for (name, backups, vaults, policies) in [
        ("data-01", 0, 0, 0),
        ("with-backups", 1, 1, 0),
        ("policy-protected", 0, 1, 1),
        ("vault-policy", 0, 1, 1),
    ] {
        let id = server.volume_named(name).await["id"].as_str().unwrap().to_owned();
        let id = id.as_str();
        let of_volume = "resource_type=OS::Cinder::Volume&limit=1";
        let path = format!("/v3/{A}/backups?resource_id={id}&{of_volume}");
        let answer = server.get(&path).await;
        assert_eq!(answer.header("Openstack-Api-Version"), None);
        let list = answer.json();
        let row = json!({ "id": id, "resource_id": id });
        assert_eq!(list, json!({ "backups": vec![row; backups], "count": backups }), "{name}");
        let path = format!("/v3/{A}/vaults?object_type=disk&resource_ids={id}");
        let list = server.get(&path).await.json();
        let row = json!({ "id": id });
        assert_eq!(list, json!({ "vaults": vec![row; vaults], "count": vaults }), "{name}");
        let list = server.get(&format!("/v3/{A}/policies?vault_id={id}")).await.json();
        assert_eq!(list["count"], policies, "{name}");
        assert_eq!(list["policies"].as_array().unwrap().len(), policies, "{name}");

        // Of another project's volume there is nothing.
        for path in [
            format!("/v3/{B}/backups?resource_id={id}&{of_volume}"),
            format!("/v3/{B}/vaults?object_type=disk&resource_ids={id}"),
            format!("/v3/{B}/policies?vault_id={id}"),
        ] {
            assert_eq!(server.get(&path).await.json()["count"], 0, "{path}");
        }
    }
    assert_eq!(server.get(&format!("/v3/{A}/vaults?limit=1")).await.json()["count"], 4);
}

#[test]
fn an_older_sandbox_is_refused() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.db");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 1).unwrap();
    let error = console_server::sandbox::router(Some(&file)).unwrap_err().to_string();
    assert!(error.ends_with("it is of an older sandbox: use a new file"), "{error}");
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
    assert_eq!(answer.json()["message"], "Request is too large.<br /><br />\n\n\n");
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
        ("/v2".to_owned(), 404),
    ] {
        let answer = server.get(&path).await;
        assert_eq!(answer.status, status, "{path}");
        if status == 200 {
            assert_eq!(answer.json(), json!({ "volumes": [] }));
        }
    }
}
