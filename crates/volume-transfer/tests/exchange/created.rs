//! Responses to create requests.

use crate::VOLUME;
use crate::recorded;
use volume_transfer::{
    ChangeError, CredentialsFile, Response, TransferCredentials, TransferSource, TransportError,
    UnknownCause, VolumeId, api,
};

fn requested(volume: &str) -> Option<VolumeId> {
    VolumeId::parse(volume).ok()
}

fn created(status: u16, body: &str) -> Result<(String, String), ChangeError> {
    let response =
        Response::new(status, body.into()).with_header("X-Openstack-Request-Id", "req-1");
    api::decode_created(requested(VOLUME), Ok(response)).map(|created| {
        let (record, handover) = created.into_handover();
        (record.id.as_str().to_owned(), handover.auth_key.expose().to_owned())
    })
}

#[test]
fn reads_every_field_of_the_evs_sample() {
    let response = Response::new(202, recorded::evs("create-answer.json"));
    let created = api::decode_created(requested(VOLUME), Ok(response)).unwrap();
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
    let credentials = TransferCredentials::new(&record, handover, None);
    let file = CredentialsFile::write(&TransferSource::default(), &[&credentials]);
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(
        file["transfers"],
        serde_json::json!([{
            "transfer_id": "1a7059f5-8ed7-45b7-8d05-2811e5d09f24",
            "auth_key": "9266c59563c84664",
            "name": "first volume",
            "created_at": "2015-02-25T03:56:53.081642",
            "volume_id": VOLUME,
            "volume_name": null,
            "size": null,
        }])
    );
}

#[test]
fn reads_records_from_a_real_cinder() {
    for part in ["003-transfer-create-v3.0", "135-create-os-volume-transfer-3.57"] {
        let recorded = recorded::one(part);
        let body: serde_json::Value = serde_json::from_slice(&recorded.body).unwrap();
        let volume = body["transfer"]["volume_id"].as_str().unwrap();
        let created = api::decode_created(requested(volume), Ok(recorded.response())).unwrap();
        let (record, handover) = created.into_handover();
        assert_eq!(body["transfer"]["id"], record.id.as_str());
        assert_eq!(body["transfer"]["auth_key"], handover.auth_key.expose());
    }
    for part in ["006-transfer-detail", "153-list-3.59-sorted"] {
        let recorded = recorded::one(part);
        let body: serde_json::Value = serde_json::from_slice(&recorded.body).unwrap();
        let mut list = api::TransferList::default();
        list.add_page(Ok(recorded.response())).unwrap();
        let transfers = list.transfers;
        assert_eq!(transfers.len(), body["transfers"].as_array().unwrap().len());
        assert_eq!(body["transfers"][0]["created_at"].as_str(), transfers[0].created_at.as_deref());
    }
}

/// Only this response contains the key, so an invalid field elsewhere must not cause an error.
#[test]
fn keeps_the_key_if_other_fields_are_invalid() {
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
fn a_response_without_a_record_or_key_leaves_the_outcome_unknown() {
    let unknown = |status, body: &str| match created(status, body) {
        Err(ChangeError::OutcomeUnknown(cause)) => {
            let fault = cause.fault().unwrap();
            let found = (fault.status, fault.request_id.as_deref(), fault.message);
            assert_eq!(found, (status, Some("req-1"), None), "{body}");
            cause.code()
        }
        other => panic!("{status} {body}: {other:?}"),
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
        assert_eq!(unknown(202, body), "unreadable", "{body}");
    }
    // Cinder without authentication returns 204 for a missing token. Redirects aren't followed.
    assert_eq!(unknown(204, ""), "unreadable");
    assert_eq!(unknown(0, ""), "unreadable");
    assert_eq!(unknown(302, r#"{"transfer":{"id":"t","auth_key":"k"}}"#), "unreadable");
    let other = r#"{"transfer":{"id":"t","auth_key":"k","volume_id":"b104b8db-170d-441b-897a-3c8ba9c5a214"}}"#;
    assert_eq!(unknown(202, other), "other_volume");
}

#[test]
fn a_missing_response_or_server_error_leaves_the_outcome_unknown() {
    for lost in [TransportError::Connection, TransportError::Timeout] {
        let error = api::decode_created(requested(VOLUME), Err(lost)).unwrap_err();
        assert_eq!(error, ChangeError::OutcomeUnknown(UnknownCause::NoResponse(lost)));
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
fn keeps_the_servers_code_and_message() {
    let recorded = recorded::one("008-create-volume-awaiting-transfer");
    let Err(ChangeError::Rejected(fault)) =
        api::decode_created(requested(VOLUME), Ok(recorded.response()))
    else {
        panic!("not rejected");
    };
    assert_eq!(fault.status, 400);
    assert_eq!(fault.code.as_deref(), Some("400"));
    assert_eq!(fault.message.as_deref(), Some("Invalid volume: status must be available"));
    assert_eq!(fault.request_id.as_deref(), Some("req-82a46217-e977-4d18-a2bd-42ee0eb22c91"));
}

#[test]
fn debug_output_never_contains_the_key() {
    const KEY: &str = "9266c59563c84664";
    let response = || Response::new(202, recorded::evs("create-answer.json"));
    assert!(!format!("{:?}", response()).contains(KEY));
    let created = api::decode_created(requested(VOLUME), Ok(response())).unwrap();
    assert!(!format!("{created:?}").contains(KEY));
    let (_, handover) = created.into_handover();
    assert_eq!(format!("{:?}", handover.auth_key), "[redacted]");
    assert!(!format!("{handover:?}").contains(KEY));
}
