//! Sign-in errors.

use crate::recorded::keystone;
use crate::sign_in::{PROJECT_A, by_id, by_name, decode};
use proptest::prelude::*;
use serde_json::json;
use volume_transfer::identity::{Rejection, Scope, SignInError, SignInMethod, decode_sign_in};
use volume_transfer::{FaultKind, ReadError, Response, TransportError};

const METHODS: [SignInMethod; 5] = [
    SignInMethod::Password,
    SignInMethod::PasswordAndPasscode,
    SignInMethod::Passcode,
    SignInMethod::ApplicationCredential,
    SignInMethod::Token,
];

/// Returns the error for a response with this status and body.
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
                assert_eq!(fault.status, keystone(part).status, "{part}");
                assert!(fault.message.is_some() && fault.request_id.is_some(), "{part}");
            }
            Err(error) => panic!("{part}: {error:?}"),
            Ok(_) => panic!("{part}: accepted"),
        }
    }
}

/// The codes on IAM's error codes page (错误码), in both of IAM's envelopes.
#[test]
fn tells_iam_rejections_apart() {
    let region = by_name("cn-north-4", None);
    for (status, code, expected) in [
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
            assert_eq!(error.code(), expected, "{status} {body}");
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
fn recognizes_keystone_messages_about_locked_users_and_expired_passwords() {
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
fn an_unknown_token_is_not_an_unknown_path() {
    for message in ["X-Subject-Token is invalid in the request", "Could not find token: gAAAA."] {
        let error = refused(SignInMethod::Token, &Scope::Default, 404, &error(message));
        assert_eq!(error.code(), "token", "{message}");
    }
}

#[test]
fn network_and_proxy_failures_are_not_rejections() {
    for (status, body, code) in [
        (401, "<h1>401 Authorization Required</h1>", "blocked"),
        (403, "<h1>Forbidden</h1>", "blocked"),
        (404, "<h1>404 Not Found</h1>", "address"),
        (404, &error("not found"), "address"),
        (404, &error("this gateway has no identity service: use a token instead"), "address"),
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
        for method in METHODS {
            let error = refused(method, &Scope::Default, status, body);
            assert!(matches!(error, SignInError::Failed(_)), "{status} {body}: {error:?}");
            assert_eq!(error.code(), code, "{status} {body}");
        }
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
fn rejection_codes_are_stable_and_distinct() {
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
fn an_apostrophe_is_not_a_quote() {
    let message = "Policy doesn't allow identity:authenticate to be performed.";
    let refusal = refused(SignInMethod::Password, &Scope::Default, 403, &error(message));
    assert_eq!(refusal.fault().unwrap().message.as_deref(), Some(message));
}

fn quotes_request(canary: &str) -> [String; 7] {
    let request =
        json!({ "auth": { "identity": { "password": { "user": { "password": canary } } } } });
    [
        error(&format!("Invalid input for field 'password'. The value is '{canary}'.")),
        error(&format!("Invalid input: u'{canary}'")),
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
    /// Passwords have no recognizable format, so quoted text is removed.
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
    fn every_error_keeps_its_status_and_request_id(
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
