//! Sign-in responses that report success or ask for a passcode.

use crate::recorded::keystone;
use serde_json::json;
use volume_transfer::identity::{
    DomainRef, Identifier, PendingSignIn, ProjectRef, Scope, Session, SignIn, SignInError,
    SignInMethod, UnscopedSession, decode_sign_in,
};
use volume_transfer::{ProjectId, Response};

pub(crate) const PROJECT_A: &str = "aea8f9f533184340bbc0ed551576d417";
const PROJECT_B: &str = "a036b29df55c41939b1f81b1a26dec4b";

pub(crate) fn by_id(id: &str) -> Scope {
    Scope::Project(ProjectRef::Id(ProjectId::parse(id).unwrap()))
}

pub(crate) fn by_name(name: &str, domain: Option<DomainRef>) -> Scope {
    Scope::Project(ProjectRef::Name { name: Identifier::parse(name).unwrap(), domain })
}

fn domain_id(id: &str) -> Option<DomainRef> {
    Some(DomainRef::Id(Identifier::parse(id).unwrap()))
}

fn domain_name(name: &str) -> Option<DomainRef> {
    Some(DomainRef::Name(Identifier::parse(name).unwrap()))
}

pub(crate) fn decode(
    part: &str,
    method: SignInMethod,
    scope: &Scope,
) -> Result<SignIn, SignInError> {
    decode_sign_in(method, scope, Ok(keystone(part).response()))
}

#[track_caller]
fn scoped(sign_in: Result<SignIn, SignInError>) -> Session {
    match sign_in {
        Ok(SignIn::Scoped(session)) => *session,
        Ok(SignIn::Unscoped(_)) => panic!("unscoped"),
        Ok(SignIn::NeedsPasscode(_)) => panic!("needs a passcode"),
        Err(error) => panic!("{error:?}"),
    }
}

#[track_caller]
fn unscoped(sign_in: Result<SignIn, SignInError>) -> UnscopedSession {
    match sign_in {
        Ok(SignIn::Unscoped(session)) => session,
        Ok(SignIn::Scoped(_)) => panic!("scoped"),
        Ok(SignIn::NeedsPasscode(_)) => panic!("needs a passcode"),
        Err(error) => panic!("{error:?}"),
    }
}

