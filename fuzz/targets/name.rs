//! Names in UTF-8 and UTF-16, under every service's rule.
#![no_main]

use libfuzzer_sys::fuzz_target;
use volume_transfer::name::from_utf16;
use volume_transfer::{NameParser, Service, TransferName};

fuzz_target!(|data: &[u8]| {
    let units: Vec<u16> = data
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair.get(1).copied().unwrap_or_default()]))
        .collect();
    let text = from_utf16(units.iter().copied());
    assert_eq!(text.as_deref().ok(), String::from_utf16(&units).ok().as_deref());
    if let Ok(text) = text {
        check(&text);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        check(text);
    }
});

fn check(text: &str) {
    for service in Service::ALL {
        let rule = service.name_rule();
        let name = TransferName::parse(text, rule);
        // Reading the text incrementally, in UTF-16, must give the same name.
        let mut parser = NameParser::new(*rule);
        parser.push_utf16(&text.encode_utf16().collect::<Vec<_>>());
        let read = parser.finish();
        assert_eq!(read.is_ok(), name.is_ok());
        assert_eq!(read.is_ok_and(|range| range.is_some()), matches!(name, Ok(Some(_))));
        if let Ok(Some(name)) = name {
            assert!(text.contains(name.as_str()));
            let length = rule.measure(name.as_str());
            assert!((1..=rule.limit).contains(&length));
            // Parsing must be idempotent.
            assert_eq!(TransferName::parse(name.as_str(), rule), Ok(Some(name)));
        }
    }
}
