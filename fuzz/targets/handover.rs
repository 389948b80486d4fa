//! Credentials files. Users may choose any file.
#![no_main]

use fuzz::outcome;
use libfuzzer_sys::fuzz_target;
use volume_transfer::{CredentialsFile, ProjectId, Service, api};

fuzz_target!(|data: &[u8]| {
    if let Ok(file) = CredentialsFile::parse(data) {
        // Writing the file and parsing it again must give the same contents.
        let transfers: Vec<_> = file.transfers.iter().collect();
        assert!(!transfers.is_empty());
        let written = CredentialsFile::write(&file.source, &transfers);
        let read = CredentialsFile::parse(written.as_bytes()).unwrap();
        assert_eq!((&read.source, read.unreadable), (&file.source, 0));
        assert_eq!(format!("{:?}", read.transfers), format!("{:?}", file.transfers));
        let project = ProjectId::parse("dd14c6ac581f40059e27f5320b60bf2f").unwrap();
        let requests = file.transfers.iter().map(|transfer| &transfer.handover);
        let requests =
            requests.flat_map(|handover| Service::ALL.map(|service| (service, handover)));
        for (service, handover) in requests {
            let request = api::accept(service, &project, handover);
            // The path must contain the ID unescaped, and no character that could be
            // misinterpreted.
            assert!(request.path.is_ascii() && !request.path.contains(['\n', ' ', '?', '#', '%']));
            assert!(request.path.contains(handover.transfer_id.as_str()));
            let body = request.body.unwrap();
            assert!(body.as_str().contains("auth_key"));
        }
    }
    let _ = api::decode_accepted(outcome(data));
});
