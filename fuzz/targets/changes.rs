//! Responses to accepting, deleting and showing a transfer, and to showing its volume.
#![no_main]

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{ChangeError, api};

fn check(error: &ChangeError) {
    match error {
        ChangeError::Rejected(fault) => check_fault(fault),
        ChangeError::OutcomeUnknown(cause) => cause.fault().iter().for_each(check_fault),
    }
}

fuzz_target!(|data: &[u8]| {
    let accepted = api::decode_accepted(outcome(data));
    let shown = api::decode_transfer(outcome(data));
    // Both decoders must read the same transfer.
    if let (Ok(accepted), Ok(shown)) = (&accepted, &shown) {
        assert_eq!(accepted, shown);
        assert!(!shown.label().trim().is_empty());
    }
    accepted.iter().for_each(|record| assert!(!record.id.as_str().is_empty()));
    accepted.err().iter().for_each(check);
    api::decode_deleted(outcome(data)).err().iter().for_each(check);
    for error in [shown.err(), api::decode_progress(outcome(data)).err()].iter().flatten() {
        error.fault().iter().for_each(check_fault);
        let _ = error.kind().code();
    }
});
