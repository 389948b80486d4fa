//! The service catalog, which has at most one http(s) endpoint for each region and version.
#![no_main]

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::identity::decode_catalog;

fuzz_target!(|data: &[u8]| match decode_catalog(outcome(data)) {
    Ok(catalog) => {
        for (index, endpoint) in catalog.endpoints.iter().enumerate() {
            assert!(endpoint.url.starts_with("http://") || endpoint.url.starts_with("https://"));
            let same = |other| (&endpoint.region, endpoint.version) == other;
            let before = &catalog.endpoints[..index];
            assert!(!before.iter().any(|other| same((&other.region, other.version))));
        }
        // Each endpoint belongs to a service with a type.
        assert!(catalog.endpoints.is_empty() || !catalog.types.is_empty());
        assert!(catalog.regions().len() <= catalog.endpoints.len());
    }
    Err(error) => error.fault().iter().for_each(check_fault),
});
