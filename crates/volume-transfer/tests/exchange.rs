//! Requests as they go out and answers as they come in, against EVS's samples and a real Cinder.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod recorded;

use volume_transfer::api;
use volume_transfer::{
    ChangeError, CreateTransfer, Facts, FaultKind, IdError, Lost, Method, ProjectId, ReadError,
    Response, Service, TransferId, TransferName, UnknownCause, Volume, VolumeId, eligibility,
};

const PROJECT: &str = "dd14c6ac581f40059e27f5320b60bf2f";
const VOLUME: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

fn project() -> ProjectId {
    ProjectId::parse(PROJECT).unwrap()
}

fn transfer_of(volume: &str, name: &str) -> CreateTransfer {
    named(volume, name, Service::EvsV2)
}

fn named(volume: &str, name: &str, service: Service) -> CreateTransfer {
    let json = format!(r#"{{"id":"{volume}","status":"available"}}"#);
    let volume = Volume::read(&serde_json::from_str(&json).unwrap()).unwrap();
    let eligible = eligibility::check(&volume, &Facts::default(), Service::EvsV2).admit().unwrap();
    CreateTransfer::new(eligible, TransferName::parse(name, service.name_rule()).unwrap())
}

fn asked(volume: &str) -> Option<VolumeId> {
    VolumeId::parse(volume).ok()
}

fn created(status: u16, body: &str) -> Result<(String, String), ChangeError> {
    let answer = Response::new(status, body.into()).with_header("X-Openstack-Request-Id", "req-1");
    api::decode_created(asked(VOLUME), Ok(answer)).map(|created| {
        let (record, handover) = created.into_handover();
        (record.id.as_str().to_owned(), handover.auth_key.expose().to_owned())
    })
}

#[test]
fn the_page_s_sample_request_word_for_word() {
    let request = api::create(Service::EvsV2, &project(), &transfer_of(VOLUME, " first volume "));
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.path, format!("/v2/{PROJECT}/os-volume-transfer"));
    let sample: serde_json::Value =
        serde_json::from_slice(&recorded::evs("create-request.json")).unwrap();
    let body: serde_json::Value = serde_json::from_str(request.body.as_ref().unwrap()).unwrap();
    assert_eq!(body, sample);
    assert!(request.headers().any(|h| h == ("Content-Type", "application/json")));
}

#[test]
fn every_character_of_a_name_gets_into_the_body() {
    for char in '\0'..='\u{ffff}' {
        let name = format!("a{char}b");
        let create = named(VOLUME, &name, Service::Cinder);
        let body = api::create(Service::Cinder, &project(), &create).body.unwrap();
        let expected = serde_json::json!({ "transfer": { "volume_id": VOLUME, "name": name } });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), expected, "{char:?}");
    }
}

