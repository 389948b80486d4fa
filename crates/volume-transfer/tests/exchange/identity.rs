//! The requests to the identity service, the values in them, and the lists that it returns.

use crate::recorded::keystone;
use proptest::prelude::*;
use serde_json::{Value, json};
use volume_transfer::identity::{
    self, ApplicationCredentialRef, ApplicationSecret, BlockStorageVersion, Credentials, DomainRef,
    Identifier, Passcode, Password, PendingSignIn, ProjectRef, Scope, SignIn, SignInMethod, Token,
    Totp, UserRef,
};
use volume_transfer::{FaultKind, IdError, Method, ProjectId, ReadError, Request, Response};

fn identifier(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

fn user(name: &str) -> UserRef {
    UserRef::Name { name: identifier(name), domain: DomainRef::Id(identifier("default")) }
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned()).unwrap()
}

fn project_a() -> Scope {
    Scope::Project(ProjectRef::Name {
        name: identifier("project-a"),
        domain: Some(DomainRef::Id(identifier("default"))),
    })
}

fn project(id: &str) -> Scope {
    Scope::Project(ProjectRef::Id(ProjectId::parse(id).unwrap()))
}

fn with_password(name: &str, scope: &Scope) -> Request {
    let (user, password) = (user(name), password(&format!("secret-{name}")));
    let credentials = Credentials::Password { user: &user, password: &password, totp: None };
    identity::authenticate(credentials, scope)
}

fn pending() -> PendingSignIn {
    let response = Ok(keystone("028").response());
    match identity::decode_sign_in(SignInMethod::Password, &project_a(), response) {
        Ok(SignIn::NeedsPasscode(pending)) => pending,
        _ => panic!("no passcode requested"),
    }
}

/// Checks that a request equals the recorded one.
#[track_caller]
fn assert_sent(part: &str, request: &Request) {
    let recorded = keystone(part);
    let line = format!("{} {} HTTP/1.1", request.method.as_str(), request.path);
    assert_eq!(line, recorded.request_line, "{part}");
    let sent = request.body.as_ref().map(|body| serde_json::from_str::<Value>(body).unwrap());
    assert_eq!(sent, serde_json::from_slice(&recorded.request_body).ok(), "{part}");
    let mut expected = recorded.request_headers;
    expected.retain(|(name, _)| !["Host", "Content-Length", "Connection"].contains(&&**name));
    let headers = request.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(headers.collect::<Vec<_>>(), expected, "{part}");
}

#[test]
fn sends_what_keystone_accepted() {
    assert_sent("002", &with_password("alice", &project_a()));
    assert_sent("003", &with_password("alice", &project("a036b29df55c41939b1f81b1a26dec4b")));
    assert_sent("005", &with_password("alice", &Scope::Unscoped));
    assert_sent("028", &with_password("dave", &project_a()));

    let alice =
        UserRef::Name { name: identifier("alice"), domain: DomainRef::Name(identifier("Default")) };
    let secret = password("secret-alice");
    let credentials = Credentials::Password { user: &alice, password: &secret, totp: None };
    assert_sent("004", &identity::authenticate(credentials, &Scope::Default));

    let (dave, secret) = (user("dave"), password("secret-dave"));
    let passcode = Passcode::parse("093461").unwrap();
    let totp = Totp { user: &dave, passcode: &passcode };
    let credentials = Credentials::Password { user: &dave, password: &secret, totp: Some(totp) };
    assert_sent("031", &identity::authenticate(credentials, &project_a()));
    let passcode = Passcode::parse("842 261").unwrap();
    let totp = Totp { user: &dave, passcode: &passcode };
    let receipt = pending().receipt.unwrap();
    let credentials = Credentials::Passcode { receipt: &receipt, totp };
    assert_sent("030", &identity::authenticate(credentials, &project_a()));
}

