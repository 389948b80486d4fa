//! Lists: of volumes, of transfers when one was lost, and of snapshots.

use crate::VOLUME;
use volume_transfer::{Facts, FaultKind, Lost, ReadError, Response, UnknownCause, VolumeId, api};

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