#[test]
fn a_transfer_without_a_name_sends_none() {
    let request = api::create(Service::Cinder, &project(), &transfer_of(VOLUME, ""));
    assert_eq!(request.path, format!("/v3/{PROJECT}/os-volume-transfer"));
    assert_eq!(*request.body.unwrap(), format!(r#"{{"transfer":{{"volume_id":"{VOLUME}"}}}}"#));
}

#[test]
fn every_read_goes_where_its_service_has_it() {
    let (project, volume) = (project(), VolumeId::parse(VOLUME).unwrap());
    let p = PROJECT;
    #[rustfmt::skip]
    let table = [
        (Service::EvsV2, format!("/v2/{p}/cloudvolumes/detail?limit=1000"), format!("/v2/{p}/cloudsnapshots/detail?volume_id={VOLUME}&limit=1"), format!("/v2/{p}/os-volume-transfer/detail")),
        (Service::EvsV3, format!("/v3/{p}/volumes/detail?limit=1000"), format!("/v3/{p}/snapshots/detail?volume_id={VOLUME}&limit=1"), format!("/v3/{p}/os-volume-transfer/detail")),
        (Service::Cinder, format!("/v3/{p}/volumes/detail?limit=1000"), format!("/v3/{p}/snapshots/detail?volume_id={VOLUME}&limit=1"), format!("/v3/{p}/os-volume-transfer/detail")),
    ];
    for (service, volumes, snapshots, transfers) in table {
        assert_eq!(api::list_volumes(service, &project, None).path, volumes);
        assert_eq!(
            api::list_volumes(service, &project, Some(&volume)).path,
            format!("{volumes}&marker={VOLUME}")
        );
        let asked = api::Question::Snapshots.request(service, &project, &volume);
        assert_eq!(asked.path, snapshots);
        let list = api::TransferList::default().request(service, &project).unwrap();
        assert_eq!(list.path, transfers);
        assert!(list.body.is_none() && list.microversion.is_none());
    }
}

#[test]
fn nothing_but_an_id_gets_into_a_path() {
    let with = |change: fn(&str) -> String| VolumeId::parse(&change(VOLUME));
    assert_eq!(with(|v| format!(" {v}\n")).unwrap().as_str(), VOLUME);
    assert_eq!(with(str::to_uppercase).unwrap().as_str(), VOLUME);
    assert_eq!(with(|_| String::new()), Err(IdError::Empty));
    for change in [
        |v: &str| v.replace('-', ""),
        |v: &str| format!("{{{v}}}"),
        |v: &str| format!("urn:uuid:{v}"),
        |v: &str| v.replace("c8", "g8"),
        |v: &str| v.replace('-', "/"),
        |v: &str| format!("{v}0"),
    ] {
        assert_eq!(with(change), Err(IdError::Malformed));
    }

    assert_eq!(ProjectId::parse(&format!(" {PROJECT} ")).unwrap().as_str(), PROJECT);
    assert!(ProjectId::parse(&"a".repeat(64)).is_ok());
    assert_eq!(ProjectId::parse("  "), Err(IdError::Empty));
    for malformed in ["a/b", "../x", "a?b", "a b", "项目", "a%2f", &"a".repeat(65)] {
        assert_eq!(ProjectId::parse(malformed), Err(IdError::Malformed), "{malformed}");
    }
    assert_eq!(TransferId::from_service(String::new()), None);
    assert_eq!((IdError::Empty.code(), IdError::Malformed.code()), ("empty", "malformed"));
}

#[test]
fn the_page_s_sample_answer_gives_every_documented_field() {
    let answer = Response::new(202, recorded::evs("create-answer.json"));
    let created = api::decode_created(asked(VOLUME), Ok(answer)).unwrap();
    let (record, handover) = created.into_handover();
    assert_eq!(record.id.as_str(), "1a7059f5-8ed7-45b7-8d05-2811e5d09f24");
    assert_eq!(record.name.as_deref(), Some("first volume"));
    assert_eq!(record.volume_id.as_str(), VOLUME);
    assert_eq!(record.created_at.as_deref(), Some("2015-02-25T03:56:53.081642"));
    let links: Vec<_> = record.links.iter().map(|l| (l.rel.as_str(), l.href.as_str())).collect();
    assert_eq!(
        links,
        [
            ("self", "https://localhost/v2/firstproject/os-volume-transfer/3"),
            ("bookmark", "https://localhost/firstproject/os-volume-transfer/3"),
        ]
    );
    assert_eq!(handover.transfer_id, record.id);
    assert_eq!(handover.auth_key.expose(), "9266c59563c84664");
    let credentials: serde_json::Value =
        serde_json::from_str(&handover.credentials(&record)).unwrap();
    assert_eq!(
        credentials,
        serde_json::json!({
            "transfer_id": "1a7059f5-8ed7-45b7-8d05-2811e5d09f24",
            "auth_key": "9266c59563c84664",
            "volume_id": VOLUME,
            "name": "first volume",
        })
    );
}

#[test]
fn a_real_cinder_s_records_are_read() {
    for part in ["003-transfer-create-v3.0", "135-create-os-volume-transfer-3.57"] {
        let recorded = recorded::one(part);
        let body: serde_json::Value = serde_json::from_slice(&recorded.body).unwrap();
        let volume = body["transfer"]["volume_id"].as_str().unwrap();
        let created = api::decode_created(asked(volume), Ok(recorded.response())).unwrap();
        let (record, handover) = created.into_handover();
        assert_eq!(body["transfer"]["id"], record.id.as_str());
        assert_eq!(body["transfer"]["auth_key"], handover.auth_key.expose());
    }
    for part in ["006-transfer-detail", "153-list-3.59-sorted"] {
        let recorded = recorded::one(part);
        let body: serde_json::Value = serde_json::from_slice(&recorded.body).unwrap();
        let mut list = api::TransferList::default();
        list.take(Ok(recorded.response())).unwrap();
        let transfers = list.transfers;
        assert_eq!(transfers.len(), body["transfers"].as_array().unwrap().len());
        assert_eq!(body["transfers"][0]["created_at"].as_str(), transfers[0].created_at.as_deref());
    }
}

/// The key is in one answer only: whatever else is odd about it, the key is kept.
#[test]
fn a_key_is_not_lost_over_a_detail() {
    let got = |body: &str| created(202, body);
    let whole = ("t".to_owned(), "k".to_owned());
    assert_eq!(got(r#"{"transfer":{"id":"t","auth_key":"k"}}"#), Ok(whole.clone()));
    assert_eq!(
        got(
            r#"{"transfer":{"id":"t","auth_key":"k","links":null,"name":5,"created_at":{},"new":[]}}"#
        ),
        Ok(whole.clone())
    );
    assert_eq!(
        got(r#"{"x":1,"transfer":{"id":"t","auth_key":"k","links":[{"href":1}]}}"#),
        Ok(whole.clone())
    );
    assert_eq!(
        got(r#"{"transfer":{"id":"t","auth_key":"k","volume_id":"no uuid"}}"#),
        Ok(whole.clone())
    );
    assert_eq!(created(200, r#"{"transfer":{"id":"t","auth_key":"k"}}"#), Ok(whole));
}

#[test]
fn an_answer_without_a_record_and_key_leaves_the_outcome_unknown() {
    let unreadable = |status| {
        Err(ChangeError::OutcomeUnknown(UnknownCause::Unreadable {
            status,
            request_id: Some("req-1".into()),
        }))
    };
    for body in [
        "",
        "{",
        "<html>Sign in</html>",
        "null",
        r#"{"transfer":{}}"#,
        r#"{"transfer":{"id":"t"}}"#,
        r#"{"transfer":{"id":"t","auth_key":null}}"#,
        r#"{"transfer":{"id":"t","auth_key":""}}"#,
        r#"{"transfer":{"id":"","auth_key":"k"}}"#,
        r#"{"transfer":{"auth_key":"k"}}"#,
    ] {
        assert_eq!(created(202, body), unreadable(202), "{body}");
    }
    // Cinder without authentication answers a missing token with 204, and a redirect is not followed.
    assert_eq!(created(204, ""), unreadable(204));
    assert_eq!(created(0, ""), unreadable(0));
    assert_eq!(created(302, r#"{"transfer":{"id":"t","auth_key":"k"}}"#), unreadable(302));
    assert_eq!(
        created(
            202,
            r#"{"transfer":{"id":"t","auth_key":"k","volume_id":"b104b8db-170d-441b-897a-3c8ba9c5a214"}}"#
        ),
        Err(ChangeError::OutcomeUnknown(UnknownCause::OtherVolume {
            status: 202,
            request_id: Some("req-1".into())
        }))
    );
}

#[test]
fn no_answer_and_a_failed_server_leave_the_outcome_unknown() {
    for lost in [Lost::Connection, Lost::Timeout] {
        let error = api::decode_created(asked(VOLUME), Err(lost)).unwrap_err();
        assert_eq!(error, ChangeError::OutcomeUnknown(UnknownCause::Lost(lost)));
    }
    for status in [408, 500, 502, 503, 504] {
        for body in
            ["", "<html>Bad gateway</html>", r#"{"computeFault":{"code":500,"message":"m"}}"#]
        {
            let Err(ChangeError::OutcomeUnknown(UnknownCause::Failed(fault))) =
                created(status, body)
            else {
                panic!("{status} {body}");
            };
            assert_eq!((fault.status, fault.request_id.as_deref()), (status, Some("req-1")));
        }
    }
}

#[test]
fn a_refusal_keeps_the_server_s_words() {
    let recorded = recorded::one("008-create-volume-awaiting-transfer");
    let Err(ChangeError::Rejected(fault)) =
        api::decode_created(asked(VOLUME), Ok(recorded.response()))
    else {
        panic!("not rejected");
    };
    assert_eq!(fault.status, 400);
    assert_eq!(fault.code.as_deref(), Some("400"));
    assert_eq!(fault.message.as_deref(), Some("Invalid volume: status must be available"));
    assert_eq!(fault.request_id.as_deref(), Some("req-82a46217-e977-4d18-a2bd-42ee0eb22c91"));
}

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
        let error = api::decode_volumes(Ok(Response::new(status, body.into()))).unwrap_err();
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
        let error = api::decode_volumes(Ok(recorded.response())).unwrap_err();
        assert_eq!(error.kind(), kind, "{part}");
        assert!(error.to_string().contains(&recorded.status.to_string()), "{error}");
    }
}

#[test]
fn a_request_id_and_a_wait_are_found_wherever_they_are() {
    let body = r#"{"error_code":"APIGW.0308","error_msg":"m","request_id":"from the body"}"#;
    let fault = |response: Response| match api::decode_volumes(Ok(response)) {
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
    let Err(ReadError::Refused(fault)) = api::decode_volumes(Ok(Response::new(400, body.into())))
    else {
        panic!("not refused");
    };
    assert_eq!(fault.message.unwrap().chars().count(), 1000);
}

#[test]
fn an_answer_that_is_no_list_is_unreadable_and_keeps_its_status() {
    for (status, body) in
        [(200, "<html>"), (200, "{}"), (200, r#"{"volumes":3}"#), (204, ""), (0, "")]
    {
        let answer = Response::new(status, body.into()).with_header("X-Request-Id", "r");
        let error = api::decode_volumes(Ok(answer)).unwrap_err();
        assert_eq!(error, ReadError::Unreadable { status, request_id: Some("r".into()) });
        assert_eq!(error.kind(), FaultKind::Address);
        let fault = error.fault().unwrap();
        assert_eq!((fault.status, fault.request_id.as_deref()), (status, Some("r")));
        let cause = UnknownCause::Unreadable { status, request_id: Some("r".into()) };
        assert_eq!(cause.fault(), Some(fault));
    }
    let lost = api::decode_volumes(Err(Lost::Timeout)).unwrap_err();
    assert_eq!(lost, ReadError::Lost(Lost::Timeout));
    assert_eq!((lost.kind(), lost.fault()), (FaultKind::Server, None));
}

#[test]
fn a_page_of_volumes_says_what_it_could_not_read_and_where_it_goes_on() {
    let next = r#","volumes_links":[{"rel":"next","href":"javascript:alert(1)"}]"#;
    let page = |rows: &str, links: &str| {
        let body = format!(r#"{{"volumes":[{rows}]{links}}}"#);
        api::decode_volumes(Ok(Response::new(200, body.into()))).unwrap()
    };
    let row = format!(r#"{{"id":"{VOLUME}"}}"#);
    let some = page(&format!(r#"{{"id":"no uuid"}},{row},7,{{"name":"no id"}}"#), next);
    assert_eq!((some.volumes.len(), some.unreadable), (1, 3));
    assert_eq!(some.next.unwrap().as_str(), VOLUME);
    assert_eq!(page(&row, "").next, None);
    assert_eq!(page(&row, r#","volumes_links":null"#).next, None);
    assert_eq!(page("", next).next, None, "nowhere to go on from");
}

/// One name that cannot be read costs nobody the list.
#[test]
fn a_volume_whose_name_is_no_text_is_called_by_its_id() {
    for name in [&b"\xff"[..], b"\\ud83d", b""] {
        let mut body = format!(r#"{{"volumes":[{{"id":"{VOLUME}","size":40,"name":""#).into_bytes();
        body.extend(name);
        body.extend(br#""}]}"#);
        let page = api::decode_volumes(Ok(Response::new(200, body))).unwrap();
        let volume = page.volumes.first().unwrap();
        assert_eq!((volume.label(), volume.size), (VOLUME, Some(40)), "{name:?}");
    }
}

#[test]
fn a_lost_transfer_is_looked_for_and_a_list_with_gaps_proves_nothing() {
    use api::Trace::{CannotTell, Made, NotMade};
    let volume = VolumeId::parse(VOLUME).unwrap();
    let trace = |rows: &str, links: &str| {
        let body = format!(r#"{{"transfers":[{rows}]{links}}}"#);
        let mut list = api::TransferList::default();
        list.take(Ok(Response::new(200, body.into()))).unwrap();
        list.trace(&volume)
    };
    let ours = format!(r#"{{"id":"t","volume_id":"{VOLUME}"}}"#);
    let other = r#"{"id":"u","volume_id":"b104b8db-170d-441b-897a-3c8ba9c5a214"}"#;
    let next = r#","transfers_links":[{"rel":"next","href":"x"}]"#;
    assert_eq!(trace("", ""), NotMade);
    assert_eq!(trace(other, ""), NotMade);
    assert_eq!(trace(other, next), CannotTell);
    assert_eq!(trace(&format!("{other},7"), ""), CannotTell);
    assert_eq!(trace(&format!(r#"{other},{{"id":"v","volume_id":"?"}}"#), ""), CannotTell);
    assert_eq!(trace(&vec![other; 1000].join(","), ""), CannotTell);
    for found in [trace(&ours, ""), trace(&format!("7,{ours}"), next)] {
        let Made(transfer) = found else { panic!("{found:?}") };
        assert_eq!(transfer.id.as_str(), "t");
    }
}

#[test]
fn snapshots_are_seen() {
    let has = |body: &str| {
        let mut facts = Facts::default();
        let answer = Ok(Response::new(200, body.into()));
        api::Question::Snapshots.take(answer, &mut facts).map(|_| facts.snapshots)
    };
    assert_eq!(has(r#"{"count":2,"snapshots":[{"id":"s"}]}"#), Ok(Some(true)));
    assert_eq!(has(r#"{"snapshots":[]}"#), Ok(Some(false)));
    assert!(has("{}").is_err(), "no list is not an empty list");
}

#[test]
fn a_key_is_never_printed() {
    const KEY: &str = "9266c59563c84664";
    let answer = || Response::new(202, recorded::evs("create-answer.json"));
    assert!(!format!("{:?}", answer()).contains(KEY));
    let created = api::decode_created(asked(VOLUME), Ok(answer())).unwrap();
    assert!(!format!("{created:?}").contains(KEY));
    let (_, handover) = created.into_handover();
    assert_eq!(format!("{:?}", handover.auth_key), "[redacted]");
    assert!(!format!("{handover:?}").contains(KEY));
}
