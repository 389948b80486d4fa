//! A service to be in front of: it notes what it is sent, and answers as a test has it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Which of the connections it came over, from 0.
    pub(crate) connection: usize,
    /// Which request of that connection it was, from 0.
    pub(crate) turn: usize,
    /// `GET /path HTTP/1.1`
    pub(crate) line: String,
    /// Names in lower case, in alphabetical order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What an answer is made of.
pub(crate) enum Step {
    Send(String),
    /// Until a permit is added.
    Wait(Arc<Semaphore>),
    Sleep(Duration),
    Close,
}

pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub(crate) fn ok(headers: &str, body: &str) -> Vec<Step> {
    answer("200 OK", headers, body)
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    vec![Step::Send(format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))]
}

impl Fake {
    /// Answers every request so.
    pub(crate) async fn with(script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static) -> Fake {
        Fake::start(None, script).await
    }

    pub(crate) async fn start(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static,
    ) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (noted, script) = (seen.clone(), Arc::new(script));
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (noted, script, tls) = (noted.clone(), script.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => converse(stream, connection, noted, &*script).await,
                        Some(tls) => {
                            converse(tls.accept(stream).await?, connection, noted, &*script).await
                        }
                    }
                });
            }
        });
        Fake { address, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: &(impl Fn(&Seen) -> Vec<Step> + Sync),
) -> io::Result<()> {
    for turn in 0.. {
        let request = read(&mut stream, connection, turn).await?;
        seen.lock().unwrap().push(request.clone());
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
) -> io::Result<Seen> {
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
    Ok(Seen { connection, turn, line, headers, body })
}
