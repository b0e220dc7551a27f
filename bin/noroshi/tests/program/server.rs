//! A served platform for a test, and a browser's worth of HTTP to talk to it.

use crate::place::Home;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::Child,
    time::Duration,
};

/// A running `noroshi serve`, ended with the test.
pub(crate) struct Server {
    pub(crate) address: String,
    child: Child,
}

impl Server {
    /// Serves a directory on a free port of loopback.
    pub(crate) fn start(home: &Home) -> Self {
        let mut child = home.start(&["serve", "--listen", "127.0.0.1:0"]);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).map(str::to_owned))
            .expect("it says where it serves");
        std::thread::spawn(move || lines.for_each(drop));
        Self { address, child }
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Adds an account and gives its password.
pub(crate) fn account(home: &Home, name: &str, role: &str) -> String {
    let ran = home.run(&["account", "add", name, "--role", role]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    ran.out().trim().to_owned()
}

/// Somebody who clicks.
pub(crate) struct Visitor {
    address: String,
    cookies: Vec<(String, String)>,
}

/// An answer: the status, where it sends one to, the page.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) page: String,
}

impl Answer {
    /// The form's token.
    pub(crate) fn csrf(&self) -> &str {
        self.page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("a form on the page: {}", self.page))
    }
}

impl Visitor {
    pub(crate) fn to(server: &Server) -> Self {
        Self { address: server.address.clone(), cookies: Vec::new() }
    }

    /// Signs in.
    pub(crate) fn sign_in(&mut self, name: &str, password: &str) -> Option<()> {
        let csrf = self.get("/sign-in")?.csrf().to_owned();
        let answer = self.post("/sign-in", &[("csrf", &csrf), ("to", "/incidents"), ("name", name), ("password", password)])?;
        assert_eq!(answer.status, 303, "{}", answer.page);
        Some(())
    }

    /// `None` when the server is gone before it has answered.
    pub(crate) fn get(&mut self, path: &str) -> Option<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let (head, body) = form(path, fields);
        self.ask(&head, &body)
    }

    /// Sends a form and waits for no answer: whoever drops the stream goes away.
    pub(crate) fn send(&self, path: &str, fields: &[(&str, &str)]) -> TcpStream {
        let (head, body) = form(path, fields);
        self.begin(&head, &body).expect("the server takes it")
    }

    fn begin(&self, head: &str, body: &str) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        write!(stream, "{head}Host: {}\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n{body}", self.address).ok()?;
        Some(stream)
    }

    fn ask(&mut self, head: &str, body: &str) -> Option<Answer> {
        let mut stream = self.begin(head, body)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, page) = text.split_once("\r\n\r\n")?;
        for line in head.lines() {
            if let Some(pair) = line.strip_prefix("set-cookie: ").and_then(|line| line.split(';').next()).and_then(|pair| pair.split_once('=')) {
                self.cookies.retain(|(name, _)| name != pair.0);
                self.cookies.push((pair.0.to_owned(), pair.1.to_owned()));
            }
        }
        let status = head.split(' ').nth(1)?.parse().ok()?;
        // An answer that was cut off is no answer.
        let whole = head.lines().find_map(|line| line.strip_prefix("content-length: ")).is_none_or(|length| length.parse() == Ok(page.len()));
        whole.then(|| Answer { status, page: page.to_owned() })
    }
}

/// A form as a browser sends it: the head's beginning, and the body.
fn form(path: &str, fields: &[(&str, &str)]) -> (String, String) {
    let encode = |text: &str| {
        text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect::<String>()
    };
    let body = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&");
    (format!("POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.len()), body)
}
