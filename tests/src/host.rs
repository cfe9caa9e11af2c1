//! A host of files on this machine, as bad as hosts can be: it answers what the test says, breaks off, stalls until it is let
//! go on, and remembers what it was asked.

use parking_lot::{Condvar, Mutex};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// Headers, their names in small letters.
    pub headers: BTreeMap<String, String>,
}

impl Asked {
    /// A header, empty without it.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }
}

/// Opened by a test when something may go on.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through, now and later.
    pub fn open(&self) {
        *self.0.0.lock() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let mut open = self.0.0.lock();
        while !*open {
            // Nobody waits longer than a test may take.
            if self.0.1.wait_for(&mut open, Duration::from_secs(120)).timed_out() {
                return;
            }
        }
    }
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    stop_at: Option<usize>,
    stall: Option<(usize, Gate)>,
}

impl Reply {
    /// 200 and these bytes.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
    }

    /// A status without anything.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// 302 to another address.
    pub fn moved(to: &str) -> Self {
        Self::status(302).header("Location", to)
    }

    /// A file as good hosts give it: with a tag, and from the byte on that is asked for, if the tag is still the same.
    pub fn file(asked: &Asked, content: &[u8], tag: &str) -> Self {
        let tag = format!("\"{tag}\"");
        let from =
            asked.header("range").strip_prefix("bytes=").and_then(|range| range.trim_end_matches('-').parse().ok());
        let unchanged = ["", tag.as_str()].contains(&asked.header("if-range"));
        let reply = match from.filter(|_| unchanged) {
            Some(from) if from >= content.len() => {
                Self::status(416).header("Content-Range", &format!("bytes */{}", content.len()))
            }
            Some(from) => {
                let range = format!("bytes {from}-{}/{}", content.len() - 1, content.len());
                Self { status: 206, ..Self::ok(&content[from..]) }.header("Content-Range", &range)
            }
            None => Self::ok(content),
        };
        reply.header("ETag", &tag).header("Content-Type", "application/octet-stream")
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Breaks off behind so many bytes of the body, whatever length was announced.
    pub fn breaks_off_at(self, bytes: usize) -> Self {
        Self { stop_at: Some(bytes), ..self }
    }

    /// Sends nothing behind so many bytes of the body until the gate is opened.
    pub fn stalls_at(self, bytes: usize, gate: &Gate) -> Self {
        Self { stall: Some((bytes, gate.clone())), ..self }
    }

    fn send(&self, stream: &mut TcpStream, ending: impl FnOnce()) -> std::io::Result<()> {
        let mut head =
            format!("HTTP/1.1 {} Said\r\nConnection: close\r\nContent-Length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head = format!("{head}{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        let end = self.stop_at.unwrap_or(self.body.len()).min(self.body.len());
        let mut at = 0;
        if let Some((stall, gate)) = &self.stall {
            at = (*stall).min(end);
            stream.write_all(&self.body[..at])?;
            stream.flush()?;
            gate.pass();
        }
        // Whoever reads this may ask for the next at once.
        ending();
        stream.write_all(&self.body[at..end])
    }
}

/// The host.
#[derive(Debug)]
pub struct Host {
    authority: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    most: Arc<AtomicUsize>,
}

impl Host {
    /// A host that answers so.
    ///
    /// # Panics
    /// When it does not get a port.
    pub fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let (asked, most): (Arc<Mutex<Vec<Asked>>>, Arc<AtomicUsize>) = Default::default();
        let (answer, open) = (Arc::new(answer), Arc::new(AtomicUsize::new(0)));
        let (log, peak) = (Arc::clone(&asked), Arc::clone(&most));
        // It ends with the process; a port nobody asks costs nothing.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, log, open, peak) = (answer.clone(), log.clone(), open.clone(), peak.clone());
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let Some(asked) = read(&stream) else { return };
                    log.lock().push(asked.clone());
                    peak.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    // Whoever asked may have gone.
                    let _ = answer(&asked).send(&mut stream, || {
                        open.fetch_sub(1, Ordering::SeqCst);
                    });
                });
            }
        });
        Self { authority, asked, most }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// The same host by another name: for a client it is another one.
    pub fn other_url(&self) -> String {
        self.url().replace("127.0.0.1", "localhost")
    }

    /// What it was asked for, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    /// What it was asked for below a path.
    pub fn asked_for(&self, path: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path.starts_with(path)).collect()
    }

    /// How many answers were under way at once.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let head = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let header = |line: String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_lowercase(), value.trim().to_owned()))
    };
    Some(Asked { path, headers: head.filter_map(header).collect() })
}

/// The files of a folder by their paths, to be given out.
pub fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}
