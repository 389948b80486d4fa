//! The server as a separate process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// A running server process.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    stdout: BufReader<ChildStdout>,
    _page: TempDir,
}

impl Program {
    /// Starts the server and waits until it prints its address.
    pub(crate) fn start(arguments: &[&str]) -> Program {
        let page = super::page();
        let mut child = command(arguments)
            .arg("--page")
            .arg(page.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let address = line.strip_prefix("Volume Transfer is at http").unwrap().trim_end();
        let address = address.trim_start_matches("s").trim_start_matches("://");
        let address = address.split('/').next().unwrap();
        let address = address.parse().unwrap();
        Program { child, address, stdout, _page: page }
    }

    /// Sends raw bytes over a new connection.
    pub(crate) fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    /// Sends raw bytes, and returns everything that arrives until the connection is closed.
    pub(crate) fn request(&self, text: &str) -> String {
        let mut response = String::new();
        self.send(text).read_to_string(&mut response).unwrap();
        response
    }

    /// Reads the next line of the server's output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    pub(crate) fn signal(&self, signal: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", signal]).arg(self.child.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    /// Waits until the server exits successfully, and returns its remaining output.
    pub(crate) fn wait(mut self) -> String {
        assert!(self.child.wait().unwrap().success());
        let mut output = String::new();
        self.stdout.read_to_string(&mut output).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut output).unwrap();
        output
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_console-server"));
    command.args(["--listen", "127.0.0.1:0"]).args(arguments);
    command
}

impl Drop for Program {
    /// Stops the process even if a test fails.
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
