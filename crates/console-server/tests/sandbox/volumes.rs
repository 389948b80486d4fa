//! Volumes, and their snapshots, backups and backup policies.

use crate::support::{A, B, SAMPLE, Server, TestResponse};
use axum::http::StatusCode;
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<String> {
    let rows = list["volumes"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn paginates_volumes() {
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
        assert_eq!(page["count"], 25, "count includes all pages");
        seen.extend(ids(&page));
        let Some(next) = page["volumes_links"][0]["href"].as_str() else { break };
        path = next.strip_prefix("http://127.0.0.1:8776").unwrap().to_owned();
        assert!(path.contains("limit=10"), "{path}");
    }
    assert_eq!(seen, ids(&all));

    let get = |query: &str| {
        let path = format!("/v2/{A}/volumes/detail?{query}");
        let server = &server;
        async move { server.get(&path).await }
    };
    let message = |response: TestResponse| response.json()["badRequest"]["message"].clone();
    assert_eq!(message(get("limit=abc").await), "limit param must be an integer");
    assert_eq!(message(get("limit=").await), "limit param must be an integer");
    assert_eq!(message(get("limit=-1").await), "limit param must be positive");
    assert_eq!(message(get("limit=0").await), "limit param must be positive");
    assert_eq!(get("limit=1001").await.json()["error"]["code"], "EVS.1023");
    assert_eq!(get("limit=1000").await.status, StatusCode::OK);
    assert_eq!(get("marker=11111111-2222-4333-8444-555555555555").await.status, 404);
}

#[tokio::test]
async fn filters_and_shows_volumes() {
    let server = Server::new();
    let list = server.get(&format!("/v2/{A}/cloudvolumes/detail?status=in-use")).await.json();
    assert_eq!(list["count"], 2);
    let list = server.get(&format!("/v3/{A}/volumes/detail?name=data-01")).await.json();
    assert_eq!(ids(&list), [SAMPLE]);
    assert_eq!(list.get("count"), None);

    // EVS's own path has three additional fields.
    let storage = ["dedicated_storage_id", "dedicated_storage_name", "service_type"];
    let mut cloud = server.get(&format!("/v2/{A}/cloudvolumes/{SAMPLE}")).await.json();
    let plain = server.get(&format!("/v2/{A}/volumes/{SAMPLE}")).await.json();
    assert_eq!(cloud["volume"]["service_type"], "EVS");
    assert_eq!(cloud["volume"]["os-vol-tenant-attr:tenant_id"], A);
    for field in storage {
        cloud["volume"].as_object_mut().unwrap().remove(field).unwrap();
    }
    assert_eq!(cloud, plain);
    let as_b = server.get(&format!("/v3/{B}/volumes/{SAMPLE}")).await;
    assert_eq!(as_b.status, StatusCode::NOT_FOUND);
    let as_b = server.get(&format!("/v3/{B}/volumes/detail")).await.json();
    assert_eq!(as_b["volumes"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn lists_the_snapshots_of_a_volume() {
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
    let as_b = server.get(&format!("/v2/{B}/cloudsnapshots/detail?volume_id={id}")).await;
    assert_eq!(as_b.json()["count"], 0);
}

#[tokio::test]
async fn lists_backups_vaults_and_policies() {
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
        let response = server.get(&path).await;
        assert_eq!(response.header("Openstack-Api-Version"), None);
        let list = response.json();
        let row = json!({ "id": id, "resource_id": id });
        assert_eq!(list, json!({ "backups": vec![row; backups], "count": backups }), "{name}");
        let path = format!("/v3/{A}/vaults?object_type=disk&resource_ids={id}");
        let list = server.get(&path).await.json();
        let row = json!({ "id": id });
        assert_eq!(list, json!({ "vaults": vec![row; vaults], "count": vaults }), "{name}");
        let list = server.get(&format!("/v3/{A}/policies?vault_id={id}")).await.json();
        assert_eq!(list["count"], policies, "{name}");
        assert_eq!(list["policies"].as_array().unwrap().len(), policies, "{name}");

        // Another project sees none of them.
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
