//! The credentials file: writing it, its schema, and reading whatever file people choose.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod recorded;

use proptest::prelude::*;
use serde_json::{Value, json};
use std::{fs, path::Path};
use volume_transfer::{
    CredentialsError, CredentialsFile, ProjectId, Response, Service, TransferCredentials,
    TransferSource, Volume, api,
};

const VOLUME: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";
const KEY: &str = "d375b6cd619166b4";

fn source() -> TransferSource {
    TransferSource {
        service: Some(Service::EvsV2),
        endpoint: Some("https://evs.example.com".to_owned()),
        region: Some("cn-north-4".to_owned()),
        project: ProjectId::parse("dd14c6ac581f40059e27f5320b60bf2f").ok(),
    }
}

/// Returns the credentials of a created transfer.
fn created(transfer: &Value, volume: Option<&Value>) -> TransferCredentials {
    let body = json!({ "transfer": transfer }).to_string();
    let created = api::decode_created(None, Ok(Response::new(202, body.into()))).unwrap();
    let (record, handover) = created.into_handover();
    let volume = volume.and_then(Volume::from_json);
    TransferCredentials::new(&record, handover, volume.as_ref())
}

/// Returns a transfer with every field, and one with only a few.
fn transfers() -> [TransferCredentials; 2] {
    let named = json!({
        "id": "t-1", "auth_key": KEY, "volume_id": VOLUME, "name": "to \"b\"\n卷",
        "created_at": "2026-11-23T16:03:05.016978+08:00",
    });
    let volume = json!({ "id": VOLUME, "name": "data-01", "size": 40 });
    let bare = json!({ "id": "t-2", "auth_key": "k2", "volume_id": VOLUME });
    [created(&named, Some(&volume)), created(&bare, None)]
}

fn parse(file: &Value) -> Result<CredentialsFile, CredentialsError> {
    CredentialsFile::parse(file.to_string().as_bytes())
}

fn ids(file: &CredentialsFile) -> Vec<&str> {
    file.transfers.iter().map(|transfer| transfer.handover.transfer_id.as_str()).collect()
}

/// Returns all fields as text, because `AuthKey` can't be compared or cloned.
fn fields(transfer: &TransferCredentials) -> String {
    format!("{transfer:?} {}", transfer.handover.auth_key.expose())
}

#[test]
fn writes_one_or_many_transfers_in_the_same_format() {
    let [first, second] = transfers();
    let text = CredentialsFile::write(&source(), &[&first, &second]);
    let expected = r#"{
  "version": 2,
  "service": "evs-v2",
  "endpoint": "https://evs.example.com",
  "region": "cn-north-4",
  "source_project": "dd14c6ac581f40059e27f5320b60bf2f",
  "transfers": [
    {
      "transfer_id": "t-1",
      "auth_key": "d375b6cd619166b4",
      "name": "to \"b\"\u000a卷",
      "created_at": "2026-11-23T08:03:05.016978",
      "volume_id": "c86b9af4-151d-4ead-b62c-5fb967af0e37",
      "volume_name": "data-01",
      "size": 40
    },
    {
      "transfer_id": "t-2",
      "auth_key": "k2",
      "name": null,
      "created_at": null,
      "volume_id": "c86b9af4-151d-4ead-b62c-5fb967af0e37",
      "volume_name": null,
      "size": null
    }
  ]
}
"#;
    assert_eq!(*text, expected);
    let one = CredentialsFile::write(&TransferSource::default(), &[&second]);
    let one: Value = serde_json::from_str(&one).unwrap();
    assert_eq!(one["endpoint"], Value::Null);
    assert_eq!(one["transfers"].as_array().unwrap().len(), 1);
}

#[test]
fn reads_what_it_wrote() {
    let transfers = transfers();
    let text = CredentialsFile::write(&source(), &transfers.each_ref());
    let file = CredentialsFile::parse(text.as_bytes()).unwrap();
    assert_eq!((&file.source, file.unreadable), (&source(), 0));
    let read: Vec<_> = file.transfers.iter().map(fields).collect();
    assert_eq!(read, transfers.each_ref().map(fields));
}

