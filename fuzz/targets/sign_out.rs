//! The response to signing out. The user counts as signed out only after a success, or if the token
//! is already invalid.
#![no_main]

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::identity::decode_signed_out;

fuzz_target!(|data: &[u8]| {
    let status = outcome(data).map(|response| response.status);
    match decode_signed_out(outcome(data)) {
        Ok(()) => assert!(matches!(status, Ok(200..300 | 401 | 404))),
        Err(error) => error.fault().iter().for_each(check_fault),
    }
});
