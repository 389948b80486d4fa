//! The program itself, as people start it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// The program, and where it listens.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    stdout: BufReader<ChildStdout>,
    _page: TempDir,
}

impl Program {
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
        let address = line.strip_prefix("Volume Transfer is at http://").unwrap().trim_end();
        let address = address.parse().unwrap();
        Program { child, address, stdout, _page: page }
    }

    pub(crate) fn say(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }

    pub(crate) fn ask(&self, text: &str) -> String {
        let mut answer = String::new();
        self.say(text).read_to_string(&mut answer).unwrap();
        answer
    }

    pub(crate) fn tell_to_stop(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Waits until it has ended in peace, and returns all that it wrote.
    pub(crate) fn end(mut self) -> String {
        assert!(self.child.wait().unwrap().success());
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_console-server"));
    command.args(["--listen", "127.0.0.1:0"]).args(arguments);
    command
}

impl Drop for Program {
    /// A test that fails leaves nothing running.
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
