//! The responses to signing in.

use crate::recorded::{Recorded, keystone};
use proptest::prelude::*;
use serde_json::json;
use volume_transfer::identity::{
    DomainRef, Identifier, PendingSignIn, ProjectRef, Rejection, Scope, Session, SignIn,
    SignInError, SignInMethod, UnscopedSession, decode_sign_in,
};
use volume_transfer::{FaultKind, ProjectId, ReadError, Response, TransportError};

const PROJECT_A: &str = "aea8f9f533184340bbc0ed551576d417";
const PROJECT_B: &str = "a036b29df55c41939b1f81b1a26dec4b";
const METHODS: [SignInMethod; 5] = [
    SignInMethod::Password,
    SignInMethod::PasswordAndPasscode,
    SignInMethod::Passcode,
    SignInMethod::ApplicationCredential,
    SignInMethod::Token,
];

fn by_id(id: &str) -> Scope {
    Scope::Project(ProjectRef::Id(ProjectId::parse(id).unwrap()))
}

fn by_name(name: &str, domain: Option<DomainRef>) -> Scope {
    Scope::Project(ProjectRef::Name { name: Identifier::parse(name).unwrap(), domain })
}

fn domain_id(id: &str) -> Option<DomainRef> {
    Some(DomainRef::Id(Identifier::parse(id).unwrap()))
}

fn domain_name(name: &str) -> Option<DomainRef> {
    Some(DomainRef::Name(Identifier::parse(name).unwrap()))
}

fn recorded(part: &str) -> Recorded {
    let mut found = keystone(part);
    assert_eq!(found.len(), 1, "recordings that match {part}");
    found.remove(0)
}

