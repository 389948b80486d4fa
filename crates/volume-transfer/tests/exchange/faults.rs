//! Faults: what they are about, and what is kept of them.

use crate::recorded;
use volume_transfer::{FaultKind, ReadError, Response, api};

#[test]
fn what_a_fault_is_about() {
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
        (400, "{broken", Refused, None),
        (413, r#"{"overLimit":{"code":413,"message":"m","retryAfter":"0"}}"#, Quota, Some("m")),
        (413, r#"{"message":"too large","code":"413","title":"t"}"#, Refused, Some("too large")),
        (429, "", Busy, None),
        (500, "[1]", Server, None),
        (503, r#"{"serviceUnavailable":{"message":["not","text"]}}"#, Server, None),
        (415, r#"{"badMediaType":{"code":415,"message":"m"}}"#, Refused, Some("m")),
    ];
    for (status, body, kind, message) in table {
        let error =
            api::VolumeList::default().take(Ok(Response::new(status, body.into()))).unwrap_err();
        let ReadError::Refused(fault) = &error else { panic!("{status} {body}") };
        assert_eq!((fault.kind(), fault.message.as_deref()), (kind, message), "{status} {body}");
        assert_eq!(error.kind(), kind);
    }
}

#[test]
fn what_a_real_cinder_s_fault_is_about() {
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
        let error = api::VolumeList::default().take(Ok(recorded.response())).unwrap_err();
        assert_eq!(error.kind(), kind, "{part}");
        assert!(error.to_string().contains(&recorded.status.to_string()), "{error}");
    }
}

#[test]
fn a_request_id_and_a_wait_are_found_wherever_they_are() {
    let body = r#"{"error_code":"APIGW.0308","error_msg":"m","request_id":"from the body"}"#;
    let fault = |response: Response| match api::VolumeList::default().take(Ok(response)) {
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
fn a_message_without_end_is_cut() {
    let body = format!(r#"{{"error":{{"code":"c","message":"{}"}}}}"#, "卷".repeat(5000));
    let answer = Ok(Response::new(400, body.into()));
    let Err(ReadError::Refused(fault)) = api::VolumeList::default().take(answer) else {
        panic!("not refused");
    };
    assert_eq!(fault.message.unwrap().chars().count(), 1000);
}