#[test]
fn sends_application_credentials_without_a_scope() {
    let secret = ApplicationSecret::new("app-secret".to_owned()).unwrap();
    let id = ApplicationCredentialRef::Id(identifier("70b84b63b8ed4838aa4e860e64a0f619"));
    let name = ApplicationCredentialRef::Name { name: identifier("console"), user: user("alice") };
    for scope in [Scope::Default, Scope::Unscoped, project_a()] {
        for (part, credential) in [("023", &id), ("024", &name)] {
            let credentials = Credentials::ApplicationCredential { credential, secret: &secret };
            assert_sent(part, &identity::authenticate(credentials, &scope));
        }
    }
}

#[test]
fn sends_a_token_as_a_header_or_as_a_credential() {
    let header = |part: &str, name: &str| {
        let headers = keystone(part).request_headers;
        Token::parse(&headers.iter().find(|(header, _)| header == name).unwrap().1).unwrap()
    };
    let unscoped = header("016", "X-Auth-Token");
    assert_sent("016", &identity::projects(&unscoped));
    let scope = project("aea8f9f533184340bbc0ed551576d417");
    assert_sent("019", &identity::authenticate(Credentials::Token(&unscoped), &scope));
    let token = header("032", "X-Auth-Token");
    assert_sent("020", &identity::catalog(&token));
    assert_sent("021", &identity::show_token(&token));
    assert_sent("032", &identity::sign_out(&token));
}

/// IAM's sample requests have a project without a domain, and the user's ID next to the passcode.
#[test]
fn builds_the_iam_sample_requests() {
    let user = UserRef::Name {
        name: identifier("IAMUser"),
        domain: DomainRef::Name(identifier("IAMDomain")),
    };
    let id = UserRef::Id(identifier("7116d09f88fa41908676fdd4b039e95b"));
    let (password, passcode) = (password("IAMPassword"), Passcode::parse("123456").unwrap());
    let totp = Some(Totp { user: &id, passcode: &passcode });
    let credentials = Credentials::Password { user: &user, password: &password, totp };
    let region = ProjectRef::Name { name: identifier("cn-north-1"), domain: None };
    let request = identity::authenticate(credentials, &Scope::Project(region));
    let request = identity::without_catalog(request);
    assert_eq!(request.path, "/v3/auth/tokens?nocatalog=1");
    let body: Value = serde_json::from_str(&request.body.unwrap()).unwrap();
    let expected = json!({ "auth": {
        "identity": {
            "methods": ["password", "totp"],
            "password": { "user": {
                "name": "IAMUser",
                "password": "IAMPassword",
                "domain": { "name": "IAMDomain" },
            } },
            "totp": { "user": {
                "id": "7116d09f88fa41908676fdd4b039e95b",
                "passcode": "123456",
            } },
        },
        "scope": { "project": { "name": "cn-north-1" } },
    } });
    assert_eq!(body, expected);
}

proptest! {
    #[test]
    fn sends_every_character_of_names_and_secrets(
        name in "\\S|\\S[^\\p{Cc}]*\\S",
        secret in "(?s).+",
    ) {
        prop_assume!(name.trim() == name && !name.chars().any(char::is_control));
        let (user, password) = (user(&name), password(&secret));
        let credentials = Credentials::Password { user: &user, password: &password, totp: None };
        let request = identity::authenticate(credentials, &Scope::Default);
        let body: Value = serde_json::from_str(request.body.as_ref().unwrap()).unwrap();
        let sent = &body["auth"]["identity"]["password"]["user"];
        prop_assert_eq!(&sent["name"], &name);
        prop_assert_eq!(&sent["password"], &secret);
    }
}

#[test]
fn debug_output_contains_no_secret() {
    let token = Token::parse("gAAAAABcanary").unwrap();
    let request = identity::sign_out(&token);
    assert_eq!(format!("{request:?}"), "Request { DELETE /v3/auth/tokens, body: [0 bytes] }");
    let request = with_password("alice", &Scope::Default);
    assert!(!format!("{request:?}").contains("secret-alice"));
    let response = Response::new(201, Vec::new()).with_header("X-Subject-Token", "gAAAAABcanary");
    assert_eq!(format!("{response:?}"), "Response { status: 201, body: [0 bytes] }");
}

