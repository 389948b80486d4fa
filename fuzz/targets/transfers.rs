//! A list of transfers in pages, separated by a byte that never occurs in UTF-8.
#![no_main]

use fuzz::{check_fault, outcome, sample};
use libfuzzer_sys::fuzz_target;
use volume_transfer::api::{TransferList, TransferLookup};
use volume_transfer::{ProjectId, Service};

fuzz_target!(|data: &[u8]| {
    let project = ProjectId::parse("dd14c6ac581f40059e27f5320b60bf2f").unwrap();
    let mut list = TransferList::default();
    for page in data.split(|byte| *byte == 0xff) {
        if list.next_request(Service::Cinder, &project).is_none() {
            break;
        }
        let before = list.transfers.clone();
        if let Err(error) = list.add_page(outcome(page)) {
            error.fault().iter().for_each(check_fault);
            assert_eq!(list.transfers, before);
            break;
        }
        // Earlier transfers must be neither lost nor repeated.
        assert!(list.transfers.starts_with(&before));
        for new in &list.transfers[before.len()..] {
            assert!(before.iter().all(|old| old.id != new.id));
        }
    }
    let has = list.transfers.iter().any(|transfer| transfer.volume_id == sample());
    match list.lookup(&sample()) {
        TransferLookup::Found(transfer) => assert!(has && transfer.volume_id == sample()),
        TransferLookup::NotFound => {
            assert!(!has && list.next_request(Service::Cinder, &project).is_none())
        }
        TransferLookup::Inconclusive => assert!(!has),
    }
});
