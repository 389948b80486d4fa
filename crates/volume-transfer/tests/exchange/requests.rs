//! The paths, headers and bodies of requests.

use crate::recorded;
use crate::{PROJECT, VOLUME};
use volume_transfer::{
    CreateTransfer, Facts, IdError, Method, ProjectId, Service, TransferId, TransferName, Volume,
    VolumeId, api, eligibility, endpoint,
};

fn project() -> ProjectId {
    ProjectId::parse(PROJECT).unwrap()
}

fn transfer_of(volume: &str, name: &str) -> CreateTransfer {
    named(volume, name, Service::EvsV2)
}

fn named(volume: &str, name: &str, service: Service) -> CreateTransfer {
    let json = format!(r#"{{"id":"{volume}","status":"available"}}"#);
    let volume = Volume::from_json(&serde_json::from_str(&json).unwrap()).unwrap();
    let eligible = eligibility::check(&volume, &Facts::default(), Service::EvsV2).admit().unwrap();
    CreateTransfer::new(eligible, TransferName::parse(name, service.name_rule()).unwrap())
}

#[test]
fn builds_the_evs_sample_request() {
    let request = api::create(Service::EvsV2, &project(), &transfer_of(VOLUME, " first volume "));
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.path, format!("/v2/{PROJECT}/os-volume-transfer"));
    let sample: serde_json::Value =
        serde_json::from_slice(&recorded::evs("create-request.json")).unwrap();
    let body: serde_json::Value = serde_json::from_str(request.body.as_ref().unwrap()).unwrap();
    assert_eq!(body, sample);
    assert!(request.headers().any(|h| h == ("Content-Type", "application/json")));
}

#[test]
fn sends_every_character_of_a_name() {
    for char in '\0'..='\u{ffff}' {
        let name = format!("a{char}b");
        let create = named(VOLUME, &name, Service::Cinder);
        let body = api::create(Service::Cinder, &project(), &create).body.unwrap();
        let expected = serde_json::json!({ "transfer": { "volume_id": VOLUME, "name": name } });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body).unwrap(), expected, "{char:?}");
    }
}

#[test]
fn omits_an_empty_name() {
    let request = api::create(Service::Cinder, &project(), &transfer_of(VOLUME, ""));
    assert_eq!(request.path, format!("/v3/{PROJECT}/os-volume-transfer"));
    assert_eq!(*request.body.unwrap(), format!(r#"{{"transfer":{{"volume_id":"{VOLUME}"}}}}"#));
}

#[test]
fn uses_the_paths_of_each_service() {
    let (project, volume) = (project(), VolumeId::parse(VOLUME).unwrap());
    let p = PROJECT;
    #[rustfmt::skip]
    let table = [
        (Service::EvsV2, format!("/v2/{p}/cloudvolumes/detail?limit=1000"), format!("/v2/{p}/cloudsnapshots/detail?volume_id={VOLUME}&limit=1"), format!("/v2/{p}/os-volume-transfer/detail")),
        (Service::EvsV3, format!("/v3/{p}/volumes/detail?limit=1000"), format!("/v3/{p}/snapshots/detail?volume_id={VOLUME}&limit=1"), format!("/v3/{p}/os-volume-transfer/detail")),
        (Service::Cinder, format!("/v3/{p}/volumes/detail?limit=1000"), format!("/v3/{p}/snapshots/detail?volume_id={VOLUME}&limit=1"), format!("/v3/{p}/os-volume-transfer/detail")),
    ];
    for (service, volumes, snapshots, transfers) in table {
        assert_eq!(
            api::VolumeList::default().next_request(service, &project).unwrap().path,
            volumes
        );
        let request = api::FactQuery::Snapshots.request(service, &project, &volume);
        assert_eq!(request.path, snapshots);
        let list = api::TransferList::default().next_request(service, &project).unwrap();
        assert_eq!(list.path, transfers);
        assert!(list.body.is_none() && list.microversion.is_none());
    }
}

#[test]
fn only_valid_ids_become_part_of_a_path() {
    let with = |change: fn(&str) -> String| VolumeId::parse(&change(VOLUME));
    assert_eq!(with(|v| format!(" {v}\n")).unwrap().as_str(), VOLUME);
    assert_eq!(with(str::to_uppercase).unwrap().as_str(), VOLUME);
    assert_eq!(with(|_| String::new()), Err(IdError::Empty));
    for change in [
        |v: &str| v.replace('-', ""),
        |v: &str| format!("{{{v}}}"),
        |v: &str| format!("urn:uuid:{v}"),
        |v: &str| v.replace("c8", "g8"),
        |v: &str| v.replace('-', "/"),
        |v: &str| format!("{v}0"),
    ] {
        assert_eq!(with(change), Err(IdError::Malformed));
    }

    assert_eq!(ProjectId::parse(&format!(" {PROJECT} ")).unwrap().as_str(), PROJECT);
    assert!(ProjectId::parse(&"a".repeat(64)).is_ok());
    assert_eq!(ProjectId::parse("  "), Err(IdError::Empty));
    for malformed in ["a/b", "../x", "a?b", "a b", "项目", "a%2f", &"a".repeat(65)] {
        assert_eq!(ProjectId::parse(malformed), Err(IdError::Malformed), "{malformed}");
    }
    assert_eq!(TransferId::from_service(String::new()), None);
}

#[test]
fn base_path_removes_the_version_and_the_project() {
    for (path, base) in [
        ("", ""),
        ("/", ""),
        ("/volume", "/volume"),
        ("/v3", ""),
        ("/v3/", ""),
        ("/v2.1", ""),
        ("/v3/dd14c6ac581f40059e27f5320b60bf2f", ""),
        ("/volume/v3/$(project_id)s/", "/volume"),
        ("/volume/v2/%(tenant_id)s", "/volume"),
        ("/a//v3", "/a"),
        ("/v3/dd14c6ac581f40059e27f5320b60bf2f/volumes/detail", ""),
        ("/v3/123456", ""),
        // Not a version, or a version that isn't followed by a project.
        ("/vault", "/vault"),
        ("/v/v3x", "/v/v3x"),
        ("/v3/a/b", "/v3/a/b"),
    ] {
        assert_eq!(endpoint::base_path(path), base, "{path}");
    }
}
