//! Tests `docs/nginx.conf`, and the server under a path prefix, with the nginx on PATH.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::fake::{Fake, ok, response};
use support::program::Program;
use support::{A, INDEX, SAMPLE};
use tempfile::TempDir;

struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Nginx {
    /// Starts nginx with `docs/nginx.conf`, adapted to these addresses.
    fn start(page: SocketAddr, endpoint: &str) -> Option<Nginx> {
        Nginx::with(|address| {
            let mut config = fs::read_to_string("../../docs/nginx.conf").unwrap();
            for (original, replacement) in [
                ("listen 80;", format!("listen {address};")),
                ("proxy_pass http://127.0.0.1:8080;", format!("proxy_pass http://{page};")),
                ("proxy_pass https://evs.example.com;", format!("proxy_pass {endpoint};")),
            ] {
                assert_eq!(config.matches(original).count(), 1, "{original}");
                config = config.replace(original, &replacement);
            }
            config
        })
    }

    /// Starts nginx with a configuration for its address. Returns `None` and prints a conspicuous line if
    /// there is no nginx.
    fn with(site: impl FnOnce(SocketAddr) -> String) -> Option<Nginx> {
        if Command::new("nginx").arg("-v").stderr(Stdio::null()).status().is_err() {
            // The test harness would hide the output of `println` from a passing test.
            let line = b"\n!!! NOT tested with nginx, which is not on PATH !!!\n";
            io::stderr().write_all(line).unwrap();
            return None;
        }
        let folder = TempDir::new().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        fs::write(folder.path().join("site.conf"), site(address)).unwrap();
        // The main configuration, as a distribution would provide it, but with all files in this
        // folder.
        let main = "daemon off; pid pid; error_log stderr warn; events {}
            http {
                access_log access; include site.conf;
                client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
                scgi_temp_path t4; uwsgi_temp_path t5;
            }";
        fs::write(folder.path().join("nginx.conf"), main).unwrap();
        let mut nginx = Command::new("nginx");
        nginx.arg("-p").arg(folder.path()).args(["-e", "stderr", "-c", "nginx.conf"]);
        let mut child = nginx.stderr(Stdio::piped()).spawn().unwrap();
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            if start.elapsed() > Duration::from_secs(10) || child.try_wait().unwrap().is_some() {
                let _ = child.kill();
                let mut stderr = String::new();
                child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
                panic!("nginx did not start: {stderr}");
            }
            sleep(Duration::from_millis(10));
        }
        Some(Nginx { child, address, folder })
    }

    /// Sends a request. Returns the response with its head in lower case and `\n` as line endings.
    fn send(&self, line: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = match body {
            "" => String::new(),
            body => format!("Content-Length: {}\r\n", body.len()),
        };
        let head = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}{headers}");
        // nginx may respond and close the connection before it has read a whole body.
        let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        let response = String::from_utf8(response).unwrap().replace("\r\n", "\n");
        let (head, body) = response.split_once("\n\n").unwrap();
        format!("{}\n\n{body}", head.to_ascii_lowercase())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Only SIGTERM makes nginx stop its workers.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_as_strict_as_the_gateway() {
    let fake = Fake::with(|seen| match seen.line.contains("/vaults") {
        true => response("302 Found", "Location: http://127.0.0.1:9/\r\n", ""),
        false => ok(
            "Content-Type: application/json\r\nX-Openstack-Request-Id: req-o\r\n\
             Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n\
             Cache-Control: public\r\nSet-Cookie: a=b\r\nX-Accel-Redirect: /\r\n",
            "{\"of\":\"the endpoint\"}",
        ),
    })
    .await;
    let program = Program::start(&["--static-only"]);
    let Some(nginx) = Nginx::start(program.address, &fake.url()) else { return };

    let page = nginx.send("GET /", "", "");
    assert!(page.contains("content-security-policy: default-src 'none'; script-src 'self'"));
    assert!(page.ends_with(INDEX), "{page}");

    let (v2, v3) = (format!("/v2/{A}"), format!("/v3/{A}"));
    let allowed = [
        format!("GET {v2}/cloudvolumes/detail?limit=1000"),
        format!("GET {v3}/volumes/detail"),
        format!("GET {v2}/cloudvolumes/{SAMPLE}"),
        format!("GET {v3}/volumes/{SAMPLE}"),
        format!("GET {v2}/cloudsnapshots/detail?volume_id={SAMPLE}&limit=1"),
        format!("GET {v3}/snapshots/detail?volume_id={SAMPLE}&limit=1"),
        format!("GET {v3}/backups?resource_id={SAMPLE}&resource_type=OS::Cinder::Volume&limit=1"),
        format!("GET {v3}/policies?vault_id={SAMPLE}"),
        format!("GET {v2}/os-volume-transfer"),
        format!("POST {v2}/os-volume-transfer"),
        format!("GET {v3}/os-volume-transfer/detail?limit=1000&offset=0"),
        format!("GET {v3}/os-volume-transfer/{SAMPLE}"),
        format!("DELETE {v3}/os-volume-transfer/{SAMPLE}"),
        format!("POST {v3}/os-volume-transfer/{SAMPLE}/accept"),
        format!("POST {v3}/volume-transfers"),
        format!("GET {v3}/volume-transfers/detail?limit=1000&marker={SAMPLE}"),
    ];
    for line in &allowed {
        let response = nginx.send(line, "", "");
        assert!(response.starts_with("http/1.1 200 ok\n"), "{line}: {response}");
        assert!(response.ends_with("{\"of\":\"the endpoint\"}"), "{line}: {response}");
        let seen = fake.requests();
        assert_eq!(seen.last().unwrap().line, format!("{line} HTTP/1.1"));
    }
    for line in [
        format!("GET {v3}/types"),
        format!("PUT {v3}/os-volume-transfer"),
        format!("DELETE {v3}/volumes/{SAMPLE}"),
        format!("OPTIONS {v3}/volumes/detail"),
        format!("GET {v2}/backups"),
        format!("POST {v2}/volume-transfers"),
        format!("GET {v3}/volumes/detail/"),
        format!("GET {v3}/x/../volumes/detail"),
        format!("GET {v3}/%76olumes/detail"),
        format!("GET {v3}/os-volume-transfer/a%2fb"),
        format!("GET /x/..{v3}/volumes/detail"),
        "GET /v2".to_owned(),
    ] {
        let response = nginx.send(&line, "", "");
        assert!(response.starts_with("http/1.1 404 "), "{line}: {response}");
        assert!(response.contains("does not forward this path"), "{line}: {response}");
    }
    assert_eq!(fake.requests().len(), allowed.len());

    let all = "Accept: application/json\r\nContent-Type: application/json\r\n\
               OpenStack-API-Version: volume 3.59\r\nX-Auth-Token: canary\r\nCookie: a=b\r\n\
               X-Forwarded-For: 1.2.3.4\r\nOrigin: http://x\r\nX-Roles: admin\r\n";
    let full = "x".repeat(114_688);
    let response = nginx.send(&format!("POST {v3}/os-volume-transfer"), all, &full);
    let seen = fake.requests().pop().unwrap();
    let names: Vec<_> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "accept",
        "connection",
        "content-length",
        "content-type",
        "host",
        "openstack-api-version",
        "x-auth-token",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen.headers[4].1, fake.address.to_string());
    assert_eq!(seen.body.len(), full.len());
    for header in ["x-openstack-request-id: req-o\n", "cache-control: no-store\n", "nosniff\n"] {
        assert!(response.contains(header), "{header}: {response}");
    }
    for header in ["set-cookie", "access-control", "x-accel", "public"] {
        assert!(!response.contains(header), "{header}: {response}");
    }
    let long = format!("X-Auth-Token: {}\r\n", "t".repeat(20_000));
    let response = nginx.send(&format!("GET {v3}/volumes/detail"), &long, "");
    assert!(response.starts_with("http/1.1 200 "), "{response}");

    let before = fake.requests().len();
    let response = nginx.send(&format!("POST {v3}/os-volume-transfer"), all, &(full + "x"));
    assert!(response.starts_with("http/1.1 413 "), "{response}");
    assert_eq!(fake.requests().len(), before);

    let response = nginx.send(&format!("GET {v3}/vaults"), "", "");
    assert!(response.starts_with("http/1.1 502 "), "{response}");
    assert!(!response.contains("location:") && response.contains("final address"), "{response}");

    let log = fs::read_to_string(nginx.folder.path().join("access")).unwrap();
    assert!(log.contains("os-volume-transfer") && !log.contains("canary"), "{log}");
}

