//! Error responses: their kinds and details.

use crate::recorded;
use volume_transfer::{
    ChangeError, FaultKind, NextStep, Outcome, ReadError, Response, RetryDelay, TransportError,
    UnknownCause, VolumeId, api,
};

#[test]
fn determines_the_kind_of_a_fault() {
    use FaultKind::{Account, Address, Busy, Permission, Project, Quota, Refused, Server, Token};
    #[rustfmt::skip]
    let table: [(u16, &str, FaultKind, Option<&str>); 29] = [
        (403, r#"{"error":{"code":"EVS.0003","message":"m"}}"#, Permission, Some("m")),
        (400, r#"{"error":{"code":"EVS.2056","message":"m"}}"#, Permission, Some("m")),
        (400, r#"{"error":{"code":"EVS.1042","message":"m"}}"#, Quota, Some("m")),
        (400, r#"{"error_code":"APIGW.0301"}"#, Token, None),
        (403, r#"{"error":{"code":"EVS.2144","message":"m"}}"#, Account, Some("m")),
        (400, r#"{"error":{"code":"EVS.1033","message":"m"}}"#, Refused, Some("m")),
        (404, r#"{"error_code":"APIG.0101","error_msg":"m"}"#, Address, Some("m")),
        (400, r#"{"error":{"code":"EVS.0002","message":""}}"#, Token, None),
        (400, r#"{"error":{"code":"EVS.0002"}}"#, Token, None),
        (400, r#"{"error":{"code":"EVS.0002","message":"m"}}"#, Token, Some("m")),
        (401, r#"{"error":{"code":"EVS.5401","message":"m"}}"#, Token, Some("m")),
        (400, r#"{"error":{"code":"Common.0013","message":"m"}}"#, Token, Some("m")),
        (401, r#"{"error_code":"APIGW.0301","error_msg":"m","request_id":"r"}"#, Token, Some("m")),
        (401, "", Token, None),
        (400, r#"{"error":{"code":"EVS.0001","message":"m"}}"#, Project, Some("m")),
        (400, r#"{"error":{"code":"Common.0018","message":"m"}}"#, Project, Some("m")),
        (403, r#"{"error_code":"APIGW.0302","error_msg":"m"}"#, Permission, Some("m")),
        (403, r#"{"forbidden":{"code":403,"message":"m"}}"#, Permission, Some("m")),
        (404, r#"{"error_code":"APIGW.0101","error_msg":"m"}"#, Address, Some("m")),
        (404, "<html>", Address, None),
        (405, "", Address, None),
        (400, r#"{"badrequest":{"code":"XXX","message":"m"}}"#, Refused, Some("m")),
        (400, "{broken", Refused, Some("{broken")),
        (413, r#"{"overLimit":{"code":413,"message":"m","retryAfter":"0"}}"#, Quota, Some("m")),
        (413, r#"{"message":"too large","code":"413","title":"t"}"#, Refused, Some("too large")),
        (429, "", Busy, None),
        (500, "[1]", Server, Some("[1]")),
        (503, r#"{"serviceUnavailable":{"message":["a","list"]}}"#, Server, Some("a")),
        (415, r#"{"badMediaType":{"code":415,"message":"m"}}"#, Refused, Some("m")),
    ];
    for (status, body, kind, message) in table {
        let error = api::VolumeList::default()
            .add_page(Ok(Response::new(status, body.into())))
            .unwrap_err();
        let ReadError::Refused(fault) = &error else { panic!("{status} {body}") };
        assert_eq!((fault.kind(), fault.message.as_deref()), (kind, message), "{status} {body}");
        assert_eq!(error.kind(), kind);
    }
}

#[test]
fn determines_whether_a_fault_affects_all_requests() {
    use NextStep::{Continue, Stop, Wait};
    let next_step = |outcome: Outcome| api::decode_created(None, outcome).unwrap_err().next_step();
    #[rustfmt::skip]
    let table = [
        // The token, project, address, account and quota are the same for all requests.
        (401, "", Stop),
        (400, r#"{"error":{"code":"EVS.0001","message":"m"}}"#, Stop),
        (404, "<html>", Stop),
        (431, "", Stop),
        (403, r#"{"forbidden":{"code":403,"message":"m"}}"#, Stop),
        (403, "<html>", Stop),
        (403, r#"{"error":{"code":"EVS.2144","message":"m"}}"#, Stop),
        (413, r#"{"overLimit":{"code":413,"message":"m"}}"#, Stop),
        // The volume, its status and the key aren't.
        (404, r#"{"itemNotFound":{"code":404,"message":"m"}}"#, Continue),
        (400, r#"{"badRequest":{"code":400,"message":"Invalid volume: status must be available"}}"#, Continue),
        (400, r#"{"badRequest":{"code":400,"message":"Invalid auth key: no"}}"#, Continue),
        (400, r#"{"error":{"code":"EVS.2068","message":"m"}}"#, Continue),
        (500, r#"{"computeFault":{"code":500,"message":"m"}}"#, Continue),
        (408, "", Wait(None)),
        (429, "", Wait(None)),
        (502, "<html>", Wait(None)),
        (503, "", Wait(None)),
        (504, "", Wait(None)),
        // All other create requests would lose their keys, too.
        (200, "<html>", Stop),
        (202, r#"{"transfer":{}}"#, Stop),
        (0, "", Stop),
    ];
    for (status, body, expected) in table {
        let outcome = Ok(Response::new(status, body.into()));
        assert_eq!(next_step(outcome), expected, "{status} {body}");
    }
    for status in [429, 500, 503] {
        let response = Response::new(status, Vec::new()).with_header("Retry-After", "7");
        assert_eq!(next_step(Ok(response)), Wait(Some(RetryDelay::Seconds(7))), "{status}");
    }
    for lost in [TransportError::Connection, TransportError::Timeout] {
        assert_eq!(next_step(Err(lost)), Wait(None));
        assert_eq!(ReadError::NoResponse(lost).next_step(), Wait(None));
    }

    let response = recorded::one("noauth-003-transfer-create").response();
    let other = VolumeId::parse("00000000-0000-0000-0000-000000000000").unwrap();
    let error = api::decode_created(Some(other), Ok(response)).unwrap_err();
    assert!(matches!(error, ChangeError::OutcomeUnknown(UnknownCause::OtherVolume(_))));
    assert_eq!(error.next_step(), Stop);

    let list = |status, body: &str| {
        let response = Response::new(status, body.into());
        api::VolumeList::default().add_page(Ok(response)).unwrap_err().next_step()
    };
    assert_eq!(list(429, ""), Wait(None));
    assert_eq!(list(401, ""), Stop);
    assert_eq!(list(200, "<html>"), Stop);
}

#[test]
fn determines_the_kinds_of_real_cinder_faults() {
    use FaultKind::{Address, NotFound, Permission, Project, Refused, Token};
    for (part, kind) in [
        ("keystone-001-no-token", Token),
        ("keystone-002-invalid-token", Token),
        ("keystone-004-project-mismatch", Project),
        ("rbac-001-create-as-reader", Permission),
        ("noauth-067-volume-id-unknown", NotFound),
        ("noauth-088-body-malformed-json", Refused),
        ("noauth-143-microversion-3.72", Refused),
        ("noauth-160-url-v2", Address),
    ] {
        let recorded = recorded::one(part);
        let error = api::VolumeList::default().add_page(Ok(recorded.response())).unwrap_err();
        assert_eq!(error.kind(), kind, "{part}");
        assert!(error.to_string().contains(&recorded.status.to_string()), "{error}");
    }
}

#[test]
fn reads_request_ids_and_retry_after_from_headers_and_body() {
    let body = r#"{"error_code":"APIGW.0308","error_msg":"m","request_id":"from the body"}"#;
    let fault = |response: Response| match api::VolumeList::default().add_page(Ok(response)) {
        Err(ReadError::Refused(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let plain = fault(Response::new(429, body.into()));
    assert_eq!(plain.request_id.as_deref(), Some("from the body"));
    let with_headers = fault(
        Response::new(429, body.into())
            .with_header("x-request-id", "from a header")
            .with_header("Retry-After", "12"),
    );
    assert_eq!(with_headers.request_id.as_deref(), Some("from a header"));
    assert_eq!(with_headers.retry_after.as_deref(), Some("12"));
}

#[test]
fn truncates_long_messages() {
    let body = format!(r#"{{"error":{{"code":"c","message":"{}"}}}}"#, "卷".repeat(5000));
    let response = Ok(Response::new(400, body.into()));
    let Err(ReadError::Refused(fault)) = api::VolumeList::default().add_page(response) else {
        panic!("no fault");
    };
    assert_eq!(fault.message.unwrap().chars().count(), 1000);
}

fn fault(status: u16, body: &str) -> volume_transfer::Fault {
    match api::VolumeList::default().add_page(Ok(Response::new(status, body.into()))) {
        Err(ReadError::Refused(fault)) => fault,
        other => panic!("{status} {body}: {other:?}"),
    }
}

#[test]
fn finds_code_and_message_in_any_envelope() {
    for (body, code, message) in [
        (r#"{"error":"m"}"#, None, "m"),
        (r#"{"error":["m"]}"#, None, "m"),
        (r#"{"error":"invalid_token","error_description":"m"}"#, None, "m"),
        (r#"{"message":{"code":"c","description":"m"}}"#, Some("c"), "m"),
        (r#"{"fault":{"faultstring":"m","detail":{"errorcode":"c"}}}"#, None, "m"),
        (r#"{"faultcode":"Client","faultstring":"m","debuginfo":null}"#, Some("Client"), "m"),
        (r#"{"errors":[{"code":"c","title":"t","detail":"m"}]}"#, Some("c"), "m"),
        (r#"{"errors":["m","n"]}"#, None, r#"{"errors":["m","n"]}"#),
        (r#"{"detail":"m"}"#, None, "m"),
        (r#"{"detail":[{"loc":["body"],"msg":"m","type":"missing"}]}"#, None, "m"),
        (r#"{"type":"about:blank","title":"t","status":400,"detail":"m"}"#, None, "m"),
        (r#"{"title":"t","status":400}"#, None, "t"),
        (r#"{"Code":"c","Message":"m"}"#, Some("c"), "m"),
        (r#"{"errorCode":"c","errorMsg":"m"}"#, Some("c"), "m"),
        (r#"{"code":400,"error":{"message":"m"}}"#, Some("400"), "m"),
        (r#"[{"message":"m"}]"#, None, "m"),
        (r#"{"NeutronError":{"type":"T","message":"m","detail":""}}"#, None, "m"),
        ("\n  m \n", None, "m"),
        (
            "<html><head><title>400 Bad\r\nRequest</title><style>b { }</style></head><body><p>m",
            None,
            "400 Bad Request m",
        ),
        ("<?xml version='1.0'?><Error><Code>c</Code><Message>m</Message></Error>", None, "c m"),
        (r#"{"unheard":"of"}"#, None, r#"{"unheard":"of"}"#),
    ] {
        let fault = fault(400, body);
        assert_eq!(
            (fault.code.as_deref(), fault.message.as_deref()),
            (code, Some(message)),
            "{body}"
        );
        assert_eq!(fault.kind(), FaultKind::Refused, "{body}");
    }
    for nothing in ["", " \n", "<html></html>", "\u{1f}\u{8b}\u{8}\0", "<br>"] {
        assert_eq!(fault(400, nothing).message, None, "{nothing:?}");
    }
    assert_eq!(fault(400, &"a ".repeat(1000)).message.unwrap().chars().count(), 300);
}

#[test]
fn masks_possible_keys_and_tokens() {
    let key = "9266c59563c84664";
    let token = "gAAAAABn-x4Kq9_Zs7wJ0dY2pL5vT8mR3bN6hC1fU4eX7gA0iQ==";
    for secret in [key, token] {
        for (before, after) in [
            (r#"{"error":{"message":"Value: {'auth_key': '"#, r#"'}"}}"#),
            (r#"{"detail":"bad header X-Auth-Token: "#, r#""}"#),
            ("<html><title>Blocked</title>token=", "</html>"),
            (r#"{"accept":{"auth_key":""#, r#""}}"#),
            ("", ""),
        ] {
            let message = fault(400, &format!("{before}{secret}{after}")).message.unwrap();
            assert!(!message.contains(&secret[..8]), "{message}");
            assert!(!message.contains(&secret[secret.len() - 8..]), "{message}");
        }
        // Truncation doesn't reveal the secret's beginning either.
        let message = fault(400, &format!("{}{secret}", "a ".repeat(145))).message.unwrap();
        assert!(!message.contains(&secret[..4]), "{message}");
    }
    let kept = "Volume c86b9af4-151d-4ead-b62c-5fb967af0e37 could not be found. (req-82a46217-e977-4d18-a2bd-42ee0eb22c91)";
    let body = format!(r#"{{"itemNotFound":{{"code":404,"message":"{kept}"}}}}"#);
    assert_eq!(fault(404, &body).message.as_deref(), Some(kept));
}

#[test]
fn distinguishes_firewalls_from_the_service() {
    for status in [403, 406, 407, 418, 451] {
        for body in ["", "<html><title>403 Forbidden</title></html>", "RBAC: access denied"] {
            assert_eq!(fault(status, body).kind(), FaultKind::Blocked, "{status} {body}");
            // The firewall may have blocked the response rather than the request.
            let response = Ok(Response::new(status, body.into()));
            let created = api::decode_created(None, response);
            let Err(ChangeError::OutcomeUnknown(cause)) = created else {
                panic!("{status} {body}");
            };
            assert_eq!((cause.code(), cause.required_lookups()), ("blocked", 2));
        }
    }
    for body in [r#"{"forbidden":{"code":403,"message":"m"}}"#, r#"{"message":"Forbidden"}"#] {
        assert_eq!(fault(403, body).kind(), FaultKind::Permission, "{body}");
    }
}

#[test]
fn detects_tokens_that_are_too_long() {
    for (status, body) in [
        (431, ""),
        (431, r#"{"message":"Request Header Fields Too Large"}"#),
        (400, "<html><head><title>400 Request Header Or Cookie Too Large</title></head></html>"),
        (
            400,
            "<p>Your browser sent a request that this server could not understand.<br />\nSize of a request header field exceeds server limit.<br />",
        ),
        (
            400,
            "<h2>Bad Request - Request Too Long</h2><p>The size of the request headers is too long.</p>",
        ),
        (400, "<p><b>Message</b> Request header is too large</p>"),
        (400, "Error parsing headers: &#x27;limit request headers fields size&#x27;"),
        (413, r#"{"error":"Request header too long"}"#),
    ] {
        assert_eq!(fault(status, body).kind(), FaultKind::TokenTooLong, "{status} {body}");
    }
    for (status, body) in [
        (400, "<h1>400 Bad request</h1>"),
        (400, r#"{"badRequest":{"code":400,"message":"The header is limited."}}"#),
    ] {
        assert_eq!(fault(status, body).kind(), FaultKind::Refused, "{status} {body}");
    }
}
