//! Transfers after their creation: handover, listing, acceptance and deletion.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod recorded;

use volume_transfer::api::{self, FactQuery, TransferList, TransferProgress};
use volume_transfer::{
    AuthKey, ChangeError, CreateTransfer, CredentialsError, CredentialsFile, Eligibility, Facts,
    Fault, FaultKind, Handover, IdError, Method, ProjectId, ReadError, Response, RetryDelay,
    Service, TransferCredentials, TransferId, TransferSource, TransportError, UnknownCause,
    VolumeId,
};

const PROJECT: &str = "dd14c6ac581f40059e27f5320b60bf2f";
const VOLUME: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const TRANSFER: &str = "53dc4d4c-463c-4adf-9541-895d1074ec94";
const KEY: &str = "d375b6cd619166b4";

fn project() -> ProjectId {
    ProjectId::parse(PROJECT).unwrap()
}

fn volume() -> VolumeId {
    VolumeId::parse(VOLUME).unwrap()
}

fn handover(id: &str, key: &str) -> Handover {
    Handover { transfer_id: TransferId::parse(id).unwrap(), auth_key: AuthKey::parse(key).unwrap() }
}

fn rejected<T: std::fmt::Debug>(outcome: Result<T, ChangeError>) -> Fault {
    match outcome {
        Err(ChangeError::Rejected(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// Reads a file with one transfer.
fn the_only_handover(file: &str) -> Handover {
    let file = CredentialsFile::parse(file.as_bytes()).unwrap();
    let [transfer] = <[_; 1]>::try_from(file.transfers).unwrap();
    transfer.handover
}

#[test]
fn accepts_with_the_id_and_key_that_were_handed_over() {
    let created = recorded::one("noauth-003-transfer-create");
    let created = api::decode_created(None, Ok(created.response())).unwrap();
    let (record, made) = created.into_handover();
    let (id, key) = (made.transfer_id.clone(), made.auth_key.expose().to_owned());
    let credentials = TransferCredentials::new(&record, made, None);
    let file = CredentialsFile::write(&TransferSource::default(), &[&credentials]);
    let read = the_only_handover(&file);
    assert_eq!(read.transfer_id, id);
    assert_eq!(read.auth_key.expose(), key);

    let request = api::accept(Service::EvsV2, &project(), &handover(TRANSFER, KEY));
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.path, format!("/v2/{PROJECT}/os-volume-transfer/{TRANSFER}/accept"));
    assert_eq!(**request.body.as_ref().unwrap(), format!(r#"{{"accept":{{"auth_key":"{KEY}"}}}}"#));
    assert!(!format!("{request:?}").contains(KEY), "debug output must not contain the key");
}

#[test]
fn reads_credentials_files_and_create_responses() {
    for file in [
        format!(r#"{{"transfer_id":" {TRANSFER} ","auth_key":"{KEY}\n"}}"#),
        format!(r#"{{"transfer":{{"id":"{TRANSFER}","auth_key":"{KEY}","name":null}}}}"#),
        format!(r#"{{"id":"{TRANSFER}","auth_key":"{KEY}"}}"#),
    ] {
        let read = the_only_handover(&file);
        assert_eq!((read.transfer_id.as_str(), read.auth_key.expose()), (TRANSFER, KEY));
    }
    for (file, error) in [
        ("", CredentialsError::Empty),
        ("Transfer ID: 53dc, key: 9266", CredentialsError::Malformed),
        ("[]", CredentialsError::NoTransfers),
        (r#"{"transfer_id":"t"}"#, CredentialsError::NoTransfers),
        (r#"{"transfer_id":7,"auth_key":"k"}"#, CredentialsError::Malformed),
        (r#"{"transfer_id":"t","auth_key":7}"#, CredentialsError::Malformed),
        (r#"{"transfer_id":"../x","auth_key":"k"}"#, CredentialsError::Malformed),
        (r#"{"transfer_id":"","auth_key":"k"}"#, CredentialsError::Malformed),
        (r#"{"transfer_id":"t","auth_key":" "}"#, CredentialsError::Malformed),
    ] {
        assert_eq!(CredentialsFile::parse(file.as_bytes()).map(|_| ()), Err(error), "{file}");
    }
}

#[test]
fn keeps_the_case_of_a_key_and_removes_copying_artifacts() {
    assert_eq!(AuthKey::parse(" D375b6\n").unwrap().expose(), "D375b6");
    assert_eq!(AuthKey::parse(" \u{3000}").map(|_| ()), Err(IdError::Empty));
    assert!(AuthKey::parse(&"a".repeat(255)).is_ok());
    assert_eq!(
        AuthKey::parse("\u{2018}9266\u{200b}c595\r\n63c8\u{2019}").unwrap().expose(),
        "9266c59563c8"
    );
    for malformed in ["a b", "a\0b", &"a".repeat(256)] {
        assert_eq!(AuthKey::parse(malformed).map(|_| ()), Err(IdError::Malformed));
    }
}

#[test]
fn escapes_ids_in_paths() {
    let path = |id: TransferId| api::delete(Service::Cinder, &project(), &id).path;
    let start = format!("/v3/{PROJECT}/os-volume-transfer/");
    for (id, segment) in [("a/../b", "a%2F..%2Fb"), ("a?b#c", "a%3Fb%23c"), ("过", "%E8%BF%87")] {
        let id = TransferId::from_service(id.to_owned()).unwrap();
        assert_eq!(path(id), format!("{start}{segment}"));
    }
    for dots in ["", ".", ".."] {
        assert_eq!(TransferId::from_service(dots.to_owned()), None);
    }
    let request = api::delete(Service::EvsV2, &project(), &TransferId::parse(TRANSFER).unwrap());
    assert_eq!((request.method.as_str(), request.body.is_none()), ("DELETE", true));
    assert_eq!(request.path, format!("/v2/{PROJECT}/os-volume-transfer/{TRANSFER}"));
}

#[test]
fn decodes_real_cinder_responses_to_accept_requests() {
    let outcome = |part: &str| api::decode_accepted(Ok(recorded::one(part).response()));
    let record = outcome("noauth-019-accept-ok").unwrap();
    assert_eq!((record.id.as_str(), record.name.as_deref()), (TRANSFER, Some("first")));
    assert_eq!(record.created_at, None);
    for (part, kind) in [
        ("noauth-009-accept-bad-auth-key", FaultKind::AuthKey),
        ("noauth-017-accept-unknown-transfer", FaultKind::NotFound),
        ("noauth-020-accept-twice", FaultKind::NotFound),
        ("noauth-121-accept-over-volume-quota", FaultKind::Quota),
        ("noauth-124-accept-volume-status-changed", FaultKind::Refused),
    ] {
        assert_eq!(rejected(outcome(part)).kind(), kind, "{part}");
    }
    for (status, body) in [(202, ""), (202, r#"{"transfer":{}}"#), (204, ""), (0, ""), (302, "{}")]
    {
        let error = api::decode_accepted(Ok(Response::new(status, body.into()))).unwrap_err();
        let ChangeError::OutcomeUnknown(UnknownCause::Unreadable(fault)) = error else {
            panic!("{error}");
        };
        assert_eq!(fault.status, status);
    }
}

#[test]
fn decodes_real_cinder_responses_to_delete_requests() {
    let outcome = |part: &str| api::decode_deleted(Ok(recorded::one(part).response()));
    assert_eq!(outcome("noauth-023-delete-ok"), Ok(()));
    assert_eq!(rejected(outcome("noauth-025-delete-twice")).kind(), FaultKind::NotFound);
    let outcome = |status, body: &str| api::decode_deleted(Ok(Response::new(status, body.into())));
    for (status, body) in [(200, ""), (200, "{}"), (202, "null\n"), (204, ""), (299, "")] {
        assert_eq!(outcome(status, body), Ok(()), "{status} {body}");
    }
    for (status, body) in [(0, ""), (200, "<html>Sign in</html>"), (200, r#"{"error":"no"}"#)] {
        let outcome = outcome(status, body);
        assert!(matches!(outcome, Err(ChangeError::OutcomeUnknown(_))), "{status} {body}");
    }
    // Cinder without authentication returns a new token if the request has none.
    let token = Response::new(204, Vec::new()).with_header("X-Auth-Token", "alice:p");
    let outcome = api::decode_deleted(Ok(token));
    assert!(matches!(outcome, Err(ChangeError::OutcomeUnknown(_))));
    let lost = api::decode_deleted(Err(TransportError::Timeout));
    assert_eq!(
        lost,
        Err(ChangeError::OutcomeUnknown(UnknownCause::NoResponse(TransportError::Timeout)))
    );
}

#[test]
fn decodes_the_progress_of_a_transfer() {
    let progress = |outcome| api::decode_progress(outcome);
    let show = |status: &str| {
        let body = format!(r#"{{"volume":{{"id":"{VOLUME}","status":"{status}"}}}}"#);
        progress(Ok(Response::new(200, body.into())))
    };
    assert_eq!(
        progress(Ok(recorded::one("noauth-021-volume-show-after").response())),
        Ok(TransferProgress::Available)
    );
    assert_eq!(
        progress(Ok(recorded::one("keystone-013-volume-show-former").response())),
        Ok(TransferProgress::Gone)
    );
    assert_eq!(show("awaiting-transfer"), Ok(TransferProgress::Pending));
    assert!(matches!(show("error"), Ok(TransferProgress::Other(_))));
    assert!(matches!(show("in-use"), Ok(TransferProgress::Other(_))));
    assert_eq!(
        progress(Ok(Response::new(200, br#"{"volume":{}}"#.to_vec()))),
        Ok(TransferProgress::Pending)
    );
    // A 404 from a web server in front of the service doesn't mean that the volume is gone.
    assert!(progress(Ok(Response::new(404, b"<html>".to_vec()))).is_err());
    assert!(progress(Err(TransportError::Connection)).is_err());
    let request = api::show_volume(Service::EvsV2, &project(), &volume());
    assert_eq!(request.path, format!("/v2/{PROJECT}/cloudvolumes/{VOLUME}"));
}

#[test]
fn decodes_a_volume() {
    let decode = |status, body: &str| api::decode_volume(Ok(Response::new(status, body.into())));
    let body = format!(r#"{{"volume":{{"id":"{VOLUME}","status":"available"}}}}"#);
    assert_eq!(decode(200, &body).unwrap().id, volume());
    assert!(matches!(decode(200, r#"{"volume":{}}"#), Err(ReadError::Unreadable(_))));
    assert!(matches!(decode(200, "{}"), Err(ReadError::Unreadable(_))));
    let former = recorded::one("keystone-013-volume-show-former").response();
    assert!(matches!(api::decode_volume(Ok(former)), Err(ReadError::Refused(_))));
    let lost = api::decode_volume(Err(TransportError::Timeout));
    assert_eq!(lost, Err(ReadError::NoResponse(TransportError::Timeout)));
}

#[test]
fn reads_transfers_page_by_page() {
    let page = |from: usize, to: usize| {
        let rows: Vec<_> =
            (from..to).map(|at| format!(r#"{{"id":"t{at}","volume_id":"{VOLUME}"}}"#)).collect();
        Ok(Response::new(200, format!(r#"{{"transfers":[{}]}}"#, rows.join(",")).into()))
    };
    let mut list = TransferList::default();
    assert!(list.next_request(Service::Cinder, &project()).unwrap().path.ends_with("/detail"));
    list.add_page(page(0, 1000)).unwrap();
    let second = list.next_request(Service::Cinder, &project()).unwrap();
    let expected = "/volume-transfers/detail?sort=created_at:asc&limit=1000&marker=t999";
    assert!(second.path.ends_with(expected), "{}", second.path);
    assert!(second.headers().any(|h| h == ("OpenStack-API-Version", "volume 3.59")));
    let second = list.next_request(Service::EvsV2, &project()).unwrap();
    let expected = "/os-volume-transfer/detail?limit=1000&offset=1000";
    assert!(second.path.ends_with(expected), "{}", second.path);
    assert_eq!(second.microversion, None);
    let before = list.clone();
    assert!(list.add_page(Err(TransportError::Connection)).is_err());
    assert_eq!(list, before, "an error must not change the list");
    // One row was also on the previous page, because the list grew in the meantime.
    list.add_page(page(999, 1010)).unwrap();
    assert_eq!(list.transfers.len(), 1010);
    assert_eq!(list.next_request(Service::Cinder, &project()), None);

    // If pages are requested by offset, an invalid row counts as well.
    let mut list = TransferList::default();
    let body = format!(
        r#"{{"transfers":[{{"id":"t","volume_id":"{VOLUME}"}},7],"transfers_links":[{{"rel":"next"}}]}}"#
    );
    list.add_page(Ok(Response::new(200, body.into()))).unwrap();
    let next = list.next_request(Service::EvsV3, &project()).unwrap();
    assert!(next.path.ends_with("offset=2"), "{}", next.path);

    // A repeated page ends the list.
    let mut list = TransferList::default();
    list.add_page(page(0, 1000)).unwrap();
    list.add_page(page(0, 1000)).unwrap();
    assert_eq!(list.next_request(Service::EvsV3, &project()), None);
}

#[test]
fn ignores_fields_of_later_microversions() {
    let created = recorded::one("noauth-130-create-volume-transfers-3.57");
    let created = api::decode_created(None, Ok(created.response())).unwrap();
    let (record, _) = created.into_handover();
    assert_eq!(record.label(), record.name.as_deref().unwrap());
    let unnamed = format!(r#"{{"transfer":{{"id":"t","volume_id":"{VOLUME}"}}}}"#);
    let unnamed = api::decode_accepted(Ok(Response::new(200, unnamed.into()))).unwrap();
    assert_eq!(unnamed.label(), "t");
}

#[test]
fn excludes_snapshots_if_the_service_supports_it() {
    let create = |service| {
        let volume = Eligibility::without_record(volume(), service).admit().unwrap();
        api::create(service, &project(), &CreateTransfer::new(volume, None).without_snapshots())
    };
    let cinder = create(Service::Cinder);
    assert_eq!(cinder.path, format!("/v3/{PROJECT}/volume-transfers"));
    assert!(cinder.headers().any(|h| h == ("OpenStack-API-Version", "volume 3.55")));
    let body = format!(r#"{{"transfer":{{"volume_id":"{VOLUME}","no_snapshots":true}}}}"#);
    assert_eq!(*cinder.body.unwrap(), body);
    let evs = create(Service::EvsV3);
    assert_eq!(evs.path, format!("/v3/{PROJECT}/os-volume-transfer"));
    assert_eq!(*evs.body.unwrap(), format!(r#"{{"transfer":{{"volume_id":"{VOLUME}"}}}}"#));
}

#[test]
fn records_facts_only_from_valid_responses() {
    assert_eq!(FactQuery::for_service(Service::Cinder), []);
    let path_of = |query: &FactQuery| query.request(Service::EvsV2, &project(), &volume()).path;
    let mut facts = Facts::default();
    let mut take = |query: FactQuery, body: &str| {
        let next = query.record(Ok(Response::new(200, body.into())), &mut facts);
        (next, facts)
    };

    let [_, backups, vaults] = &FactQuery::for_service(Service::EvsV2)[..] else {
        panic!("expected three queries")
    };
    let path = format!("/v3/{PROJECT}/backups?resource_id={VOLUME}");
    assert!(path_of(backups).starts_with(&path));
    // Cinder's own list at the same path has no count.
    assert!(take(backups.clone(), r#"{"backups":[]}"#).0.is_err());
    assert_eq!(take(backups.clone(), r#"{"backups":[],"count":0}"#).1.backups, Some(false));
    assert_eq!(take(backups.clone(), r#"{"backups":[{}],"count":1}"#).1.backups, Some(true));

    assert_eq!(take(vaults.clone(), r#"{"vaults":[{"id":"a/b"}]}"#).1.backup_policy, None);
    assert_eq!(take(vaults.clone(), r#"{"vaults":[]}"#).1.backup_policy, Some(false));
    let (next, _) = take(vaults.clone(), r#"{"vaults":[{"id":"v1"},{"id":"v2"}]}"#);
    let policies = next.unwrap().unwrap();
    assert_eq!(path_of(&policies), format!("/v3/{PROJECT}/policies?vault_id=v2"));
    let (next, _) = take(policies, r#"{"policies":[],"count":0}"#);
    let policies = next.unwrap().unwrap();
    assert_eq!(path_of(&policies), format!("/v3/{PROJECT}/policies?vault_id=v1"));
    let last = policies.clone();
    assert_eq!(take(policies, r#"{"policies":[{}],"count":1}"#).1.backup_policy, Some(true));
    let (next, facts) = take(last, r#"{"policies":[],"count":0}"#);
    assert_eq!((next, facts.backup_policy), (Ok(None), Some(false)));
    // One policy is enough.
    let (next, _) = take(vaults.clone(), r#"{"vaults":[{"id":"v1"},{"id":"v2"}]}"#);
    let (next, facts) = take(next.unwrap().unwrap(), r#"{"policies":[{}],"count":1}"#);
    assert_eq!((next, facts.backup_policy), (Ok(None), Some(true)));

    for (id, has_next) in
        [("a-1", true), ("", false), (&"v".repeat(64), true), (&"v".repeat(65), false)]
    {
        let (next, _) = take(vaults.clone(), &format!(r#"{{"vaults":[{{"id":"{id}"}}]}}"#));
        assert_eq!(next.unwrap().is_some(), has_next, "{id}");
    }
}

#[test]
fn parses_retry_after_as_seconds_or_a_date() {
    let wait = |value: &str| {
        let response = Response::new(429, Vec::new()).with_header("Retry-After", value);
        rejected(api::decode_deleted(Ok(response))).retry_delay()
    };
    assert_eq!(wait("12"), Some(RetryDelay::Seconds(12)));
    assert_eq!(wait("0"), None, "Cinder sends 0 for an exceeded quota");
    assert_eq!(wait(""), None);
    assert_eq!(wait("99999999999"), Some(RetryDelay::Seconds(u32::MAX)));
    let date = "Wed, 21 Oct 2026 07:28:00 GMT";
    assert_eq!(wait(date), Some(RetryDelay::Until(date.to_owned())));
}

#[test]
fn converts_a_retry_delay_to_seconds_from_now() {
    let date = RetryDelay::Until("Wed, 21 Oct 2026 07:28:00 GMT".to_owned());
    let then = 1_792_567_680;
    for (now, seconds) in [
        (then - 90, 90),
        (then, 0),
        (then + 90, 0),
        (i64::MAX, 0),
        (then - (1 << 32), u32::MAX),
        (i64::MIN, u32::MAX),
    ] {
        assert_eq!(date.seconds(now), Some(seconds), "{now}");
        assert_eq!(RetryDelay::Seconds(7).seconds(now), Some(7), "{now}");
    }
    assert_eq!(RetryDelay::Until("soon".to_owned()).seconds(then), None);
}

#[test]
fn requires_two_lookups_if_the_request_may_still_be_in_progress() {
    assert_eq!(UnknownCause::NoResponse(TransportError::Timeout).required_lookups(), 2);
    let outcome = api::decode_created(None, Ok(Response::new(202, Vec::new())));
    let Err(ChangeError::OutcomeUnknown(cause)) = outcome else { panic!("not unknown") };
    assert_eq!(cause.required_lookups(), 1);
}

#[test]
fn removes_pasting_artifacts_from_ids() {
    let uuid = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
    for text in [
        format!("\u{feff}{uuid}"),
        format!("{}\u{200b}\u{200d}{}", &uuid[..20], &uuid[20..]),
        format!("\u{202a}{uuid}\u{202c}\u{2060}"),
        format!("{}\u{ad}{}", &uuid[..9], &uuid[9..]),
        format!("\u{a0}`{uuid}`\r\n"),
        format!("\"{uuid}\""),
        format!("\u{201c}{uuid}\u{201d}"),
        format!("{}\r\n{}", &uuid[..30], &uuid[30..]),
        uuid.replace('-', "\u{2011}"),
        uuid.replace('5', "\u{ff15}").replace('a', "\u{ff41}"),
    ] {
        assert_eq!(VolumeId::parse(&text).unwrap().as_str(), uuid, "{text:?}");
        assert_eq!(ProjectId::parse(&text).unwrap().as_str(), uuid, "{text:?}");
        assert_eq!(TransferId::parse(&text).unwrap().as_str(), uuid, "{text:?}");
        assert_eq!(AuthKey::parse(&text).unwrap().expose(), uuid, "{text:?}");
        let file = serde_json::json!({ "transfer_id": text, "auth_key": text }).to_string();
        let read = the_only_handover(&file);
        assert_eq!((read.transfer_id.as_str(), read.auth_key.expose()), (uuid, uuid));
    }
    for malformed in ["a b", "a\u{a0}b", "a\"b", "a\tb", "过"] {
        assert_eq!(ProjectId::parse(malformed), Err(IdError::Malformed), "{malformed:?}");
    }
    assert_eq!(ProjectId::parse("\u{feff}\" \u{200b}\""), Err(IdError::Empty));
}