#[test]
fn works_under_a_path_that_the_proxy_keeps_or_removes() {
    let kept = Program::start(&["--base-path", "/kept", "--trust-proxy", "127.0.0.1"]);
    let removed = Program::start(&["--trust-proxy", "127.0.0.1"]);
    let headers = "proxy_set_header Host $host; proxy_set_header X-Forwarded-Proto https;";
    let (kept, removed) = (kept.address, removed.address);
    let nginx = Nginx::with(|address| {
        format!(
            "server {{ listen {address}; {headers}
                location /kept/ {{ proxy_pass http://{kept}; }}
                location /removed/ {{
                    {headers} proxy_set_header X-Forwarded-Prefix /removed;
                    proxy_pass http://{removed}/;
                }}
            }}"
        )
    });
    let Some(nginx) = nginx else { return };
    for path in ["/kept", "/removed"] {
        let page = nginx.send(&format!("GET {path}/"), "", "");
        assert!(page.ends_with(INDEX), "{path}: {page}");
        // Links use the address that the client knows.
        let versions = nginx.send(&format!("GET {path}/identity/v3"), "", "");
        assert!(versions.contains(&format!("https://x{path}/identity/v3")), "{path}: {versions}");
        let list = format!("GET {path}/v3/{A}/volumes/detail");
        let list = nginx.send(&list, "X-Auth-Token: demo-token-a\r\n", "");
        assert!(list.starts_with("http/1.1 200 "), "{path}: {list}");
    }
}
