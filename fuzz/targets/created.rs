//! The response to a create request, the only response that contains a key.
#![no_main]

use fuzz::{check_fault, outcome, sample};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{
    AuthKey, ChangeError, CredentialsFile, TransferCredentials, TransferId, TransferSource, api,
};

fuzz_target!(|data: &[u8]| {
    for requested in [None, Some(sample())] {
        match api::decode_created(requested, outcome(data)) {
            Ok(created) => {
                let (record, handover) = created.into_handover();
                assert!(requested.is_none_or(|requested| requested == record.volume_id));
                let key = handover.auth_key.expose();
                // `Debug` output must not contain the key, except by coincidence.
                let coincidence = key.len() < 16 || record.id.as_str().contains(key);
                assert!(coincidence || !format!("{handover:?}").contains(key));
                // The credentials file must contain the same ID and key.
                let expected = (TransferId::parse(record.id.as_str()), AuthKey::parse(key));
                let credentials = TransferCredentials::new(&record, handover, None);
                let file = CredentialsFile::write(&TransferSource::default(), &[&credentials]);
                let read = CredentialsFile::parse(file.as_bytes());
                match expected {
                    (Ok(id), Ok(key)) => {
                        let [read] = <[_; 1]>::try_from(read.unwrap().transfers).unwrap();
                        assert_eq!(read.handover.transfer_id, id);
                        assert_eq!(read.handover.auth_key.expose(), key.expose());
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
                assert!(cause.required_lookups() > 0);
            }
        }
    }
});
