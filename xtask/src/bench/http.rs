//! A plain HTTP/1.1 client over one kept connection, and many of them as a load.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// One kept connection.
pub(crate) struct Client {
    port: u16,
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connects to a server on this machine.
    ///
    /// # Errors
    /// When nothing listens.
    pub(crate) fn connect(port: u16) -> Result<Self> {
        Ok(Self { port, stream: open(port)? })
    }

    /// Asks and returns the JSON of a successful answer.
    ///
    /// # Errors
    /// When the answer is none, or not a success.
    pub(crate) fn get(&mut self, path: &str, token: Option<&str>) -> Result<Value> {
        self.ask(&request("GET", path, token, ""), path)
    }

    /// Sends JSON and returns the JSON of a successful answer.
    ///
    /// # Errors
    /// When the answer is none, or not a success.
    pub(crate) fn post(&mut self, path: &str, body: &Value, token: Option<&str>) -> Result<Value> {
        self.ask(&request("POST", path, token, &body.to_string()), path)
    }

    /// PUT without a body, and the JSON of a successful answer.
    ///
    /// # Errors
    /// When the answer is none, or not a success.
    pub(crate) fn put(&mut self, path: &str, token: &str) -> Result<Value> {
        self.ask(&request("PUT", path, Some(token), ""), path)
    }

    /// Signs in, with further header lines; status and body of whatever is answered.
    ///
    /// # Errors
    /// When nothing is answered.
    pub(crate) fn login(&mut self, body: &Value, headers: &str) -> Result<(u16, Vec<u8>)> {
        let plain = request("POST", "/api/v1/auth/login", None, &body.to_string());
        let (line, rest) = plain.split_once("\r\n").context("a request has lines")?;
        self.exchange(format!("{line}\r\n{headers}{rest}").as_bytes())
    }

    /// Sends a whole request and returns the JSON of a successful answer; `name` is for messages.
    ///
    /// # Errors
    /// When the answer is none, or not a success.
    pub(crate) fn send_raw(&mut self, request: &[u8], name: &str) -> Result<Value> {
        self.answer(request, name)
    }

    fn ask(&mut self, request: &str, path: &str) -> Result<Value> {
        self.answer(request.as_bytes(), path)
    }

    fn answer(&mut self, request: &[u8], path: &str) -> Result<Value> {
        let (status, body) = self.exchange(request)?;
        let text = String::from_utf8_lossy(&body);
        if !(200..300).contains(&status) {
            bail!("{path}: status {status}: {}", text.chars().take(300).collect::<String>());
        }
        serde_json::from_str(&text).with_context(|| format!("{path}: not JSON"))
    }

    /// Sends a whole request and reads a whole answer.
    fn exchange(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        let mut line = String::new();
        if self.send(request, &mut line).is_err() || line.is_empty() {
            // Servers close a connection that was idle for some seconds.
            self.stream = open(self.port)?;
            self.send(request, &mut line)?;
        }
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).context("no status line")?;
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        }
        let mut body = Vec::new();
        if chunked {
            self.read_chunks(&mut body)?;
        } else {
            body.resize(length, 0);
            self.stream.read_exact(&mut body)?;
        }
        Ok((status, body))
    }

    /// Sends a request and reads the first line of the answer: none where the connection was closed.
    fn send(&mut self, request: &[u8], line: &mut String) -> std::io::Result<usize> {
        self.stream.get_mut().write_all(request)?;
        self.stream.read_line(line)
    }

    fn read_chunks(&mut self, body: &mut Vec<u8>) -> Result<()> {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).context("not a chunk length")?;
            let mut chunk = vec![0; length + 2];
            self.stream.read_exact(&mut chunk)?;
            if length == 0 {
                return Ok(());
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }
}

fn open(port: u16) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(BufReader::new(stream))
}

fn request(method: &str, path: &str, token: Option<&str>, body: &str) -> String {
    let token = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    let content = if method == "POST" {
        format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
    } else {
        String::new()
    };
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: identity\r\n{token}{content}\r\n{body}")
}

/// `text` with everything but letters, digits and `/._-` escaped.
pub(crate) fn percent_encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Requests per second that `connections` clients get answered, each sending the next when it has the last answer.
///
/// # Errors
/// When a client can not connect or gets another status than 200.
pub(crate) fn requests_per_second(
    port: u16,
    path: &str,
    token: &str,
    connections: usize,
    duration: Duration,
) -> Result<f64> {
    let request = request("GET", path, Some(token), "");
    let barrier = Barrier::new(connections);
    let counts = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| -> Result<(u64, f64)> {
                    let client = Client::connect(port);
                    barrier.wait();
                    let mut client = client?;
                    let start = Instant::now();
                    let mut count = 0;
                    while start.elapsed() < duration {
                        let (status, _) = client.exchange(request.as_bytes())?;
                        if status != 200 {
                            bail!("{path}: status {status} under load");
                        }
                        count += 1;
                    }
                    Ok((count, start.elapsed().as_secs_f64()))
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| bail!("a client panicked")))
            .collect::<Result<Vec<_>>>()
    })?;
    Ok(counts.iter().map(|(count, seconds)| *count as f64 / seconds).sum())
}
