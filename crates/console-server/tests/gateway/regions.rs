//! Several regions, each with its own endpoint.

use crate::support::fake::{Fake, ok};
use crate::support::{Server, request};
use crate::{check_error, detail, services};
use axum::body::Body;
use console_server::Api;
use console_server::gateway::{Endpoint, RegionEndpoint, Services};
use serde_json::json;

async fn gateway(endpoints: &[String]) -> Server {
    let volumes = endpoints.iter().map(|endpoint| endpoint.parse().unwrap()).collect();
    Server::of(Api::Gateway(Services { volumes, ..services("http://unused") }), Vec::new())
}

#[tokio::test]
async fn a_request_goes_to_the_endpoint_of_its_region() {
    let north = Fake::with(|_| ok("", "\"north\"")).await;
    let south = Fake::with(|_| ok("", "\"south\"")).await;
    let gateway = gateway(&[
        format!("cn-north-4={}", north.url()),
        format!("cn-south-1={}/volume/v3", south.url()),
    ])
    .await;
    for (prefix, expected) in
        [("", "north"), ("/regions/cn-north-4", "north"), ("/regions/cn-south-1", "south")]
    {
        let response = gateway.get(&format!("{prefix}{}?limit=1", detail())).await;
        assert_eq!((response.status.as_u16(), response.json()), (200, json!(expected)), "{prefix}");
    }
    assert_eq!(south.requests()[0].line, format!("GET /volume{}?limit=1 HTTP/1.1", detail()));
    let config = gateway.get("/console.json").await.json();
    assert_eq!(config["regions"], json!(["cn-north-4", "cn-south-1"]));
    assert_eq!(config["identity"], json!(false));
}

#[tokio::test]
async fn rejects_unknown_regions_and_paths_that_the_page_never_requests() {
    let fake = Fake::with(|_| ok("", "{}")).await;
    let gateway = gateway(&[format!("cn-north-4={}", fake.url())]).await;
    for region in ["cn-north-1", "", "CN-NORTH-4", "cn-north%2d4"] {
        let response = gateway.get(&format!("/regions/{region}{}", detail())).await;
        check_error(&response, 404, "no endpoint in this region");
        assert_eq!(response.json()["code"], "gateway.unknown_region");
    }
    for path in [
        "/regions",
        "/regions/",
        "/regions/cn-north-4",
        "/regions/cn-north-4/v3/",
        "/regions/cn-north-4/identity/v3/auth/projects",
        "/regions/cn-north-4/../v3/auth/projects",
        &format!("/regions/cn-north-4/regions/cn-north-4{}", detail()),
    ] {
        check_error(&gateway.get(path).await, 404, "does not forward");
    }
    let request = request("PUT", &format!("/regions/cn-north-4{}", detail()));
    let response = gateway.send(request.body(Body::empty()).unwrap()).await;
    check_error(&response, 404, "does not forward");
    assert_eq!(fake.requests().len(), 0);
}

#[tokio::test]
async fn errors_name_the_region() {
    let fake = Fake::with(|_| vec![]).await;
    let closed = "http://127.0.0.1:1";
    let gateway = gateway(&[format!("a={}", fake.url()), format!("b={closed}")]).await;
    let response = gateway.get(&format!("/regions/b{}", detail())).await;
    check_error(&response, 502, "the b endpoint could not be reached");
}

#[test]
fn parses_an_endpoint_with_or_without_a_region() {
    let endpoint: Endpoint = "https://host/volume".parse().unwrap();
    for (text, region) in [
        ("https://host/volume/v3", None),
        ("https://host/volume?x=y", None),
        ("RegionOne=https://host/volume", Some("RegionOne")),
        (" cn-east-3 = https://host/volume ", Some("cn-east-3")),
        ("a.b_c=https://host/volume?x=y", Some("a.b_c")),
    ] {
        let expected =
            RegionEndpoint { region: region.map(str::to_owned), endpoint: endpoint.clone() };
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    for text in ["=https://a", "..=https://a", "a/b=https://a", "a b=https://a", "r=", "r=host"] {
        assert!(text.parse::<RegionEndpoint>().is_err(), "{text}");
    }
}
