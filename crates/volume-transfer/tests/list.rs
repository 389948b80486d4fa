//! `ListReader` agrees with `serde_json` on every list, valid or not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;
mod recorded;

use common::{read_in_chunks, read_with_serde_json};
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use volume_transfer::list::{ListError, ListSummary};
use volume_transfer::{ListReader, Volume};

const ID: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

/// Reads the volumes in a list, `size` bytes at a time. Reads the list twice, because the reader
/// learns layouts from the first pass.
fn read(text: &[u8], size: usize) -> Result<(Vec<Volume>, ListSummary), ListError> {
    let mut reader = ListReader::new();
    let (rows, summary) = read_in_chunks(&mut reader, text, size);
    let (again, same) = read_in_chunks(&mut reader, text, size);
    assert_eq!(same, summary);
    // The rows before an error may differ.
    assert!(summary.is_err() || again == rows);
    summary.map(|summary| (rows.iter().map(|row| row.volume(text)).collect(), summary))
}

#[track_caller]
fn assert_agrees(text: &str) {
    let expected = read_with_serde_json(text.as_bytes());
    for size in [1, 7, usize::MAX] {
        assert_eq!(read(text.as_bytes(), size).ok(), expected, "{text}");
    }
}

#[test]
fn agrees_on_unusual_lists() {
    for text in [
        r#"{"volumes":[]}"#.to_owned(),
        format!(r#"{{"volumes":[{{"id":"{ID}"}}]}}"#),
        format!(
            "\n{{ \"volumes\" :\t[ {{ \"id\" : \"{ID}\" , \"status\":\"available\" }} ] }}\r\n"
        ),
        // Rows without a valid ID, and rows that aren't objects.
        r#"{"volumes":[{"id":"no uuid"},{"id":7},{},null,7,"text",[],[{}],true]}"#.to_owned(),
        format!(r#"{{"volumes":[["{ID}"]]}}"#),
        // Escaped keys and values.
        format!(
            r#"{{"v\u006flumes":[{{"\u0069d":"{}","st\u0061tus":"av\u0061ilable"}}]}}"#,
            ID.replace('c', "\\u0063")
        ),
        // Every short escape, and invalid ones.
        format!(r#"{{"volumes":[{{"id":"{ID}","name":"\"\\\/\b\f\n\r\t"}}]}}"#),
        format!(r#"{{"volumes":[{{"id":"{ID}","name":"\a"}}]}}"#),
        format!(r#"{{"volumes":[{{"id":"{ID}","name":"\x20"}}]}}"#),
        // Escapes that spell a key or value if the backslash is ignored.
        format!(
            r#"{{"volumes":[{{"id":"{ID}","\bootable":true,"e\ncrypted":true,"s\tatus":"available"}}]}}"#
        ),
        format!(r#"{{"volumes":[{{"id":"{ID}","encrypted":"\false","bootable":"t\rue"}}]}}"#),
        // The last value of a repeated key counts.
        format!(r#"{{"volumes":[{{"id":7,"id":"{ID}","status":"available","status":"in-use"}}]}}"#),
        format!(r#"{{"volumes":[{{"id":"{ID}","id":7}}]}}"#),
        format!(r#"{{"volumes":[{{"id":"{ID}","metadata":{{"orderID":"C"}},"metadata":{{}}}}]}}"#),
        format!(r#"{{"volumes":[{{"id":"{ID}","metadata":{{"orderID":"C"}},"metadata":null}}]}}"#),
        format!(
            r#"{{"volumes":[{{"id":"{ID}","metadata":{{"orderID":"C"}},"metadata":[{{}}]}}]}}"#
        ),
        format!(r#"{{"volumes":[{{"id":"{ID}","metadata":{{"orderID":"","orderID":"C"}}}}]}}"#),
        // Known keys in objects where they have no meaning.
        format!(
            r#"{{"x":{{"volumes":[{{"id":"{ID}"}}]}},"volumes":[{{"id":"{ID}","attachments":[{{"id":"{ID}","status":"available"}}],"x":{{"metadata":{{"orderID":"C"}}}}}}],"status":"available"}}"#
        ),
        format!(
            r#"{{"volumes":[{{"id":"{ID}","metadata":{{"status":"available","x":{{"orderID":"C"}},"policy":{{"policy":"p"}}}}}}]}}"#
        ),
        // Links before and after the volumes.
        format!(r#"{{"volumes_links":[{{"rel":"next","href":"h"}}],"volumes":[{{"id":"{ID}"}}]}}"#),
        format!(
            r#"{{"volumes":[{{"id":"{ID}"}}],"volumes_links":[7,{{"rel":"self"}},{{"href":{{"rel":"next"}}}}]}}"#
        ),
        format!(
            r#"{{"volumes":[{{"id":"{ID}"}}],"volumes_links":[{{"rel":"next","rel":"self"}}]}}"#
        ),
        format!(r#"{{"volumes":[{{"id":"{ID}"}}],"volumes_links":{{"rel":"next"}}}}"#),
        // Mostly not lists of volumes. `null` counts as an empty list, and a byte order mark is
        // skipped.
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "7".to_owned(),
        r#""volumes""#.to_owned(),
        r#"[[]]"#.to_owned(),
        r#"{"volumes":null}"#.to_owned(),
        r#"{"volumes":{}}"#.to_owned(),
        r#"{"volumes":[]} x"#.to_owned(),
        r#"{"volumes":[],}"#.to_owned(),
        r#"{"volumes":[{"id":"#.to_owned(),
        "\u{feff}{\"volumes\":[]}".to_owned(),
    ] {
        assert_agrees(&text);
    }
}

#[test]
fn agrees_on_every_value_of_every_field() {
    let values = [
        r#""""#,
        r#""1""#,
        r#""0""#,
        r#""true""#,
        r#""True""#,
        r#""FALSE""#,
        r#"" true""#,
        r#""available""#,
        r#""available ""#,
        r#""in-use""#,
        r#""EVS""#,
        r#""dss""#,
        r#""DESS""#,
        r#""卷""#,
        r#""\u5377""#,
        r#""\ud83d\ude00""#,
        r#""next""#,
        "true",
        "false",
        "null",
        "0",
        "1",
        "2",
        "-1",
        "-0",
        "1.0",
        "1e0",
        "9999999999999999999",
        "10000000000000000000",
        "18446744073709551615",
        "18446744073709551616",
        "[]",
        "{}",
        "[1]",
        r#"{"id":1}"#,
        r#""40""#,
        r#"" 40 ""#,
        r#""2016-05-25T02:42:10.856332""#,
        r#""2016-05-25T02:42:10+08:00""#,
        "1464144130",
        r#""a string that is longer than any that the rules look for""#,
    ];
    let fields = [
        "status",
        "bootable",
        "encrypted",
        "service_type",
        "dedicated_storage_id",
        "metadata",
        "name",
        "size",
        "created_at",
        "unheard_of",
    ];
    for value in values {
        for field in fields {
            assert_agrees(&format!(r#"{{"volumes":[{{"id":"{ID}","{field}":{value}}}]}}"#));
        }
        for field in ["orderID", "__system__encrypted", "policy", "unheard_of"] {
            assert_agrees(&format!(
                r#"{{"volumes":[{{"id":"{ID}","metadata":{{"{field}":{value}}}}}]}}"#
            ));
        }
    }
}

#[test]
fn agrees_on_responses_from_real_services() {
    assert_agrees(&String::from_utf8(recorded::evs("volumes-detail.json")).unwrap());
    let shown = recorded::cinder("-volume-show-");
    assert!(!shown.is_empty());
    for case in shown {
        let body: Value = serde_json::from_slice(&case.body).unwrap();
        assert_agrees(&json!({ "volumes": [body["volume"]] }).to_string());
    }
}

#[test]
fn rejects_control_characters_in_strings() {
    for byte in 0..=b' ' {
        let text = format!(r#"{{"volumes":[{{"id":"{ID}","x":"a{}"}}]}}"#, char::from(byte));
        assert_agrees(&text);
        assert_eq!(read(text.as_bytes(), 9).is_ok(), byte == b' ');
    }
}

/// `serde_json` uses the last one, but `ListReader` may already have returned rows from the first.
#[test]
fn rejects_a_repeated_list() {
    for text in [
        r#"{"volumes":[],"volumes":[]}"#,
        r#"{"volumes":[],"volumes":null}"#,
        r#"{"volumes":[],"volumes_links":null,"volumes_links":[]}"#,
        r#"{"volumes":[],"volumes_links":[],"volumes_links":[]}"#,
    ] {
        assert!(read(text.as_bytes(), 4).is_err(), "{text}");
    }
}

#[test]
fn reports_the_position_of_a_truncation_or_error() {
    let whole = format!(r#"{{"volumes":[{{"id":"{ID}","size":10,"x":[true,null]}}]}}"#);
    for end in 0..whole.len() {
        let error = read(&whole.as_bytes()[..end], 5).unwrap_err();
        assert_eq!(error, ListError { position: end });
    }
    let error = read(br#"{"volumes":[{"id" "x"}]}"#, 3).unwrap_err();
    assert_eq!((error.position, error.code()), (18, "malformed"));
}

#[test]
fn accepts_nesting_of_64_levels_and_rejects_more() {
    let nested = |levels: usize| {
        format!(r#"{{"volumes":[],"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels))
    };
    assert!(read(nested(63).as_bytes(), 9).is_ok());
    assert!(read(nested(64).as_bytes(), 9).is_err());
}

/// Generates a value, often one that has a special meaning in some field.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("1"),
            json!("true"),
            json!("available"),
            json!("in-use"),
            json!("EVS"),
            json!("DSS"),
            json!("DESS"),
            json!("next"),
            json!(ID),
        ]),
        any::<String>().prop_map(Value::String),
        any::<i64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            any_object(inner).prop_map(Value::Object),
        ]
    })
}

fn any_object(
    value: impl Strategy<Value = Value> + 'static,
) -> impl Strategy<Value = serde_json::Map<String, Value>> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "id",
            "status",
            "bootable",
            "encrypted",
            "service_type",
            "dedicated_storage_id",
            "metadata",
            "name",
            "size",
            "orderID",
            "__system__encrypted",
            "policy",
            "volumes",
            "volumes_links",
            "rel",
            "href",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((key, value), 0..8).prop_map(|pairs| pairs.into_iter().collect())
}

fn any_list() -> impl Strategy<Value = Value> {
    let row = (any_object(any_value()), any::<bool>(), any_object(any_value())).prop_map(
        |(mut row, is_volume, metadata)| {
            if is_volume {
                row.insert("id".into(), json!(ID));
                row.insert("metadata".into(), Value::Object(metadata));
            }
            Value::Object(row)
        },
    );
    let rows = prop::collection::vec(prop_oneof![4 => row, 1 => any_value()], 0..5);
    (any_object(any_value()), rows, any::<bool>()).prop_map(|(mut list, rows, is_list)| {
        if is_list {
            list.insert("volumes".into(), Value::Array(rows));
        }
        Value::Object(list)
    })
}

/// Serializes a value: compact, indented, or with every character escaped.
fn serialize(value: &Value, style: u8) -> String {
    let escaped = |text: &str| {
        let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
        format!("\"{units}\"")
    };
    match (style, value) {
        (0, _) => value.to_string(),
        (1, _) => serde_json::to_string_pretty(value).unwrap(),
        (_, Value::String(text)) => escaped(text),
        (_, Value::Array(values)) => {
            let values: Vec<_> = values.iter().map(|value| serialize(value, style)).collect();
            format!("[{}]", values.join(","))
        }
        (_, Value::Object(pairs)) => {
            let pairs = pairs.iter().map(|(key, value)| (escaped(key), serialize(value, style)));
            let pairs: Vec<_> = pairs.map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", pairs.join(","))
        }
        (_, Value::Null | Value::Bool(_) | Value::Number(_)) => value.to_string(),
    }
}

proptest! {
    #[test]
    fn agrees_on_generated_lists(
        list in any_list(),
        style in 0_u8..3,
        size in 1_usize..40,
    ) {
        let text = serialize(&list, style);
        prop_assert_eq!(
            read(text.as_bytes(), size).ok(),
            read_with_serde_json(text.as_bytes()),
        );
    }

    /// A corrupted list that is still valid JSON may or may not still be a list of volumes.
    #[test]
    fn rejects_corrupted_lists_that_are_not_json(
        list in any_list(),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(br#"{}[],:"\u0 1-.etfn"#.to_vec()),
        size in 1_usize..40,
    ) {
        let mut text = list.to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let ours = read(&text, size);
        if serde_json::from_slice::<IgnoredAny>(&text).is_err() {
            prop_assert!(ours.is_err());
        }
        if let Some(expected) = read_with_serde_json(&text) {
            prop_assert_eq!(ours, Ok(expected));
        }
    }
}
