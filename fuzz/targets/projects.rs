//! The projects that a user can choose from. Their IDs become part of paths.
#![no_main]

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::identity::decode_projects;

fuzz_target!(|data: &[u8]| match decode_projects(outcome(data)) {
    Ok(list) => {
        for project in &list.projects {
            let id = project.id.as_str();
            assert!(
                !id.is_empty()
                    && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
            assert!(!project.label().is_empty());
            if let Some(region) = project.region() {
                assert!(project.name.as_ref().unwrap().starts_with(region));
            }
        }
    }
    Err(error) => error.fault().iter().for_each(check_fault),
});
