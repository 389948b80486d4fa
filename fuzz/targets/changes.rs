//! Responses to requests that accept or delete a transfer, or show its volume.
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
    if let Ok(record) = &accepted {
        assert!(!record.id.as_str().is_empty() && !record.label().trim().is_empty());
    }
    accepted.err().iter().for_each(check);
    api::decode_deleted(outcome(data)).err().iter().for_each(check);
    if let Err(error) = api::decode_progress(outcome(data)) {
        error.fault().iter().for_each(check_fault);
        let _ = error.kind().code();
    }
});
