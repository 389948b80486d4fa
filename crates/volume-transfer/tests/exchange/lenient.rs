//! Undocumented forms of responses that other clients accept.

use crate::VOLUME;
use volume_transfer::api::{self, TransferList, VolumeList};
use volume_transfer::{
    CredentialsFile, Facts, FaultKind, ListReader, ReadError, Response, VolumeId, read_json,
};

const MARK: &str = "\u{feff}";

fn ok(body: &str) -> Result<Response, volume_transfer::TransportError> {
    Ok(Response::new(200, body.into()))
}

fn volume() -> VolumeId {
    VolumeId::parse(VOLUME).unwrap()
}

fn key(status: u16, body: &str) -> Option<String> {
    let created = api::decode_created(Some(volume()), Ok(Response::new(status, body.into())));
    Some(created.ok()?.into_handover().1.auth_key.expose().to_owned())
}

#[test]
fn skips_a_byte_order_mark() {
    let list = format!(r#"{{"volumes":[{{"id":"{VOLUME}","name":"a","status":"available"}}]}}"#);
    for before in [MARK, "\u{feff}\r\n", "\n\u{feff}", " \t\n"] {
        let marked = format!("{before}{list}");
        let mut volumes = VolumeList::default();
        volumes.add_page(ok(&marked)).unwrap();
        assert_eq!(volumes.volumes[0].name.as_deref(), Some("a"), "{before:?}");
        for size in [1, 2, 3, 4, marked.len()] {
            let (mut reader, mut rows) = (ListReader::new(), Vec::new());
            for chunk in marked.as_bytes().chunks(size) {
                reader.push(chunk, |row| rows.push(row)).unwrap();
            }
            reader.finish().unwrap();
            // Offsets are relative to the start of the whole response.
            let row = &marked[rows[0].bytes.clone()];
            assert_eq!(row, &list[12..list.len() - 2], "{before:?}");
        }

        let transfer = format!(r#"{{"id":"t","volume_id":"{VOLUME}","auth_key":"k"}}"#);
        assert_eq!(
            key(202, &format!(r#"{before}{{"transfer":{transfer}}}"#)).as_deref(),
            Some("k")
        );
        let mut transfers = TransferList::default();
        transfers.add_page(ok(&format!(r#"{before}{{"transfers":[{transfer}]}}"#))).unwrap();
        assert_eq!(transfers.transfers.len(), 1);
        assert!(CredentialsFile::parse(format!("{before}{transfer}").as_bytes()).is_ok());

        let refusal = format!(r#"{before}{{"error":{{"code":"EVS.0002","message":"m"}}}}"#);
        let error = VolumeList::default().add_page(Ok(Response::new(400, refusal.into())));
        assert_eq!(error.unwrap_err().kind(), FaultKind::Token);
    }
}

#[test]
fn rejects_a_partial_byte_order_mark() {
    for broken in
        [&b"\xef"[..], b"\xef{}", b"\xef\xbb{}", b"\xbb{}", b"{}\xef\xbb\xbf", b"{\xef\xbb\xbf}"]
    {
        assert_eq!(read_json(broken), None, "{broken:?}");
    }
}

#[test]
fn reads_null_as_an_empty_list() {
    let mut volumes = VolumeList::default();
    volumes.add_page(ok(r#"{"volumes":null,"volumes_links":null}"#)).unwrap();
    assert_eq!((volumes.volumes.len(), volumes.unreadable), (0, 0));
    let mut transfers = TransferList::default();
    transfers.add_page(ok(r#"{"transfers":null}"#)).unwrap();
    assert_eq!(transfers.lookup(&volume()), api::TransferLookup::NotFound);
    let mut facts = Facts::default();
    api::FactQuery::Snapshots.record(ok(r#"{"snapshots":null}"#), &mut facts).unwrap();
    api::FactQuery::Vaults.record(ok(r#"{"vaults":null}"#), &mut facts).unwrap();
    assert_eq!((facts.snapshots, facts.backup_policy), (Some(false), Some(false)));
    for none in ["{}", r#"{"volumes":{}}"#, r#"{"volumes":-1}"#, r#"{"volumes":NaN}"#, "null"] {
        assert!(VolumeList::default().add_page(ok(none)).is_err(), "{none}");
        let none = none.replace("volumes", "transfers");
        assert!(TransferList::default().add_page(ok(&none)).is_err(), "{none}");
    }
}

/// Values that `JSON.parse` or Python accepts, but that make strict parsers reject the document.
const ODD: [&str; 8] = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    "-0",
    "123456789012345678901234567890",
];

#[test]
fn an_invalid_value_does_not_affect_other_values() {
    let other = "b104b8db-170d-441b-897a-3c8ba9c5a214";
    for odd in ODD {
        let list = format!(
            r#"{{"volumes":[{{"id":"{VOLUME}","x":{odd},"size":{odd},"name":{odd}}},{odd},
            {{"id":{odd}}},{{"id":"{other}","name":"b","size":7,"metadata":{{"policy":{odd}}}}}]}}"#
        );
        let mut volumes = VolumeList::default();
        volumes.add_page(ok(&list)).unwrap();
        let [first, second] = &volumes.volumes[..] else { panic!("{odd}: {volumes:?}") };
        assert_eq!((first.size, volumes.unreadable), (None, 2), "{odd}");
        assert_eq!((second.name.as_deref(), second.size), (Some("b"), Some(7)), "{odd}");

        let list = format!(
            r#"{{"transfers":[{{"id":"t","volume_id":"{VOLUME}","x":[{odd}],"created_at":{odd}}},{odd},
            {{"id":"u","volume_id":"{other}"}}]}}"#
        );
        let mut transfers = TransferList::default();
        transfers.add_page(ok(&list)).unwrap();
        assert_eq!((transfers.transfers.len(), transfers.unreadable), (2, 1), "{odd}");

        let created = format!(
            r#"{{"x":{odd},"transfer":{{"id":"t","name":{odd},"auth_key":"k","y":{{"z":{odd}}}}}}}"#
        );
        assert_eq!(key(202, &created).as_deref(), Some("k"), "{odd}");
    }
    for name in [&b"\xff"[..], b"a\xed\xa0\x80b"] {
        let body = [br#"{"transfer":{"id":"t","auth_key":"k","name":""#, name, br#""}}"#].concat();
        let created = api::decode_created(Some(volume()), Ok(Response::new(202, body)));
        assert_eq!(created.unwrap().into_handover().0.name, None);
    }
    for strict in ["nan", "NaNs", "+Infinity", "-NaN", "Inf", "Infinity1", "01", "undefined", "'a'"]
    {
        assert_eq!(read_json(format!("[{strict}]").as_bytes()), None, "{strict}");
    }
}

#[test]
fn accepts_any_success_status() {
    let list = format!(r#"{{"volumes":[{{"id":"{VOLUME}"}}]}}"#);
    let created = r#"{"transfer":{"id":"t","auth_key":"k"}}"#;
    let accepted = format!(r#"{{"transfer":{{"id":"t","volume_id":"{VOLUME}"}}}}"#);
    for status in [200, 201, 202, 203, 206, 299] {
        let mut volumes = VolumeList::default();
        volumes.add_page(Ok(Response::new(status, list.clone().into()))).unwrap();
        assert_eq!(volumes.volumes.len(), 1);
        assert_eq!(key(status, created).as_deref(), Some("k"));
        assert!(api::decode_accepted(Ok(Response::new(status, accepted.clone().into()))).is_ok());
    }
    // Cinder's response to a missing token isn't a success.
    let token = |body: &str| Ok(Response::new(204, body.into()).with_header("X-Auth-Token", "a:p"));
    assert!(VolumeList::default().add_page(token(&list)).is_err());
    assert!(api::decode_accepted(token(&accepted)).is_err());
}

#[test]
fn reads_errors_with_a_success_status() {
    for (body, code, message) in [
        (r#"{"error":{"code":"EVS.0002","message":"m"}}"#, Some("EVS.0002"), Some("m")),
        (r#"{"error_code":"APIGW.0301","error_msg":"m"}"#, Some("APIGW.0301"), Some("m")),
        (r#"{"error":"m"}"#, None, Some("m")),
    ] {
        for status in [200, 202] {
            let Err(ReadError::Refused(fault)) =
                VolumeList::default().add_page(Ok(Response::new(status, body.into())))
            else {
                panic!("{status} {body}");
            };
            assert_eq!((fault.code.as_deref(), fault.message.as_deref()), (code, message));
            // A transfer may have been created anyway.
            let created = api::decode_created(None, Ok(Response::new(status, body.into())));
            let Err(volume_transfer::ChangeError::OutcomeUnknown(cause)) = created else {
                panic!("{status} {body}");
            };
            assert_eq!(cause.fault(), Some(fault));
        }
    }
    // A truncated record is never used as a message, because it may contain the key.
    let cut = r#"{"transfer":{"auth_key":"9266c59563c84664","description":"d"#;
    let created = api::decode_created(None, Ok(Response::new(202, cut.into())));
    assert!(!format!("{created:?}").contains("9266"));
}