#[test]
fn validates_user_input() {
    assert_eq!(Identifier::parse(" project（测试） \n").unwrap().as_str(), "project（测试）");
    assert_eq!(Identifier::parse(" \u{3000}\t"), Err(IdError::Empty));
    assert_eq!(Identifier::parse("a\nb"), Err(IdError::Malformed));

    assert_eq!(Password::new(String::new()).err(), Some(IdError::Empty));
    assert_eq!(Password::new(" ".to_owned()).err(), None);
    assert_eq!(ApplicationSecret::new(String::new()).err(), Some(IdError::Empty));

    for valid in ["123456", " 123 456 ", "１２３４５６", "12345678"] {
        assert_eq!(Passcode::parse(valid).err(), None, "{valid}");
    }
    for malformed in ["12345", "123456789", "12345a", "١٢٣٤٥٦"] {
        assert_eq!(Passcode::parse(malformed).err(), Some(IdError::Malformed), "{malformed}");
    }
    assert_eq!(Passcode::parse(" ").err(), Some(IdError::Empty));

    assert_eq!(Token::parse(" \"gAAAAABrCRcO_-=\"\r\n").unwrap().expose(), "gAAAAABrCRcO_-=");
    assert_eq!(Token::parse("").err(), Some(IdError::Empty));
    for malformed in ["a b", "令牌"] {
        assert_eq!(Token::parse(malformed).err(), Some(IdError::Malformed), "{malformed}");
    }
}

#[test]
fn lists_projects_including_disabled_ones() {
    let list = identity::decode_projects(Ok(keystone("016").response())).unwrap();
    let rows: Vec<_> = list.projects.iter().map(|p| (p.label(), p.enabled)).collect();
    assert_eq!(rows, [("closed", false), ("project-b", true), ("project-a", true)]);
    assert_eq!(list.projects[0].domain.id.as_deref(), Some("default"));
    assert_eq!((list.unreadable, list.truncated), (0, false));
}

#[test]
fn skips_and_counts_projects_without_a_valid_id() {
    let body = br#"{"projects":[{"id":"../x","name":"a"},{"name":"b"},{"id":"c"},7],
        "truncated":true}"#;
    let list = identity::decode_projects(Ok(Response::new(200, body.to_vec()))).unwrap();
    assert_eq!(list.projects.len(), 1);
    assert_eq!((list.projects[0].label(), list.projects[0].enabled), ("c", true));
    assert_eq!((list.unreadable, list.truncated), (3, true));

    let paged = br#"{"projects":null,"links":{"next":"https://iam.example/v3?page=2"}}"#;
    let list = identity::decode_projects(Ok(Response::new(200, paged.to_vec()))).unwrap();
    assert!(list.projects.is_empty() && list.truncated);
}

#[test]
fn listing_requires_a_valid_token() {
    for part in ["017", "018", "033"] {
        let error = identity::decode_projects(Ok(keystone(part).response())).unwrap_err();
        assert_eq!(error.kind(), FaultKind::Token, "{part}");
        let error = identity::decode_catalog(Ok(keystone(part).response())).unwrap_err();
        assert_eq!(error.kind(), FaultKind::Token, "{part}");
    }
    let version = identity::decode_projects(Ok(keystone("001").response())).unwrap_err();
    assert!(matches!(version, ReadError::Unreadable(_)));
}

#[test]
fn finds_the_region_in_the_name_of_a_project() {
    for (name, region) in [
        ("cn-north-4", Some("cn-north-4")),
        ("cn-north-4_sub", Some("cn-north-4")),
        ("eu-west-101_a_b", Some("eu-west-101")),
        ("ap-southeast-1", Some("ap-southeast-1")),
        ("MOS", None),
        ("project-1", None),
        ("my_cn-north-4", None),
        ("cn-north-", None),
        ("CN-North-4", None),
    ] {
        let body = json!({ "projects": [{ "id": "a", "name": name }] }).to_string();
        let list = identity::decode_projects(Ok(Response::new(200, body.into()))).unwrap();
        assert_eq!(list.projects[0].region(), region, "{name}");
    }
}