fn decode(part: &str, method: SignInMethod, scope: &Scope) -> Result<SignIn, SignInError> {
    decode_sign_in(method, scope, Ok(recorded(part).response()))
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

/// Returns the error of a response whose body is JSON.
#[track_caller]
fn refused(method: SignInMethod, scope: &Scope, status: u16, body: &str) -> SignInError {
    let response = Response::new(status, body.into());
    match decode_sign_in(method, scope, Ok(response)) {
        Err(error) => error,
        Ok(_) => panic!("accepted {body}"),
    }
}

fn error(message: &str) -> String {
    json!({ "error": { "code": 0, "message": message } }).to_string()
}

#[test]
fn reads_every_recorded_token_of_a_project() {
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
        let header = recorded(part).response().header("x-subject-token").map(str::to_owned);
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
fn asks_for_the_passcode_even_if_the_receipts_header_was_withheld() {
    let response = Response::new(401, recorded("028").body);
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
fn tells_the_recorded_rejections_apart() {
    let a = by_id(PROJECT_A);
    for (part, method, scope, rejection) in [
        ("007", SignInMethod::Password, &Scope::Default, Rejection::Credentials),
        ("008", SignInMethod::Password, &Scope::Unscoped, Rejection::Credentials),
        ("009", SignInMethod::Password, &Scope::Default, Rejection::Credentials),
        ("010", SignInMethod::Password, &Scope::Default, Rejection::Credentials),
        ("011", SignInMethod::Password, &a, Rejection::CredentialsOrProject),
        ("012", SignInMethod::Password, &a, Rejection::CredentialsOrProject),
        ("013", SignInMethod::Password, &a, Rejection::CredentialsOrProject),
        ("014", SignInMethod::Password, &a, Rejection::Malformed),
        ("015", SignInMethod::Token, &a, Rejection::Malformed),
        ("017", SignInMethod::Token, &a, Rejection::TokenOrProject),
        ("033", SignInMethod::Token, &Scope::Default, Rejection::Token),
        ("025", SignInMethod::ApplicationCredential, &a, Rejection::ApplicationSecret),
        ("026", SignInMethod::ApplicationCredential, &a, Rejection::ApplicationCredential),
        ("027", SignInMethod::ApplicationCredential, &a, Rejection::ApplicationSecret),
        ("029", SignInMethod::Passcode, &a, Rejection::Passcode),
        ("029", SignInMethod::PasswordAndPasscode, &a, Rejection::CredentialsOrPasscode),
    ] {
        match decode(part, method, scope) {
            Err(SignInError::Rejected(found, fault)) => {
                assert_eq!(found, rejection, "{part}");
                assert_eq!(fault.status, recorded(part).status, "{part}");
                assert!(fault.message.is_some() && fault.request_id.is_some(), "{part}");
            }
            Err(error) => panic!("{part}: {error:?}"),
            Ok(_) => panic!("{part}: accepted"),
        }
    }
}

/// The codes of IAM's 错误码 page, in both of its envelopes.
#[test]
fn tells_the_rejections_of_iam_apart() {
    let region = by_name("cn-north-4", None);
    for (status, code, code_of_error) in [
        (400, "IAM.0011", "malformed"),
        (400, "IAM.1061", "passcode"),
        (400, "IAM.1101", "malformed"),
        (400, "IAM.1109", "project"),
        (401, "IAM.0001", "credentials_or_project"),
        (401, "IAM.0061", "locked"),
        (401, "IAM.0062", "credentials"),
        (401, "IAM.0066", "token"),
        (403, "IAM.0002", "forbidden"),
        (403, "IAM.0081", "console_only"),
        (403, "IAM.0082", "forbidden"),
        (429, "IAM.0012", "busy"),
        (500, "IAM.0006", "server"),
    ] {
        for body in [
            json!({ "error_msg": "m", "error_code": code }),
            json!({ "error": { "code": code, "message": "m", "title": "t" } }),
        ] {
            let error = refused(SignInMethod::Password, &region, status, &body.to_string());
            assert_eq!(error.code(), code_of_error, "{status} {body}");
            let fault = error.fault().unwrap();
            assert_eq!(fault.code.as_deref(), Some(code));
            assert_eq!(fault.message.as_deref(), Some("m"));
        }
    }
    let words = error("The username or password is wrong.");
    let error = refused(SignInMethod::Password, &region, 401, &words);
    assert_eq!(error.code(), "credentials");
}

#[test]
fn reads_what_keystone_says_about_locked_users_and_passwords() {
    for (message, code) in [
        ("The account is locked for user: 4a26a6e9.", "locked"),
        ("The password is expired and needs to be changed for user: 4a26.", "password_expired"),
    ] {
        let error = refused(SignInMethod::Password, &Scope::Default, 401, &error(message));
        assert_eq!(error.code(), code);
    }
}

#[test]
fn an_expired_receipt_is_not_a_wrong_passcode() {
    let message = error("Could not find auth receipt: gAAAAABrCRcU4JY7q.");
    let error = refused(SignInMethod::Passcode, &Scope::Default, 404, &message);
    assert_eq!(error.code(), "receipt");
    assert!(!error.to_string().contains("gAAAAABrCRcU4JY7q"));
}

#[test]
fn failures_of_the_network_or_a_proxy_are_no_rejections() {
    for (status, body, code) in [
        (401, "<h1>401 Authorization Required</h1>", "blocked"),
        (403, "<h1>Forbidden</h1>", "blocked"),
        (404, "<h1>404 Not Found</h1>", "address"),
        (404, &error("not found"), "address"),
        (405, "", "address"),
        (429, &error("slow down"), "busy"),
        (431, "", "token_too_long"),
        (502, "<h1>Bad Gateway</h1>", "server"),
        (0, "", "address"),
        (302, "", "address"),
        (204, "", "address"),
        (200, "<html></html>", "address"),
        (201, r#"{"token":{}}"#, "address"),
    ] {
        let error = refused(SignInMethod::Password, &Scope::Default, status, body);
        assert!(matches!(error, SignInError::Failed(_)), "{status} {body}: {error:?}");
        assert_eq!(error.code(), code, "{status} {body}");
    }
    for lost in TransportError::ALL {
        let outcome = decode_sign_in(SignInMethod::Token, &Scope::Default, Err(lost));
        let error = SignInError::Failed(ReadError::NoResponse(lost));
        assert_eq!(outcome.err(), Some(error));
    }
}

#[test]
fn a_401_without_a_body_is_a_rejection() {
    let error = refused(SignInMethod::Password, &Scope::Default, 401, "");
    assert_eq!(error.code(), "credentials");
}

#[test]
fn requires_a_token_that_a_header_can_carry() {
    let body = recorded("002").body;
    for token in ["", "a b", "令牌", "a\r\nb"] {
        let response = Response::new(201, body.clone()).with_header("X-Subject-Token", token);
        let outcome = decode_sign_in(SignInMethod::Password, &Scope::Default, Ok(response));
        let error = outcome.err().unwrap();
        assert_eq!(error.code(), "address", "{token:?}");
    }
}

/// IAM's sample of a response without a catalog contains an empty one.
#[test]
fn reads_the_sample_of_iam() {
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

#[test]
fn codes_of_rejections_are_stable_and_distinct() {
    let mut codes = Rejection::ALL.map(Rejection::code).to_vec();
    assert_eq!(codes.join(" "), CODES);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Rejection::ALL.len());
}

const CODES: &str = "credentials credentials_or_project credentials_or_passcode passcode receipt \
    unsupported_factor application_secret application_credential token token_or_project project \
    password_expired locked console_only forbidden malformed";

#[test]
fn displays_errors() {
    let a = by_id(PROJECT_A);
    let text = |part, method, scope: &Scope| decode(part, method, scope).err().unwrap().to_string();
    assert_eq!(
        text("007", SignInMethod::Password, &a),
        "the sign-in was rejected: the server returned 401 401: \
         The request you have made requires authentication."
    );
    assert_eq!(text("005", SignInMethod::Password, &a), "the token isn't for a project");
    assert_eq!(text("003", SignInMethod::Password, &a), "the token is for the project project-b");
    let lost = SignInError::Failed(ReadError::NoResponse(TransportError::Timeout));
    assert_eq!(lost.to_string(), "no response arrived in time");
    assert_eq!(lost.fault(), None);
}

#[test]
fn an_apostrophe_is_no_quote() {
    let message = "Policy doesn't allow identity:authenticate to be performed.";
    let refusal = refused(SignInMethod::Password, &Scope::Default, 403, &error(message));
    assert_eq!(refusal.fault().unwrap().message.as_deref(), Some(message));
}

fn quotes_request(canary: &str) -> [String; 6] {
    let request =
        json!({ "auth": { "identity": { "password": { "user": { "password": canary } } } } });
    [
        error(&format!("Invalid input for field 'password'. The value is '{canary}'.")),
        error(&format!("{{'user': {{'password': '{canary}'}}}} is not valid")),
        json!({ "error_code": "IAM.0073", "error_msg": format!("Value: \"{canary}\"") })
            .to_string(),
        format!("<h1>Traceback</h1><pre>{request}</pre>"),
        error(&request.to_string()),
        // A long message is truncated within a quote.
        error(&format!("{}'a' is not u'{canary}'", "x ".repeat(480))),
    ]
}

proptest! {
    /// A password has no shape by which it could be recognized, so quoted text is removed.
    #[test]
    fn no_error_contains_a_quoted_password(
        canary in "canary[a-z'\"{}\\[\\] ]{0,20}yranac",
        status in prop::sample::select(vec![200, 201, 400, 401, 403, 404, 422, 500, 502]),
        method in prop::sample::select(METHODS.to_vec()),
    ) {
        for body in quotes_request(&canary) {
            let response = Response::new(status, body.clone().into());
            let error = decode_sign_in(method, &Scope::Default, Ok(response)).err().unwrap();
            let shown = format!("{error:?} {error}");
            prop_assert!(!shown.contains("canary") && !shown.contains("yranac"), "{} {}", body, shown);
        }
    }

    #[test]
    fn every_error_keeps_status_and_request_id(
        status in 0_u16..600,
        body in prop::collection::vec(any::<u8>(), 0..200),
        method in prop::sample::select(METHODS.to_vec()),
    ) {
        let response = Response::new(status, body).with_header("X-Request-Id", "req-1");
        let error = decode_sign_in(method, &by_id(PROJECT_A), Ok(response)).err().unwrap();
        let fault = error.fault().unwrap();
        prop_assert_eq!(fault.status, status);
        prop_assert_eq!(fault.request_id.as_deref(), Some("req-1"));
        let codes = FaultKind::ALL.map(FaultKind::code);
        let rejections = Rejection::ALL.map(Rejection::code);
        prop_assert!(codes.contains(&error.code()) || rejections.contains(&error.code()));
    }
}
