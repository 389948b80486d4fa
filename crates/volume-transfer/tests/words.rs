//! Stable codes, error texts and `Debug` output.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use core::error::Error;
use serde_json::json;
use volume_transfer::flags::{Flag, VolumeFlags};
use volume_transfer::list::ListError;
use volume_transfer::{
    ChangeError, Constraint, ConstraintSet, Fault, FaultKind, IdError, ListReader, Method,
    NameError, ProjectId, ReadError, Request, Response, Service, TransportError, Unit,
    UnknownCause, Verdict, Volume, VolumeId, VolumeStatus, api,
};

const VOLUME: &str = "c86b9af4-151d-4ead-b62c-5fb967af0e37";

const NAME_ERRORS: [NameError; 5] = [
    NameError::Required,
    NameError::Blank,
    NameError::TooLong { length: 256, limit: 255, unit: Unit::Bytes },
    NameError::Nul { position: 3 },
    NameError::LoneSurrogate { position: 4 },
];

fn unreadable() -> ListError {
    ListReader::new().finish().unwrap_err()
}

fn fault() -> Fault {
    let body = br#"{"error":{"code":"EVS.5400","message":"no"}}"#;
    let refused = api::VolumeList::default().add_page(Ok(Response::new(400, body.to_vec())));
    let ReadError::Refused(fault) = refused.unwrap_err() else { panic!("expected a refusal") };
    fault
}

#[test]
fn codes_are_stable() {
    assert_eq!(Service::ALL.map(Service::code), ["evs-v2", "evs-v3", "cinder"]);
    assert_eq!([Unit::Bytes, Unit::Characters].map(Unit::code), ["bytes", "characters"]);
    assert_eq!(
        NAME_ERRORS.map(|error| error.code()),
        ["required", "blank", "too_long", "nul", "lone_surrogate"]
    );
    assert_eq!(IdError::ALL.map(IdError::code), ["empty", "malformed"]);
    assert_eq!(Verdict::ALL.map(Verdict::code), ["met", "violated", "unknown"]);
    assert_eq!(Verdict::ALL.map(Verdict::eligibility_code), ["eligible", "ineligible", "unknown"]);
    assert_eq!(TransportError::ALL.map(TransportError::code), ["connection", "timeout"]);
    assert_eq!(unreadable().code(), "malformed");
    assert_eq!(
        FaultKind::ALL.map(FaultKind::code),
        [
            "token",
            "project",
            "address",
            "token_too_long",
            "permission",
            "blocked",
            "not_found",
            "auth_key",
            "refused",
            "account",
            "quota",
            "busy",
            "server"
        ]
    );
    let causes = [
        UnknownCause::NoResponse(TransportError::Connection),
        UnknownCause::NoResponse(TransportError::Timeout),
        UnknownCause::Failed(fault()),
        UnknownCause::Unreadable(fault()),
        UnknownCause::OtherVolume(fault()),
    ];
    assert_eq!(
        causes.map(|cause| cause.code()),
        ["connection", "timeout", "failed", "unreadable", "other_volume"]
    );
}

#[test]
fn finds_a_service_by_its_exact_code() {
    for service in Service::ALL {
        assert_eq!(Service::from_code(service.code()), Some(service));
    }
    assert_eq!(Service::from_code("EVS-v2"), None);
}

/// The npm package uses these bits as masks.
#[test]
fn constraint_bits_follow_the_documented_order() {
    for (index, constraint) in Constraint::ALL.into_iter().enumerate() {
        assert_eq!(ConstraintSet::of(&[constraint]).bits(), 1 << index);
    }
}

/// The npm package sets flags from individual fields rather than from a volume's JSON.
#[test]
fn flags_from_a_single_field_equal_those_from_a_record() {
    let mut all_bits = Vec::new();
    for flag in Flag::ALL {
        let (key, in_metadata) = flag.key();
        for text in ["available", "true", "false", "EVS", "dss", "DESS", "x", ""] {
            let mut record = json!({ "id": VOLUME });
            let object = if in_metadata { &mut record["metadata"] } else { &mut record };
            object[key] = text.into();
            let flags = Volume::from_json(&record).unwrap().flags;
            assert_eq!(VolumeFlags::of_text(flag, text.as_bytes()), flags, "{record}");
            assert_eq!(VolumeFlags::from_bits(flags.bits()), flags);
            all_bits.push(flags.bits());
        }
    }
    all_bits.sort_unstable();
    all_bits.dedup();
    // Apart from the empty flags, each value has exactly one bit set, and every bit occurs.
    for (index, bits) in all_bits.into_iter().skip(1).enumerate() {
        assert_eq!(bits, 1 << index);
    }
}