/// The buffer must never grow, because growing would leave a copy of the keys in memory.
#[test]
fn allocates_enough_for_text_that_has_to_be_escaped() {
    let worst = "\0".repeat(300);
    let transfer = created(
        &json!({
            "id": worst, "auth_key": worst, "volume_id": VOLUME, "name": worst, "created_at": worst,
        }),
        Some(&json!({ "id": VOLUME, "name": worst, "size": 9_999_999_999_999_999_999_u64 })),
    );
    let source = TransferSource { endpoint: Some(worst.clone()), region: Some(worst), ..source() };
    for count in [0, 1, 2, 9] {
        let text = CredentialsFile::write(&source, &vec![&transfer; count]);
        let enough = 256 + 6 * 638 + count * (256 + 6 * (5 * 300 + 36));
        assert!(text.len() <= text.capacity() && text.capacity() <= enough, "{count}");
    }
}

#[test]
fn debug_output_contains_no_keys() {
    let [first, _] = transfers();
    assert!(!format!("{first:?}").contains(KEY));
    let text = CredentialsFile::write(&source(), &[&first]);
    let file = CredentialsFile::parse(text.as_bytes()).unwrap();
    assert!(!format!("{file:?}").contains(KEY));
}

#[test]
fn reads_a_single_transfer_from_a_version_1_file_or_a_response() {
    let fields = json!({ "transfer_id": "t", "auth_key": KEY, "volume_id": VOLUME, "name": "n" });
    for file in [
        fields.clone(),
        json!({ "transfer": fields }),
        json!({ "id": "t", "auth_key": KEY, "volume_id": VOLUME, "name": "n" }),
        json!({ "transfer_id": " t\u{200b} ", "auth_key": format!("“{KEY}”\n"), "name": "n",
                "volume_id": format!(" {VOLUME}"), "unknown": [{ "auth_key": 7 }] }),
    ] {
        let file = parse(&file).unwrap();
        assert_eq!(
            (ids(&file), file.unreadable, &file.source),
            (vec!["t"], 0, &TransferSource::default())
        );
        let [transfer] = &file.transfers[..] else { panic!("expected one transfer") };
        assert_eq!(transfer.handover.auth_key.expose(), KEY);
        assert_eq!(
            (transfer.name.as_deref(), transfer.volume_id.unwrap().as_str()),
            (Some("n"), VOLUME)
        );
    }
    let real = recorded::one("noauth-003-transfer-create");
    assert_eq!(CredentialsFile::parse(&real.body).unwrap().transfers.len(), 1);
    let (record, handover) = {
        let created = api::decode_created(None, Ok(real.response())).unwrap();
        created.into_handover()
    };
    // This is how version 1 was written.
    let file = json!({
        "transfer_id": handover.transfer_id.as_str(),
        "auth_key": handover.auth_key.expose(),
        "volume_id": record.volume_id.as_str(),
        "name": record.name,
    });
    assert_eq!(ids(&parse(&file).unwrap()), [record.id.as_str()]);
}

#[test]
fn skips_a_byte_order_mark_and_whitespace() {
    let row = json!({ "transfers": [{ "transfer_id": "t", "auth_key": "k" }] }).to_string();
    for file in [format!("\u{feff}{row}"), format!("\u{feff}\r\n {row}\n\n"), row] {
        assert_eq!(ids(&CredentialsFile::parse(file.as_bytes()).unwrap()), ["t"], "{file:?}");
    }
}

