//! Lists of volumes, transfers and snapshots.

use crate::{PROJECT, VOLUME};
use volume_transfer::api::{self, VolumeList};
use volume_transfer::{
    Facts, FaultKind, Outcome, ProjectId, ReadError, Response, Service, TransportError,
    UnknownCause, VolumeId,
};

#[test]
fn a_response_without_a_list_is_unreadable_and_keeps_its_status() {
    for (status, body) in
        [(200, "<html>"), (200, "{}"), (200, r#"{"volumes":3}"#), (204, ""), (0, "")]
    {
        let response = Response::new(status, body.into()).with_header("X-Request-Id", "r");
        let error = VolumeList::default().add_page(Ok(response)).unwrap_err();
        assert!(matches!(error, ReadError::Unreadable(_)), "{status} {body}");
        assert_eq!(error.kind(), FaultKind::Address);
        let fault = error.fault().unwrap();
        assert_eq!((fault.status, fault.request_id.as_deref()), (status, Some("r")));
        assert_eq!(UnknownCause::Unreadable(fault.clone()).fault(), Some(fault));
    }
    let lost = VolumeList::default().add_page(Err(TransportError::Timeout)).unwrap_err();
    assert_eq!(lost, ReadError::NoResponse(TransportError::Timeout));
    assert_eq!((lost.kind(), lost.fault()), (FaultKind::Server, None));
}

/// Returns a page of rows, with or without a link to the next one.
fn page(rows: &str, more: bool) -> Outcome {
    let links =
        if more { r#","volumes_links":[{"rel":"next","href":"javascript:alert(1)"}]"# } else { "" };
    Ok(Response::new(200, format!(r#"{{"volumes":[{rows}]{links}}}"#).into()))
}

#[test]
fn reads_volumes_page_by_page() {
    let project = ProjectId::parse(PROJECT).unwrap();
    let row = |n: usize| format!(r#"{{"id":"c86b9af4-151d-4ead-b62c-5fb967af{n:04}"}}"#);
    let next = |list: &VolumeList| Some(list.next_request(Service::Cinder, &project)?.path);
    let mut list = VolumeList::default();
    list.add_page(page(&format!(r#"{{"id":"no uuid"}},{},7,{{"name":"no id"}}"#, row(1)), true))
        .unwrap();
    assert_eq!((list.volumes.len(), list.unreadable), (1, 3));
    assert!(
        next(&list).unwrap().ends_with("?limit=1000&marker=c86b9af4-151d-4ead-b62c-5fb967af0001")
    );
    let before = list.clone();
    assert!(list.add_page(Err(TransportError::Connection)).is_err());
    assert!(list.add_page(page("", true).map(|_| Response::new(200, b"{".to_vec()))).is_err());
    assert_eq!(list, before, "an error must not change the list");
    list.add_page(page(&[row(2), row(3)].join(","), true)).unwrap();
    assert!(next(&list).unwrap().ends_with("0003"));
    list.add_page(page(&row(4), false)).unwrap();
    assert_eq!((list.volumes.len(), next(&list)), (4, None));

    // A service that ignores markers returns its first page again, which is skipped.
    let mut list = VolumeList::default();
    let first = || page(&format!("{},{},7", row(1), row(2)), true);
    list.add_page(first()).unwrap();
    list.add_page(first()).unwrap();
    assert_eq!((list.volumes.len(), list.unreadable, next(&list)), (2, 1, None));

    // A service whose pages start with the marker returns the last row again.
    let mut list = VolumeList::default();
    list.add_page(first()).unwrap();
    list.add_page(page(&row(2), true)).unwrap();
    assert_eq!((list.volumes.len(), next(&list)), (2, None));

    // A page without readable rows has no marker for the next page.
    let mut list = VolumeList::default();
    assert!(list.add_page(page("7", true)).is_err());
    assert_eq!(list, VolumeList::default());
    list.add_page(page("7", false)).unwrap();
    assert_eq!((list.unreadable, next(&list)), (1, None));
    let mut list = VolumeList::default();
    list.add_page(page("", true)).unwrap();
    assert_eq!(next(&list), None);
}

/// An invalid name doesn't affect the rest of the list.
#[test]
fn uses_the_id_as_the_label_if_the_name_is_invalid() {
    for name in [&b"\xff"[..], b"\\ud83d", b""] {
        let mut body = format!(r#"{{"volumes":[{{"id":"{VOLUME}","size":40,"name":""#).into_bytes();
        body.extend(name);
        body.extend(br#""}]}"#);
        let mut list = VolumeList::default();
        list.add_page(Ok(Response::new(200, body))).unwrap();
        let volume = list.volumes.first().unwrap();
        assert_eq!((volume.label(), volume.size), (VOLUME, Some(40)), "{name:?}");
    }
}

#[test]
fn reads_the_creation_time_of_a_volume() {
    let read = |time: &str| {
        let row = format!(r#"{{"id":"{VOLUME}","created_at":{time}}}"#);
        let mut list = VolumeList::default();
        list.add_page(page(&row, false)).unwrap();
        list.volumes.first().unwrap().created_at
    };
    for time in ["\"2016-05-25T02:42:10.856332\"", "\"2016-05-25T10:42:10+08:00\"", "1464144130"] {
        assert_eq!(read(time), Some(1_464_144_130), "{time}");
    }
    for time in ["null", "\"\"", "\"yesterday\"", "7", "{}", "true"] {
        assert_eq!(read(time), None, "{time}");
    }
}

#[test]
fn looks_up_a_transfer_in_complete_and_incomplete_lists() {
    use api::TransferLookup::{Found, Inconclusive, NotFound};
    let volume = VolumeId::parse(VOLUME).unwrap();
    let lookup = |rows: &str, links: &str| {
        let body = format!(r#"{{"transfers":[{rows}]{links}}}"#);
        let mut list = api::TransferList::default();
        list.add_page(Ok(Response::new(200, body.into()))).unwrap();
        list.lookup(&volume)
    };
    let ours = format!(r#"{{"id":"t","volume_id":"{VOLUME}"}}"#);
    let other = r#"{"id":"u","volume_id":"b104b8db-170d-441b-897a-3c8ba9c5a214"}"#;
    let next = r#","transfers_links":[{"rel":"next","href":"x"}]"#;
    assert_eq!(lookup("", ""), NotFound);
    assert_eq!(lookup(other, ""), NotFound);
    assert_eq!(lookup(other, next), Inconclusive);
    assert_eq!(lookup(&format!("{other},7"), ""), Inconclusive);
    assert_eq!(lookup(&format!(r#"{other},{{"id":"v","volume_id":"?"}}"#), ""), Inconclusive);
    assert_eq!(lookup(&vec![other; 1000].join(","), ""), Inconclusive);
    for found in [lookup(&ours, ""), lookup(&format!("7,{ours}"), next)] {
        let Found(transfer) = found else { panic!("{found:?}") };
        assert_eq!(transfer.id.as_str(), "t");
    }
}

#[test]
fn reads_snapshots() {
    let has = |body: &str| {
        let mut facts = Facts::default();
        let response = Ok(Response::new(200, body.into()));
        api::FactQuery::Snapshots.record(response, &mut facts).map(|_| facts.snapshots)
    };
    assert_eq!(has(r#"{"count":2,"snapshots":[{"id":"s"}]}"#), Ok(Some(true)));
    assert_eq!(has(r#"{"snapshots":[]}"#), Ok(Some(false)));
    assert!(has("{}").is_err(), "a missing list must not count as empty");
}