#[track_caller]
fn assert_display(error: impl Error, text: &str) {
    assert_eq!(error.to_string(), text);
}

#[test]
fn displays_errors() {
    let texts = [
        "a name is required",
        "the name is only whitespace",
        "the name is 256 bytes long, but the limit is 255",
        "the name contains a NUL at character index 3",
        "the name contains a lone surrogate at UTF-16 index 4",
    ];
    for (error, text) in NAME_ERRORS.into_iter().zip(texts) {
        assert_display(error, text);
    }
    assert_display(IdError::Empty, "the ID is empty");
    assert_display(IdError::Malformed, "the ID is malformed");
    assert_display(TransportError::Connection, "the connection failed");
    assert_display(TransportError::Timeout, "no response arrived in time");
    assert_display(unreadable(), "the list of volumes is invalid after 0 bytes");
    assert_display(fault(), "the server returned 400 EVS.5400: no");
    assert_display(ReadError::NoResponse(TransportError::Timeout), "no response arrived in time");
    assert_display(ReadError::Refused(fault()), "the server returned 400 EVS.5400: no");
    assert_display(ReadError::Unreadable(fault()), "the response with status 400 is invalid");
    assert_display(
        ChangeError::Rejected(fault()),
        "the request was rejected: the server returned 400 EVS.5400: no",
    );
    for (cause, text) in [
        (UnknownCause::NoResponse(TransportError::Timeout), "no response arrived in time"),
        (UnknownCause::Failed(fault()), "the server returned 400 EVS.5400: no"),
        (UnknownCause::Unreadable(fault()), "the response with status 400 is invalid"),
        (UnknownCause::OtherVolume(fault()), "the response with status 400 is for another volume"),
    ] {
        assert_display(&cause, text);
        assert_display(
            ChangeError::OutcomeUnknown(cause),
            &format!("the outcome is unknown: {text}"),
        );
    }
}

#[test]
fn keeps_statuses_unchanged() {
    for (text, status) in [
        ("available", VolumeStatus::Available),
        ("awaiting-transfer", VolumeStatus::AwaitingTransfer),
        ("in-use", VolumeStatus::InUse),
        ("In-Use", VolumeStatus::Other("In-Use".to_owned())),
        ("", VolumeStatus::default()),
    ] {
        assert_eq!(VolumeStatus::from_service(text.to_owned()), status);
        assert_eq!((status.as_str(), status.to_string().as_str()), (text, text));
    }
}

#[test]
fn documented_statuses_have_codes() {
    #[rustfmt::skip]
    let evs = [
        "creating", "available", "in-use", "error", "attaching", "detaching", "restoring-backup",
        "backing-up", "error_restoring", "uploading", "downloading", "extending",
        "error_extending", "deleting", "error_deleting", "rollbacking", "error_rollbacking",
        "awaiting-transfer",
    ];
    let only_cinder =
        ["error_managing", "managing", "maintenance", "reserved", "error_backing-up", "retyping"];
    let mut codes = Vec::new();
    for text in evs.into_iter().chain(only_cinder) {
        let status = VolumeStatus::from_service(text.to_owned());
        assert_eq!(status.code(), Some(text));
        codes.push(text);
    }
    codes.sort_unstable();
    assert_eq!(codes, VolumeStatus::CODES);
    for text in ["", "Available", "error ", "reverting", "卷"] {
        assert_eq!(VolumeStatus::from_service(text.to_owned()).code(), None, "{text}");
    }
}

#[test]
fn debug_output_contains_no_bodies() {
    let request = Request {
        method: Method::Get,
        path: "/v3".to_owned(),
        body: None,
        microversion: None,
        secret_headers: Vec::new(),
    };
    assert_eq!(format!("{request:?}"), "Request { GET /v3, body: [0 bytes] }");
    let response = Response::new(200, b"{}".to_vec());
    assert_eq!(format!("{response:?}"), "Response { status: 200, body: [2 bytes] }");
}

#[test]
fn debug_prints_ids_as_text() {
    assert_eq!(format!("{:?}", VolumeId::parse(VOLUME).unwrap()), VOLUME);
    assert_eq!(format!("{:?}", ProjectId::parse("p-1").unwrap()), "p-1");
    assert_eq!(ProjectId::from_bytes(b"").unwrap_err(), IdError::Empty);
}
