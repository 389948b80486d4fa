//! A list of volumes, in both ways in which it is read: screening says what reading says.
#![no_main]

use fuzz::{check_fault, outcome};
use libfuzzer_sys::fuzz_target;
use volume_transfer::{Facts, Response, Screen, Service, api, eligibility};

fuzz_target!(|data: &[u8]| {
    if let Err(error) = api::decode_volumes(outcome(data)) {
        error.fault().iter().for_each(check_fault);
    }
    let (first, text) = data.split_first().unwrap_or((&0, &[]));
    let page = api::decode_volumes(Ok(Response::new(200, text.to_vec())));
    for service in Service::ALL {
        let mut screen = Screen::new(service, Facts::default());
        let mut rows = Vec::new();
        let part = usize::from(*first) + 1;
        let read = text.chunks(part).try_for_each(|part| screen.push(part, |row| rows.push(row.eligibility)));
        // Each refuses something that the other lets pass: invalid UTF-8, two lists in one.
        if let (Ok(page), Ok(screened)) = (&page, read.and_then(|()| screen.finish())) {
            let plain: Vec<_> = page
                .volumes
                .iter()
                .map(|volume| eligibility::check(volume, &Facts::default(), service))
                .collect();
            assert_eq!(rows, plain);
            assert_eq!(screened.unreadable, page.unreadable);
            // A page without a readable volume has no last one to go on from.
            assert_eq!(screened.more && !rows.is_empty(), page.next.is_some());
        }
    }
});
