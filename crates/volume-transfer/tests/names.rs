//! Tests the name rules against EVS's documentation and a real Cinder, and with generated names.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod recorded;

use proptest::prelude::*;
use volume_transfer::name::from_utf16;
use volume_transfer::{NameError, NameParser, NamePattern, NameRule, Service, TransferName, Unit};

#[track_caller]
fn assert_valid(service: Service, text: &str, stored: &str) {
    let name = TransferName::parse(text, service.name_rule());
    assert_eq!(
        name.as_ref().map(|n| n.as_ref().map(TransferName::as_str)),
        Ok(Some(stored)),
        "{text:?}"
    );
}

#[track_caller]
fn assert_invalid(service: Service, text: &str, error: NameError) {
    assert_eq!(TransferName::parse(text, service.name_rule()), Err(error), "{text:?}");
}

/// EVS: "At least 1 byte and at most 255 bytes, not counting leading and trailing spaces."
#[test]
fn evs_v2_counts_bytes_after_trimming() {
    let evs = Service::EvsV2;
    let too_long = |length| NameError::TooLong { length, limit: 255, unit: Unit::Bytes };
    assert_valid(evs, "first volume", "first volume");
    assert_valid(evs, "  first volume\t", "first volume");
    assert_valid(evs, "a", "a");
    assert_valid(evs, &"a".repeat(255), &"a".repeat(255));
    assert_valid(evs, &format!("   {}   ", "a".repeat(255)), &"a".repeat(255));
    assert_valid(evs, &"卷".repeat(85), &"卷".repeat(85));
    assert_invalid(evs, &"a".repeat(256), too_long(256));
    assert_invalid(evs, &"卷".repeat(86), too_long(258));
    assert_invalid(evs, &"😀".repeat(64), too_long(256));
    assert_invalid(evs, "   ", NameError::Blank);
    assert_invalid(evs, "a\0b", NameError::Nul { position: 1 });
    assert_invalid(evs, "\0", NameError::Nul { position: 0 });
}

#[test]
fn evs_v3_has_the_same_rule_as_evs_v2() {
    assert_eq!(Service::EvsV3.name_rule(), Service::EvsV2.name_rule());
}

#[test]
fn cinder_counts_characters() {
    let cinder = Service::Cinder;
    assert_valid(cinder, &"😀".repeat(255), &"😀".repeat(255));
    assert_invalid(
        cinder,
        &"卷".repeat(256),
        NameError::TooLong { length: 256, limit: 255, unit: Unit::Characters },
    );
    assert_valid(cinder, "a\0b", "a\0b");
}

#[test]
fn a_pattern_names_each_transfer_after_its_volume() {
    for (pattern, text) in [
        ("to team b", "to team b"),
        ("{volume}", "data-01"),
        ("{volume} to {volume}", "data-01 to data-01"),
        ("卷{volume}卷", "卷data-01卷"),
        ("{volume}{volume", "data-01{volume"),
        ("{{volume}}", "{data-01}"),
        ("{}{Volume}{ volume}{id}}", "{}{Volume}{ volume}{id}}"),
        ("{", "{"),
        ("", ""),
    ] {
        assert_eq!(NamePattern::new(pattern).expand("data-01"), text, "{pattern}");
    }
    let pattern = NamePattern::new("a{volume}c");
    assert_eq!(pattern.expand("{volume}"), "a{volume}c", "a label isn't expanded");
    assert_eq!(pattern.expand(""), "ac");
}