#[test]
fn lists_the_public_endpoints_of_block_storage() {
    let catalog = identity::decode_catalog(Ok(keystone("020").response())).unwrap();
    assert_eq!(catalog.types, ["identity", "block-storage", "volumev3", "volumev2"]);
    assert_eq!(catalog.regions(), ["cn-north-4", "eu-west-101"]);
    assert!(catalog.has_block_storage(Some("eu-west-101")) && catalog.has_block_storage(None));
    assert!(!catalog.has_block_storage(Some("cn-east-3")));
    let endpoints: Vec<_> = catalog
        .endpoints
        .iter()
        .map(|endpoint| (endpoint.region.as_deref(), endpoint.version, endpoint.url.as_str()))
        .collect();
    let url = |region: &str, version: &str| {
        format!("https://evs.{region}.cloud.example/{version}/aea8f9f533184340bbc0ed551576d417")
    };
    let (cn, eu) = (Some("cn-north-4"), Some("eu-west-101"));
    assert_eq!(
        endpoints,
        [
            (cn, BlockStorageVersion::V3, &*url("cn-north-4", "v3")),
            (eu, BlockStorageVersion::V3, &*url("eu-west-101", "v3")),
            (cn, BlockStorageVersion::V2, &*url("cn-north-4", "v2")),
            (eu, BlockStorageVersion::V2, &*url("eu-west-101", "v2")),
        ]
    );
}

#[test]
fn a_catalog_without_block_storage_lists_its_service_types() {
    let body = json!({ "catalog": [
        { "type": "compute", "endpoints": [{ "interface": "public", "url": "https://a" }] },
        { "type": "volumev3", "endpoints": [
            { "interface": "internal", "region": "r", "url": "https://b" },
            { "interface": "public", "region": "r", "url": "javascript:alert(1)" },
            { "interface": "public", "region": "r" },
            7,
        ] },
        { "type": "volumev2", "endpoints": null },
        { "endpoints": [] },
    ] });
    let body = body.to_string();
    let catalog = identity::decode_catalog(Ok(Response::new(200, body.into()))).unwrap();
    assert_eq!(catalog.endpoints, []);
    assert!(!catalog.has_block_storage(None));
    assert_eq!(catalog.types, ["compute", "volumev3", "volumev2"]);
}

#[test]
fn a_single_region_may_have_no_name() {
    let body = br#"{"catalog":[{"type":"volumev3","endpoints":[
        {"interface":"public","region":null,"region_id":null,"url":"http://cinder:8776/v3/p"}]}]}"#;
    let catalog = identity::decode_catalog(Ok(Response::new(200, body.to_vec()))).unwrap();
    assert_eq!(catalog.endpoints.len(), 1);
    assert_eq!(catalog.endpoints[0].region, None);
    assert!(catalog.regions().is_empty());
    assert!(catalog.has_block_storage(Some("cn-north-4")));
}

#[test]
fn signs_out_once_or_twice() {
    assert_eq!(identity::decode_signed_out(Ok(keystone("032").response())), Ok(()));
    assert_eq!(identity::decode_signed_out(Ok(keystone("033").response())), Ok(()));
    let iam = br#"{"error":{"code":404,"message":"X-Subject-Token is invalid in the request"}}"#;
    assert_eq!(identity::decode_signed_out(Ok(Response::new(404, iam.to_vec()))), Ok(()));
}

#[test]
fn a_failed_sign_out_is_an_error() {
    for (status, body) in [
        (404, "<h1>404 Not Found</h1>"),
        (404, r#"{"error":{"code":404,"message":"no identity service: use a token instead"}}"#),
        (401, "<h1>401 Authorization Required</h1>"),
        (200, "<form>Please sign in</form>"),
        (503, ""),
        (0, ""),
    ] {
        let response = Response::new(status, body.into());
        assert!(identity::decode_signed_out(Ok(response)).is_err(), "{status} {body}");
    }
    assert_eq!(Method::Delete, identity::sign_out(&Token::parse("t").unwrap()).method);
}
