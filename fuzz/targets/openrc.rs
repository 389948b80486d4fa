//! The openrc files that OpenStack's dashboard offers for download.
#![no_main]

use libfuzzer_sys::fuzz_target;
use volume_transfer::identity::openrc_variable;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for name in ["OS_USERNAME", "OS_PROJECT_ID", "OS_APPLICATION_CREDENTIAL_SECRET"] {
        let Some(value) = openrc_variable(&text, name) else { continue };
        assert!(!value.is_empty() && !value.contains('\n'));
        // A quoted value is read back unchanged.
        let line = format!("export {name}='{}'", value.replace('\'', r"'\''"));
        assert_eq!(openrc_variable(&line, name), Some(value));
    }
});
