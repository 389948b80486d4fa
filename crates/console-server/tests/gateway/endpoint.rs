//! Parsing the endpoint's address.

use crate::support::A;
use console_server::gateway::Endpoint;

#[test]
fn accepts_a_scheme_host_port_and_path_and_rejects_anything_else() {
    for text in [
        "http://127.0.0.1:8776",
        "https://evs.cn-east-3.myhuaweicloud.com",
        "https://[::1]:8776",
        "https://[::1]",
        "https://host/",
        "https://host/volume",
        "https://host/a/b-c_d.e~f/",
        "HTTPS://HOST",
    ] {
        assert!(text.parse::<Endpoint>().is_ok(), "{text}");
    }
    for text in [
        "",
        "host",
        "host:8776",
        "//host",
        "ftp://host",
        "http://",
        "https:///volume",
        "https://user@host",
        "https://user:secret@host",
        "https://host:99999",
        "https://host:",
        "https://host/../x",
        "https://host/./x",
        "https://host//x",
        "https://host/%2e",
        "https://host/a b",
        "https://ho st",
        "https://host/v3/../x",
    ] {
        assert!(text.parse::<Endpoint>().is_err(), "{text}");
    }
}

#[test]
fn ignores_what_catalogs_and_address_bars_add() {
    const UUID: &str = "dd14c6ac-581f-4005-9e27-f5320b60bf2f";
    for (text, expected) in [
        ("https://host:8776/v3", "https://host:8776"),
        ("https://host:8776/v3/", "https://host:8776"),
        ("https://host/v2//", "https://host"),
        ("https://host/v3.0", "https://host"),
        (&format!("https://host/v3/{A}"), "https://host"),
        (&format!("https://host/v2/{A}/"), "https://host"),
        (&format!("https://host/v1/{UUID}"), "https://host"),
        (&format!("https://host/volume/v3/{A}"), "https://host/volume"),
        (&format!("https://host/v3/{A}/volumes/detail?limit=10#top"), "https://host"),
        ("https://host/v2/1234567890", "https://host"),
        ("https://host/v3/$(project_id)s", "https://host"),
        ("https://host/v3/%(tenant_id)s", "https://host"),
        ("https://host/volume/v3/$(tenant_id)s/", "https://host/volume"),
        ("https://host/v3/%24%28project_id%29s", "https://host"),
        (" https://host/volume \n", "https://host/volume"),
        ("https://host?x", "https://host"),
        ("https://host/#x", "https://host"),
        ("HTTP://host", "http://host"),
        // These may be paths of an API gateway, so they are not changed.
        ("https://host/v2/volume", "https://host/v2/volume"),
        ("https://host/v3-volumes", "https://host/v3-volumes"),
        ("https://host/vvv", "https://host/vvv"),
        (&format!("https://host/{A}"), &format!("https://host/{A}")),
    ] {
        assert_eq!(text.parse::<Endpoint>(), Ok(expected.parse().unwrap()), "{text}");
    }
}
