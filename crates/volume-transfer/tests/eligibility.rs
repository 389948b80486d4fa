//! Every constraint: met, violated and unknown.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod recorded;

use volume_transfer::Constraint::{
    BackupPolicy, BackupsAndSnapshots, Billing, Dess, Dss, Encryption, Frozen, Status, SystemDisk,
};
use volume_transfer::Verdict::{Met, Unknown, Violated};
use volume_transfer::flags::VolumeFlags;
use volume_transfer::{
    Constraint, ConstraintSet, Eligibility, Facts, Response, Service, Verdict, Volume,
    VolumeStatus, api, eligibility,
};

const CLEAN: &str = r#""status":"available","bootable":"false","service_type":"EVS","metadata":{}"#;

/// All facts are known, and none of them blocks a transfer.
const ALL_CLEAR: Facts = Facts {
    snapshots: Some(false),
    backups: Some(false),
    backup_policy: Some(false),
    frozen: Some(false),
};

fn volume(fields: &str) -> Volume {
    let json = format!(r#"{{"id":"c86b9af4-151d-4ead-b62c-5fb967af0e37",{fields}}}"#);
    Volume::from_json(&serde_json::from_str(&json).unwrap()).unwrap()
}

fn verdict(eligibility: &Eligibility, constraint: Constraint) -> Option<Verdict> {
    eligibility.findings().find(|f| f.constraint == constraint).map(|f| f.verdict)
}

#[track_caller]
fn assert_verdict(service: Service, fields: &str, constraint: Constraint, expected: Verdict) {
    let eligibility = eligibility::check(&volume(fields), &Facts::default(), service);
    assert_eq!(verdict(&eligibility, constraint), Some(expected), "{fields}");
}

#[test]
fn evaluates_every_spelling_of_every_field_on_evs() {
    #[rustfmt::skip]
    let table = [
        (r#""status":"available""#, Status, Met),
        (r#""status":"in-use""#, Status, Violated),
        (r#""status":"awaiting-transfer""#, Status, Violated),
        (r#""status":"a status of next year""#, Status, Violated),
        (r#""status":null"#, Status, Violated),
        (r#""size":1"#, Status, Violated),
        (r#""metadata":{"orderID":"CS2411"}"#, Billing, Violated),
        (r#""metadata":{"orderID":""}"#, Billing, Met),
        (r#""metadata":{"orderID":null}"#, Billing, Met),
        (r#""metadata":null"#, Billing, Met),
        (r#""size":1"#, Billing, Met),
        (r#""size":1"#, Frozen, Unknown),
        (r#""metadata":{"__system__encrypted":"1"}"#, Encryption, Violated),
        (r#""metadata":{"__system__encrypted":"0"}"#, Encryption, Met),
        (r#""metadata":{"__system__encrypted":"0"},"encrypted":true"#, Encryption, Violated),
        (r#""metadata":{"__system__encrypted":"1"},"encrypted":false"#, Encryption, Violated),
        (r#""encrypted":"True""#, Encryption, Violated),
        (r#""size":1"#, Encryption, Met),
        // The snapshot that a volume was created from isn't a snapshot of that volume.
        (r#""snapshot_id":"b104b8db-170d-441b-897a-3c8ba9c5a214""#, BackupsAndSnapshots, Unknown),
        (r#""metadata":{"policy":"dc71a9c9-b3fa-429d-a070-037682d82d21"}"#, BackupPolicy, Violated),
        (r#""metadata":{"policy":null}"#, BackupPolicy, Unknown),
        (r#""size":1"#, BackupPolicy, Unknown),
        (r#""service_type":"DSS""#, Dss, Violated),
        (r#""service_type":"DSS""#, Dess, Met),
        (r#""service_type":"DESS""#, Dess, Violated),
        (r#""service_type":"DESS","dedicated_storage_id":"p""#, Dss, Met),
        (r#""dedicated_storage_id":"p""#, Dss, Violated),
        (r#""service_type":"EVS","dedicated_storage_id":"p""#, Dss, Violated),
        (r#""service_type":"EVS","dedicated_storage_id":null"#, Dss, Met),
        (r#""service_type":"EVS""#, Dess, Met),
        (r#""service_type":"a type of next year""#, Dss, Unknown),
        (r#""size":1"#, Dss, Unknown),
        (r#""size":1"#, Dess, Unknown),
        (r#""bootable":"true""#, SystemDisk, Violated),
        (r#""bootable":"True""#, SystemDisk, Violated),
        (r#""bootable":true"#, SystemDisk, Violated),
        (r#""bootable":"False""#, SystemDisk, Met),
        (r#""bootable":false"#, SystemDisk, Met),
        (r#""bootable":"perhaps""#, SystemDisk, Unknown),
        (r#""bootable":null"#, SystemDisk, Unknown),
        (r#""size":1"#, SystemDisk, Unknown),
    ];
    for (fields, constraint, expected) in table {
        assert_verdict(Service::EvsV2, fields, constraint, expected);
        assert_verdict(Service::EvsV3, fields, constraint, expected);
    }
}

#[test]
fn cinder_checks_only_status_and_encryption() {
    assert_eq!(Service::Cinder.constraints(), ConstraintSet::of(&[Status, Encryption]));
    assert_verdict(Service::Cinder, r#""encrypted":true"#, Encryption, Violated);
    assert_verdict(Service::Cinder, r#""encrypted":false"#, Encryption, Met);
    assert_verdict(Service::Cinder, r#""size":1"#, Encryption, Unknown);
    // Users can write any metadata to a Cinder volume.
    assert_verdict(
        Service::Cinder,
        r#""encrypted":false,"metadata":{"__system__encrypted":"1"}"#,
        Encryption,
        Met,
    );
}

#[test]
fn facts_resolve_unknown_verdicts() {
    type Set = fn(&mut Facts);
    #[rustfmt::skip]
    let table: [(Set, Constraint, Verdict); 8] = [
        (|f| f.snapshots = Some(true), BackupsAndSnapshots, Violated),
        (|f| f.backups = Some(true), BackupsAndSnapshots, Violated),
        (|f| f.snapshots = None, BackupsAndSnapshots, Unknown),
        (|f| f.backups = None, BackupsAndSnapshots, Unknown),
        (|f| f.backup_policy = Some(true), BackupPolicy, Violated),
        (|f| f.backup_policy = None, BackupPolicy, Unknown),
        (|f| f.frozen = Some(true), Frozen, Violated),
        (|f| f.frozen = None, Frozen, Unknown),
    ];
    for (set, constraint, expected) in table {
        let mut facts = ALL_CLEAR;
        set(&mut facts);
        let eligibility = eligibility::check(&volume(CLEAN), &facts, Service::EvsV2);
        assert_eq!(verdict(&eligibility, constraint), Some(expected));
        assert_eq!(eligibility.overall(), expected, "all other constraints are met");
    }
    let all_clear = eligibility::check(&volume(CLEAN), &ALL_CLEAR, Service::EvsV2);
    assert_eq!(all_clear.overall(), Met);
}

#[test]
fn known_snapshots_block_even_if_backups_are_unknown() {
    let facts = Facts { snapshots: Some(true), ..Facts::default() };
    let eligibility = eligibility::check(&volume(CLEAN), &facts, Service::EvsV2);
    assert_eq!(verdict(&eligibility, BackupsAndSnapshots), Some(Violated));
}

#[test]
fn reports_all_violations_in_documented_order() {
    let worst = volume(
        r#""status":"in-use","bootable":"true","service_type":"DSS","encrypted":true,
           "metadata":{"orderID":"CS1","policy":"p"}"#,
    );
    let facts = Facts { snapshots: Some(true), frozen: Some(true), ..Facts::default() };
    let eligibility = eligibility::check(&worst, &facts, Service::EvsV2);
    let violated: Vec<_> = eligibility.violated().iter().collect();
    assert_eq!(
        violated,
        [Status, Billing, Frozen, Encryption, BackupsAndSnapshots, BackupPolicy, Dss, SystemDisk]
    );
    assert!(eligibility.admit().is_err());
}

#[test]
fn admits_a_volume_unless_it_violates_a_constraint() {
    let unknown = eligibility::check(&volume(CLEAN), &Facts::default(), Service::EvsV2);
    assert_eq!(unknown.overall(), Unknown);
    let admitted = unknown.admit().unwrap();
    assert_eq!(admitted.id().as_str(), "c86b9af4-151d-4ead-b62c-5fb967af0e37");

    let violated =
        eligibility::check(&volume(r#""bootable":"true""#), &Facts::default(), Service::EvsV2);
    assert_eq!(violated.admit(), Err(violated));
}

#[test]
fn evs_has_nine_constraints_with_stable_codes() {
    let codes: Vec<_> = Constraint::ALL.iter().map(|c| c.code()).collect();
    assert_eq!(
        codes,
        [
            "status",
            "billing",
            "frozen",
            "encryption",
            "backups_and_snapshots",
            "backup_policy",
            "dss",
            "dess",
            "system_disk"
        ]
    );
    assert_eq!(Service::EvsV2.constraints(), ConstraintSet::of(&Constraint::ALL));
}

#[test]
fn the_evs_sample_volume_violates_nothing() {
    let mut page = api::VolumeList::default();
    page.add_page(Ok(Response::new(200, recorded::evs("volumes-detail.json")))).unwrap();
    let volume = page.volumes.first().unwrap();
    assert_eq!(volume.name.as_deref(), Some("zjb_u25_test"));
    assert_eq!(volume.size, Some(1));
    let eligibility = eligibility::check(volume, &Facts::default(), Service::EvsV2);
    let unknown: Vec<_> = eligibility.unknown().iter().collect();
    assert_eq!(unknown, [Frozen, BackupsAndSnapshots, BackupPolicy]);
    assert!(eligibility.violated().is_empty());
}

#[test]
fn verdicts_match_those_of_a_real_cinder() {
    for (part, expected) in [
        ("002-volume-show-available", Met),
        ("004-volume-show-awaiting-transfer", Violated),
        ("117-volume-show-encrypted", Violated),
    ] {
        let response: serde_json::Value =
            serde_json::from_slice(&recorded::one(part).body).unwrap();
        let volume: Volume = Volume::from_json(&response["volume"]).unwrap();
        let eligibility = eligibility::check(&volume, &Facts::default(), Service::Cinder);
        assert_eq!(eligibility.overall(), expected, "{part}");
    }
}

#[test]
fn learns_from_a_refusal_that_a_volume_is_frozen() {
    for (body, frozen) in [
        (r#"{"error":{"code":"EVS.2068","message":"volume is locked"}}"#, Some(true)),
        (r#"{"error":{"code":"EVS.2144","message":"account frozen"}}"#, Some(true)),
        (r#"{"error":{"code":"EVS.5400","message":"no"}}"#, None),
    ] {
        let error =
            api::VolumeList::default().add_page(Ok(Response::new(400, body.into()))).unwrap_err();
        let volume_transfer::ReadError::Refused(fault) = error else { panic!("{error}") };
        assert_eq!(Facts::default().with_fault(&fault).frozen, frozen, "{body}");
    }
}

#[test]
fn ignores_invalid_fields_of_a_volume() {
    let volume = volume(
        r#""name":7,"status":"retyping","size":"40","bootable":{},"encrypted":[],"metadata":[1],
           "service_type":false,"dedicated_storage_id":"","extra":{"deep":[]}"#,
    );
    assert_eq!(volume.status, VolumeStatus::Other("retyping".into()));
    assert_eq!((volume.size, volume.name.as_deref()), (Some(40), Some("7")));
    assert_eq!(volume.flags, VolumeFlags::NONE);
}

#[test]
fn uses_the_id_as_the_label_of_an_unnamed_volume() {
    assert_eq!(volume(r#""name":"""#).name, None);
    for name in ["null", r#""""#, r#""  ""#] {
        assert_eq!(
            volume(&format!(r#""name":{name}"#)).label(),
            "c86b9af4-151d-4ead-b62c-5fb967af0e37"
        );
    }
    assert_eq!(volume(r#""name":"数据盘""#).label(), "数据盘");
}
