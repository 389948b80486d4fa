//! A fake upstream service, which records requests and responds as a test specifies.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct SeenRequest {
    /// The index of its connection.
    pub(crate) connection: usize,
    /// The index of the request on its connection.
    pub(crate) turn: usize,
    /// The request line, such as `GET /path HTTP/1.1`.
    pub(crate) line: String,
    /// Sorted, with names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// A step of a scripted response.
pub(crate) enum Step {
    Send(String),
    /// Waits for a permit.
    Wait(Arc<Semaphore>),
    Sleep(Duration),
    Close,
}

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<SeenRequest>>>,
}

pub(crate) fn ok(headers: &str, body: &str) -> Vec<Step> {
    response("200 OK", headers, body)
}

pub(crate) fn response(status: &str, headers: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    vec![Step::Send(format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))]
}

impl Fake {
    /// Starts a service without TLS. `script` returns the response to each request.
    pub(crate) async fn with(
        script: impl Fn(&SeenRequest) -> Vec<Step> + Send + Sync + 'static,
    ) -> Fake {
        Fake::start(None, script).await
    }

    pub(crate) async fn start(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&SeenRequest) -> Vec<Step> + Send + Sync + 'static,
    ) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (recorded, script) = (requests.clone(), Arc::new(script));
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (recorded, script, tls) = (recorded.clone(), script.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve_connection(stream, connection, recorded, &*script).await,
                        Some(tls) => {
                            serve_connection(
                                tls.accept(stream).await?,
                                connection,
                                recorded,
                                &*script,
                            )
                            .await
                        }
                    }
                });
            }
        });
        Fake { address, requests }
    }

    /// Returns all requests so far.
    pub(crate) fn requests(&self) -> Vec<SeenRequest> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Handles the requests on a connection.
async fn serve_connection(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    requests: Arc<Mutex<Vec<SeenRequest>>>,
    script: &(impl Fn(&SeenRequest) -> Vec<Step> + Sync),
) -> io::Result<()> {
    for turn in 0.. {
        let request = read(&mut stream, connection, turn).await?;
        requests.lock().unwrap().push(request.clone());
        for step in script(&request) {
            match step {
                Step::Send(text) => stream.write_all(text.as_bytes()).await?,
                Step::Wait(until) => until.acquire().await.unwrap().forget(),
                Step::Sleep(time) => sleep(time).await,
                Step::Close => return Ok(()),
            }
            stream.flush().await?;
        }
    }
    Ok(())
}

async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    connection: usize,
    turn: usize,
) -> io::Result<SeenRequest> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    headers.sort();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).await?;
    Ok(SeenRequest { connection, turn, line, headers, body })
}
