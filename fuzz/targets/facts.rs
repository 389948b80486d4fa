//! Facts from other APIs about a volume. An unreadable response must not change any fact.
#![no_main]

use fuzz::{outcome, sample};
use libfuzzer_sys::fuzz_target;
use volume_transfer::api::FactQuery;
use volume_transfer::{Facts, ProjectId, Service};

fuzz_target!(|data: &[u8]| {
    let project = ProjectId::parse("dd14c6ac581f40059e27f5320b60bf2f").unwrap();
    for service in Service::ALL {
        for query in FactQuery::for_service(service) {
            let mut facts = Facts::default();
            let mut next = Some(query);
            for response in data.split(|byte| *byte == 0xff) {
                let Some(query) = next.take() else { break };
                let request = query.request(service, &project, &sample());
                assert!(request.path.is_ascii() && !request.path.contains(['\n', ' ']));
                let before = facts;
                match query.record(outcome(response), &mut facts) {
                    Ok(following) => next = following,
                    Err(_) => assert_eq!(facts, before),
                }
            }
        }
    }
});