#[test]
fn an_unreadable_row_does_not_affect_the_others() {
    let row = |id: &str| json!({ "transfer_id": id, "auth_key": "k" });
    let unreadable = [
        json!(null),
        json!(7),
        json!("t"),
        json!([]),
        json!({}),
        json!({ "transfer_id": "t" }),
        json!({ "auth_key": "k" }),
        json!({ "transfer_id": 7, "auth_key": "k" }),
        json!({ "transfer_id": "t", "auth_key": 7 }),
        json!({ "transfer_id": "t", "auth_key": null }),
        json!({ "transfer_id": "../t", "auth_key": "k" }),
        json!({ "transfer_id": "t", "auth_key": "k k" }),
        json!({ "transfer_id": " ", "auth_key": "k" }),
        json!({ "transfer_id": "t", "auth_key": "" }),
    ];
    for broken in &unreadable {
        let file = parse(&json!({ "transfers": [row("a"), broken, row("b")] })).unwrap();
        assert_eq!((ids(&file), file.unreadable), (vec!["a", "b"], 1), "{broken}");
        let only = parse(&json!({ "transfers": [broken] }));
        assert_eq!(only.err(), Some(CredentialsError::Malformed), "{broken}");
    }
    // Other fields only describe the transfer.
    let odd = json!({ "transfer_id": "t", "auth_key": "k", "volume_id": "?", "name": {},
                      "volume_name": 7, "size": "40", "created_at": [] });
    let source = json!({ "transfers": [odd], "service": "s3", "endpoint": 7, "region": null,
                         "source_project": "a/b", "version": "?" });
    let file = parse(&source).unwrap();
    let transfer = &file.transfers[0];
    assert_eq!((transfer.volume_id, transfer.name.as_deref()), (None, None));
    assert_eq!((transfer.volume_name.as_deref(), transfer.size), (Some("7"), Some(40)));
    assert_eq!((transfer.created_at.as_deref(), file.source.service), (None, None));
    assert_eq!((file.source.project, file.source.endpoint.as_deref()), (None, Some("7")));
}

#[test]
fn keeps_only_one_copy_of_a_repeated_transfer() {
    let row = |id: &str, key: &str| json!({ "transfer_id": id, "auth_key": key });
    let rows = [row("a", "k1"), row("b", "k2"), row(" a ", "k1"), row("A", "k3")];
    let file = parse(&json!({ "transfers": rows })).unwrap();
    assert_eq!((ids(&file), file.unreadable), (vec!["a", "b", "A"], 0));
}

