//! The answer to a create request, which alone carries the key.
#![no_main]

use fuzz::{check_fault, outcome, sample};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{AuthKey, ChangeError, Handover, TransferId, api};

fuzz_target!(|data: &[u8]| {
    for asked in [None, Some(sample())] {
        match api::decode_created(asked, outcome(data)) {
            Ok(created) => {
                let (record, handover) = created.into_handover();
                assert!(asked.is_none_or(|asked| asked == record.volume_id));
                let key = handover.auth_key.expose();
                // A long key cannot be in a text by chance.
                let chance = key.len() < 16 || record.id.as_str().contains(key);
                assert!(chance || !format!("{handover:?}").contains(key));
                // What was made can be handed over: the file says what a person would enter.
                let file = handover.credentials(&record);
                let read = Handover::read(file.as_bytes());
                match (TransferId::parse(record.id.as_str()), AuthKey::parse(key)) {
                    (Ok(id), Ok(key)) => {
                        let read = read.unwrap();
                        assert_eq!(read.transfer_id, id);
                        assert_eq!(read.auth_key.expose(), key.expose());
                    }
                    _ => assert!(read.is_err()),
                }
            }
            Err(ChangeError::Rejected(fault)) => {
                assert!((400..500).contains(&fault.status));
                check_fault(&fault);
            }
            Err(ChangeError::OutcomeUnknown(cause)) => {
                cause.fault().iter().for_each(check_fault);
                assert!(cause.looks() > 0);
            }
        }
    }
});