#[test]
fn parses_each_name_from_a_pattern_by_the_services_rule() {
    let name = |pattern, label: &str, service: Service| {
        let name = NamePattern::new(pattern).name(label, service.name_rule())?;
        Ok(name.map(|name| name.as_str().to_owned()))
    };
    let [evs, cinder] = [Service::EvsV2, Service::Cinder];
    assert_eq!(name(" {volume}\n", " data ", evs), Ok(Some("data".to_owned())));
    assert_eq!(name("", "data", evs), Ok(None));
    assert_eq!(name(" ", "data", evs), Err(NameError::Blank));
    assert_eq!(name("{volume}", "a\0", evs), Err(NameError::Nul { position: 1 }));
    assert_eq!(name("{volume}", "a\0", cinder), Ok(Some("a\0".to_owned())));
    // The 8 characters of the placeholder don't count.
    let (pattern, label) = (format!("{}{{volume}}", "x".repeat(253)), "卷");
    let too_long = NameError::TooLong { length: 256, limit: 255, unit: Unit::Bytes };
    assert_eq!(name(&pattern, label, evs), Err(too_long));
    assert_eq!(name(&pattern, label, cinder).map(|name| name.unwrap().len()), Ok(256));
    assert_eq!(name(&pattern, "ab", evs).map(|name| name.unwrap().len()), Ok(255));
}

#[test]
fn an_empty_field_means_no_name_unless_one_is_required() {
    for service in Service::ALL {
        assert_eq!(TransferName::parse("", service.name_rule()), Ok(None));
    }
    let required = NameRule { required: true, limit: 64, unit: Unit::Characters, nul: false };
    assert_eq!(TransferName::parse("", &required), Err(NameError::Required));
    assert_eq!(TransferName::parse(" ", &required), Err(NameError::Blank));
}

/// A status of 500 counts as a rejection.
#[test]
fn agrees_with_cinder_on_every_recorded_name() {
    let mut cases = recorded::cinder("-name-");
    // One recording is of a request for a list that is filtered by name.
    cases.retain(|case| !case.request_body.is_empty());
    assert_eq!(cases.len(), 37, "recorded name cases");
    for case in cases {
        // A lone surrogate isn't valid JSON to `serde_json`. It has its own test.
        let body = serde_json::from_slice(&case.request_body).unwrap_or(serde_json::Value::Null);
        let transfer = &body["transfer"];
        let ours = match &transfer["name"] {
            serde_json::Value::String(name) => {
                TransferName::new(name, Service::Cinder.name_rule()).map(Some).ok()
            }
            serde_json::Value::Null if transfer.is_object() => Some(None),
            _ => None,
        };
        assert_eq!(ours.is_some(), case.status == 202, "{}", case.file);
        if let Some(name) = ours {
            let response: serde_json::Value = serde_json::from_slice(&case.body).unwrap();
            let stored = response["transfer"]["name"].as_str();
            assert_eq!(name.as_ref().map(TransferName::as_str), stored, "{}", case.file);
        }
    }
}

#[test]
fn rejects_a_lone_surrogate() {
    assert_eq!(from_utf16([0xd83d, 0xde00, 0x61]).as_deref(), Ok("😀a"));
    assert_eq!(from_utf16([0x61, 0xd800]), Err(NameError::LoneSurrogate { position: 1 }));
    assert_eq!(from_utf16([0xd83d, 0xde00, 0xde00]), Err(NameError::LoneSurrogate { position: 2 }));
}

#[test]
fn counts_characters_before_a_nul() {
    let mut parser = NameParser::new(*Service::EvsV2.name_rule());
    parser.push_utf16(&"ab卷😀\0".encode_utf16().collect::<Vec<_>>());
    assert_eq!(parser.finish(), Err(NameError::Nul { position: 4 }));
}

/// The characters that Python's `str.strip()` removes.
const STRIPPED: [char; 29] = [
    '\t', '\n', '\x0b', '\x0c', '\r', '\x1c', '\x1d', '\x1e', '\x1f', ' ', '\u{85}', '\u{a0}',
    '\u{1680}', '\u{2000}', '\u{2001}', '\u{2002}', '\u{2003}', '\u{2004}', '\u{2005}', '\u{2006}',
    '\u{2007}', '\u{2008}', '\u{2009}', '\u{200a}', '\u{2028}', '\u{2029}', '\u{202f}', '\u{205f}',
    '\u{3000}',
];

#[test]
fn trims_the_same_characters_as_python() {
    let rule = Service::Cinder.name_rule();
    for char in '\0'..=char::MAX {
        let alone = TransferName::new(&char.to_string(), rule);
        assert_eq!(alone == Err(NameError::Blank), STRIPPED.contains(&char), "{char:?}");
    }
}