#[test]
fn says_why_a_file_has_no_transfers() {
    use CredentialsError::{Empty, Malformed, NoTransfers, TooMany};
    let many =
        |count| json!({ "transfers": vec![json!({ "transfer_id": "t", "auth_key": "k" }); count] });
    assert_eq!(parse(&many(CredentialsFile::MAX_TRANSFERS)).unwrap().transfers.len(), 1);
    assert_eq!(parse(&many(CredentialsFile::MAX_TRANSFERS + 1)).err(), Some(TooMany));
    for (file, error) in [
        ("", Empty),
        (" \r\n\t", Empty),
        ("\u{feff}", Empty),
        ("transfer t, key k", Malformed),
        (r#"{"transfers":[{"transfer_id":"t","auth_key":"k"}"#, Malformed),
        (r#"{"auth_key":"k"}"#, Malformed),
        (r#"{"transfer":null}"#, Malformed),
        ("{}", NoTransfers),
        ("[]", NoTransfers),
        (r#""text""#, NoTransfers),
        (r#"{"version":2,"transfers":[]}"#, NoTransfers),
        (r#"{"transfers":null}"#, NoTransfers),
        (r#"{"transfers":{"transfer_id":"t","auth_key":"k"}}"#, NoTransfers),
        (r#"[{"transfer_id":"t","auth_key":"k"}]"#, NoTransfers),
    ] {
        assert_eq!(CredentialsFile::parse(file.as_bytes()).err(), Some(error), "{file}");
    }
    assert_eq!(
        CredentialsError::ALL.map(CredentialsError::code),
        ["empty", "malformed", "no_transfers", "protected", "too_many"]
    );
    for error in CredentialsError::ALL {
        assert!(error.to_string().starts_with("the credentials file "));
    }
}

#[test]
fn recognizes_a_protected_file() {
    let protected = |file: &str| {
        CredentialsFile::parse(file.as_bytes()).err() == Some(CredentialsError::Protected)
    };
    let jwe = "eyJhbGciOiJQQkVTMi1IUzUxMitBMjU2S1cifQ.a-_9.iv.Y2lwaGVy.tag";
    for file in [jwe.to_owned(), format!("\u{feff}{jwe}\r\n"), jwe.replace(".iv", ".\r\niv")] {
        assert!(protected(&file), "{file:?}");
    }
    for file in [
        "eyJhbGciOiJIUzI1NiJ9.cGF5bG9hZA.c2lnbmF0dXJl".to_owned(),
        format!("{jwe}.x"),
        jwe.replace("eyJ", "abc"),
        jwe.replace("iv", "i v"),
        jwe.replace("iv", "i+v"),
        jwe.replace("iv", "i=v"),
        format!("{{{jwe}}}"),
    ] {
        assert!(!protected(&file), "{file}");
    }
}

proptest! {
    #[test]
    fn any_file_is_read_or_rejected(file in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = CredentialsFile::parse(&file);
    }

    /// A changed byte may break a row or the whole file, but never adds a transfer.
    #[test]
    fn a_damaged_file_is_read_or_rejected(at in any::<prop::sample::Index>(), byte: u8) {
        let text = CredentialsFile::write(&source(), &transfers().each_ref());
        let mut file = text.as_bytes().to_vec();
        *at.get_mut(&mut file) = byte;
        if let Ok(file) = CredentialsFile::parse(&file) {
            prop_assert!(file.transfers.len() + file.unreadable <= 2);
        }
    }
}

/// Validates a value. Supports only the part of JSON Schema that the file's schema uses.
fn validate(value: &Value, schema: &Value) -> Result<(), String> {
    let is = |kind: &str| match kind {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("unsupported type {kind}"),
    };
    let text = || value.as_str().map(|text| text.chars().count() as u64);
    let items = || value.as_array().map(|items| items.len() as u64);
    for (keyword, expected) in schema.as_object().unwrap() {
        let holds = match keyword.as_str() {
            "$schema" | "title" | "description" => true,
            "type" if expected.is_string() => is(expected.as_str().unwrap()),
            "type" => expected.as_array().unwrap().iter().any(|kind| is(kind.as_str().unwrap())),
            "const" => value == expected,
            "enum" => expected.as_array().unwrap().contains(value),
            "minLength" => text().is_none_or(|length| length >= expected.as_u64().unwrap()),
            "maxLength" => text().is_none_or(|length| length <= expected.as_u64().unwrap()),
            "minItems" => items().is_none_or(|length| length >= expected.as_u64().unwrap()),
            "maxItems" => items().is_none_or(|length| length <= expected.as_u64().unwrap()),
            "minimum" => value.as_u64().is_none_or(|value| value >= expected.as_u64().unwrap()),
            "required" => expected
                .as_array()
                .unwrap()
                .iter()
                .all(|field| value.get(field.as_str().unwrap()).is_some()),
            "properties" => {
                for (field, schema) in expected.as_object().unwrap() {
                    value.get(field).map_or(Ok(()), |value| validate(value, schema))?;
                }
                true
            }
            "items" => {
                value.as_array().unwrap().iter().try_for_each(|item| validate(item, expected))?;
                true
            }
            _ => panic!("unsupported keyword {keyword}"),
        };
        if !holds {
            return Err(format!("{keyword} {expected}: {value}"));
        }
    }
    Ok(())
}

#[test]
fn the_schema_describes_what_is_written() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/credentials.schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let transfers = transfers();
    let written = CredentialsFile::write(&source(), &transfers.each_ref());
    let written: Value = serde_json::from_str(&written).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let (row, row_schema) = (&written["transfers"][0], &schema["properties"]["transfers"]["items"]);
    assert_eq!(keys(&written), keys(&schema["properties"]));
    assert_eq!(keys(row), keys(&row_schema["properties"]));

    assert_eq!(validate(&written, &schema), Ok(()));
    let empty = CredentialsFile::write(&TransferSource::default(), &[&transfers[1]]);
    assert_eq!(validate(&serde_json::from_str(&empty).unwrap(), &schema), Ok(()));
    for service in Service::ALL {
        let source = TransferSource { service: Some(service), ..source() };
        let written = CredentialsFile::write(&source, &[&transfers[0]]);
        assert_eq!(validate(&serde_json::from_str(&written).unwrap(), &schema), Ok(()));
    }
    let limit = &schema["properties"]["transfers"]["maxItems"];
    assert_eq!(limit, CredentialsFile::MAX_TRANSFERS);

    // A file without a required field can't be read, or is a version 1 file.
    for field in ["version", "transfers"] {
        let mut file = written.clone();
        file.as_object_mut().unwrap().remove(field);
        assert!(validate(&file, &schema).is_err(), "{field}");
    }
    for field in ["transfer_id", "auth_key"] {
        let mut row = row.clone();
        row.as_object_mut().unwrap().remove(field);
        assert!(validate(&row, row_schema).is_err(), "{field}");
        assert!(parse(&json!({ "transfers": [row] })).is_err(), "{field}");
    }
}