#[track_caller]
fn pending(sign_in: Result<SignIn, SignInError>) -> PendingSignIn {
    match sign_in {
        Ok(SignIn::NeedsPasscode(pending)) => pending,
        Ok(_) => panic!("signed in"),
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn reads_every_recorded_token_for_a_project() {
    for (part, method, user, project) in [
        ("002", SignInMethod::Password, "alice", PROJECT_A),
        ("003", SignInMethod::Password, "alice", PROJECT_B),
        ("004", SignInMethod::Password, "alice", PROJECT_A),
        ("019", SignInMethod::Token, "alice", PROJECT_A),
        ("021", SignInMethod::Token, "alice", PROJECT_A),
        ("023", SignInMethod::ApplicationCredential, "alice", PROJECT_A),
        ("024", SignInMethod::ApplicationCredential, "alice", PROJECT_A),
        ("030", SignInMethod::Passcode, "dave", PROJECT_A),
        ("031", SignInMethod::PasswordAndPasscode, "dave", PROJECT_A),
    ] {
        let session = scoped(decode(part, method, &by_id(project)));
        let header = keystone(part).response().header("x-subject-token").map(str::to_owned);
        assert_eq!(Some(session.token.expose().to_owned()), header, "{part}");
        assert_eq!(session.user.name.as_deref(), Some(user), "{part}");
        assert_eq!(session.user.domain.name.as_deref(), Some("Default"), "{part}");
        assert_eq!(session.project.id.as_str(), project, "{part}");
        assert!(session.project.enabled, "{part}");
        let mut roles = session.roles;
        roles.sort();
        assert_eq!(roles, ["member", "reader"], "{part}");
        let expires_at = session.expires_at.unwrap();
        assert!(expires_at.starts_with("2026-11-28T05:37:"), "{part}: {expires_at}");
        assert!(expires_at.ends_with(".000000"), "{part}: {expires_at}");
        assert_eq!(session.catalog.unwrap().regions(), ["cn-north-4", "eu-west-101"], "{part}");
    }
}

#[test]
fn a_token_without_a_project_is_unscoped() {
    for part in ["005", "006"] {
        let session = unscoped(decode(part, SignInMethod::Password, &Scope::Unscoped));
        assert_eq!(session.user.id.as_deref(), Some("4a26a6e9f5fc46fe901b2512e0edb783"), "{part}");
        assert!(session.token.expose().starts_with("gAAAAAB"), "{part}");
        assert!(session.expires_at.unwrap().starts_with("2026-11-28T05:37:"), "{part}");
    }
}

#[test]
fn a_token_for_another_project_is_an_error() {
    let other = |part: &str, scope: &Scope| match decode(part, SignInMethod::Password, scope) {
        Err(SignInError::OtherProject(project)) => project,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("accepted a token for another project"),
    };
    assert_eq!(other("002", &by_id(PROJECT_B)).as_deref(), Some("project-a"));
    assert_eq!(other("002", &by_name("project-b", None)).as_deref(), Some("project-a"));
    let elsewhere = by_name("project-a", domain_id("other"));
    assert_eq!(other("002", &elsewhere).as_deref(), Some("project-a"));
    let elsewhere = by_name("project-a", domain_name("Other"));
    assert_eq!(other("002", &elsewhere).as_deref(), Some("project-a"));
    assert_eq!(other("005", &by_id(PROJECT_A)), None);
    assert_eq!(other("006", &by_name("project-a", None)), None);
}

#[test]
fn compares_names_as_keystones_database_does() {
    for scope in [
        by_name("project-a", None),
        by_name("Project-A", domain_name("default")),
        by_name("project-a", domain_id("default")),
        Scope::Default,
        Scope::Unscoped,
    ] {
        scoped(decode("002", SignInMethod::Password, &scope));
    }
}

#[test]
fn asks_for_the_passcode_with_a_receipt() {
    let sign_in = decode("028", SignInMethod::Password, &by_name("project-a", None));
    let pending = pending(sign_in);
    assert!(pending.receipt.is_some());
    assert_eq!(pending.expires_at.as_deref(), Some("2026-11-27T05:42:24.000000"));
    assert_eq!(pending.user.id.as_deref(), Some("d9bdf2c6b87741c69bdb155b095232cd"));
}

#[test]
fn asks_for_the_passcode_even_if_the_receipt_header_was_withheld() {
    let response = Response::new(401, keystone("028").body);
    let pending = pending(decode_sign_in(SignInMethod::Password, &Scope::Default, Ok(response)));
    assert!(pending.receipt.is_none());
}

#[test]
fn a_passcode_is_requested_only_if_it_suffices() {
    for (required, suffices) in [
        (json!([["password", "totp"]]), true),
        (json!([["password", "x509"], ["totp", "password"]]), true),
        (json!([]), true),
        (json!(null), true),
        (json!([["password", "totp", "x509"]]), false),
        (json!([["password", "mapped"]]), false),
    ] {
        let body =
            json!({ "receipt": { "methods": ["password"] }, "required_auth_methods": required });
        let nested = json!({
            "receipt": { "methods": ["password"], "required_auth_methods": required },
        });
        for body in [body, nested] {
            let response = Response::new(401, body.to_string().into())
                .with_header("Openstack-Auth-Receipt", "gAAAAABreceipt");
            match decode_sign_in(SignInMethod::Password, &Scope::Default, Ok(response)) {
                Ok(SignIn::NeedsPasscode(_)) => assert!(suffices, "{body}"),
                Ok(_) => panic!("signed in"),
                Err(error) => {
                    assert!(!suffices, "{body}");
                    assert_eq!(error.code(), "unsupported_factor");
                }
            }
        }
    }
}

#[test]
fn requires_a_token_that_a_header_can_carry() {
    let body = keystone("002").body;
    for token in ["", "a b", "令牌", "a\r\nb"] {
        let response = Response::new(201, body.clone()).with_header("X-Subject-Token", token);
        let outcome = decode_sign_in(SignInMethod::Password, &Scope::Default, Ok(response));
        let error = outcome.err().unwrap();
        assert_eq!(error.code(), "address", "{token:?}");
    }
}

#[test]
fn signs_in_only_on_success() {
    let signed_in = |status: u16| {
        let response =
            Response::new(status, keystone("002").body).with_header("X-Subject-Token", "gAAAAAB");
        decode_sign_in(SignInMethod::Password, &Scope::Default, Ok(response)).is_ok()
    };
    assert!(signed_in(200) && signed_in(201));
    for status in [0, 100, 300, 302, 400, 401, 500] {
        assert!(!signed_in(status), "{status}");
    }
}

/// IAM's sample response to a request with `nocatalog` contains an empty catalog.
#[test]
fn reads_the_iam_sample_response() {
    let body = json!({ "token": {
        "catalog": [],
        "expires_at": "2020-01-04T09:05:22.701000Z",
        "issued_at": "2020-01-03T09:05:22.701000Z",
        "methods": ["password"],
        "project": {
            "domain": { "id": "d78cbac186b744899480f25bd022f468", "name": "IAMDomain" },
            "id": "aa2d97d7e62c4b7da3ffdfc11551f878",
            "name": "cn-north-1",
        },
        "roles": [{ "id": "0", "name": "te_admin" }],
        "user": {
            "domain": { "id": "d78cbac186b744899480f25bd022f468", "name": "IAMDomain" },
            "id": "7116d09f88fa41908676fdd4b039e95b",
            "name": "IAMUser",
            "password_expires_at": "",
        },
    } });
    let token = format!("MIIatAYJKoZIhvcNAQcCoIIapTCCGqECAQExDTALB{}", "A".repeat(6_000));
    let response =
        Response::new(201, body.to_string().into()).with_header("X-Subject-Token", &token);
    let scope = by_name("cn-north-1", domain_name("IAMDomain"));
    let session = scoped(decode_sign_in(SignInMethod::Password, &scope, Ok(response)));
    assert_eq!(session.token.expose(), token);
    assert_eq!(session.expires_at.as_deref(), Some("2020-01-04T09:05:22.701000"));
    assert_eq!(session.project.region(), Some("cn-north-1"));
    assert!(session.catalog.is_none());
}