fn any_service() -> impl Strategy<Value = Service> {
    prop::sample::select(Service::ALL.to_vec())
}

/// Any text, often with surrounding whitespace and a length near the limit.
fn any_text() -> impl Strategy<Value = String> {
    let padding = || prop::collection::vec(prop::sample::select(STRIPPED.to_vec()), 0..4);
    let inner = prop_oneof![
        any::<String>(),
        ("[a卷😀é\0 ]", 80_usize..260).prop_map(|(char, times)| char.repeat(times)),
    ];
    (padding(), inner, padding()).prop_map(|(before, inner, after)| {
        before.into_iter().chain(inner.chars()).chain(after).collect()
    })
}

proptest! {
    #[test]
    fn parsing_a_parsed_name_changes_nothing(service in any_service(), text in any_text()) {
        let rule = service.name_rule();
        if let Ok(name) = TransferName::new(&text, rule) {
            prop_assert_eq!(TransferName::new(name.as_str(), rule), Ok(name.clone()));
            prop_assert!(text.contains(name.as_str()));
            prop_assert!((1..=rule.limit).contains(&rule.measure(name.as_str())));
        }
    }

    #[test]
    fn ignores_surrounding_whitespace(service in any_service(), text in any_text()) {
        let rule = service.name_rule();
        let padded = format!("\u{3000} {text}\u{1c}\n");
        let plain = TransferName::new(&text, rule);
        let with_padding = TransferName::new(&padded, rule);
        prop_assert_eq!(plain.clone().ok(), with_padding.ok());
        prop_assert_eq!(rule.measure(&text), rule.measure(&padded));
    }

    #[test]
    fn returns_the_error_that_applies(service in any_service(), text in any_text()) {
        let rule = service.name_rule();
        match TransferName::new(&text, rule) {
            Ok(_) => {}
            Err(NameError::Blank) => prop_assert!(text.chars().all(|c| STRIPPED.contains(&c))),
            Err(NameError::TooLong { length, limit, unit }) => {
                prop_assert_eq!(length, rule.measure(&text));
                prop_assert_eq!((limit, unit), (rule.limit, rule.unit));
                prop_assert!(length > limit);
            }
            Err(NameError::Nul { position }) => {
                prop_assert_eq!(text.chars().nth(position), Some('\0'));
                prop_assert!(!rule.nul);
            }
            Err(error @ (NameError::Required | NameError::LoneSurrogate { .. })) => {
                prop_assert!(false, "{error}");
            }
        }
    }

    /// Parses code units directly and after a conversion, and compares the results.
    #[test]
    fn parsing_utf16_agrees_with_parsing_text(
        service in any_service(),
        units in prop_oneof![
            any_text().prop_map(|text| text.encode_utf16().collect::<Vec<_>>()),
            prop::collection::vec(
                prop::sample::select(vec![
                    0, 0x20, 0x61, 0x3000, 0x3001, 0x5377, 0xd7ff, 0xd800, 0xd83d, 0xde00, 0xdfff, 0xe000,
                    0xffff,
                ]),
                0..300,
            ),
        ],
        size in 1..100_usize,
    ) {
        let rule = service.name_rule();
        let mut parser = NameParser::new(*rule);
        for chunk in units.chunks(size) {
            parser.push_utf16(chunk);
        }
        let expected = from_utf16(units.iter().copied());
        let expected = expected.and_then(|text| TransferName::parse(&text, rule));
        let found = parser.finish().map(|name| {
            name.map(|range| String::from_utf16(&units[range]).unwrap())
        });
        prop_assert_eq!(found, expected.map(|name| name.map(|name| name.as_str().to_owned())));
        if let Ok(text) = String::from_utf16(&units) {
            prop_assert_eq!(parser.length(), rule.measure(&text));
        }
    }

    #[test]
    fn decodes_valid_utf16(text in any::<String>()) {
        prop_assert_eq!(from_utf16(text.encode_utf16()), Ok(text));
    }
}
