//! The real server as a process: started, listened to, killed, started again over the same root.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Longest wait for anything; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `invokeai-web`.
pub struct ServerProcess {
    child: Child,
    log: Receiver<String>,
    base: String,
    token: Option<String>,
}

/// The executable `name`, built beside this test.
///
/// # Panics
/// When it was not built.
pub fn executable(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(path.exists(), "{} is not built: run `cargo build --workspace --bins` first", path.display());
    path
}

/// The small random Stable Diffusion model among the fixtures.
pub fn tiny_model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/models/tiny-sd15")
}

impl ServerProcess {
    /// Starts the server over `root` in multi-user mode and waits until it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(root: &Path) -> Self {
        Self::start_with(root, &[])
    }

    /// As [`ServerProcess::start`], with more in its environment.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(root: &Path, environment: &[(&str, &str)]) -> Self {
        let file = root.join("invokeai.yaml");
        if !file.exists() {
            let yaml = "schema_version: 4.0.3\nmultiuser: true\nstarter_model: false\nprecision: float32\ngeneration_devices: [cpu]\n";
            std::fs::write(&file, yaml).unwrap();
        }
        let mut command = Command::new(executable("invokeai-web"));
        command.arg("--root").arg(root).args(["--port", "0"]).envs(environment.iter().copied());
        Self::launch(command)
    }

    /// Runs a command that becomes the server, and waits until it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub fn launch(mut command: Command) -> Self {
        command.env("NO_COLOR", "1").env("OMP_NUM_THREADS", "1");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, log) = channel();
        for stream in
            [Box::new(child.stdout.take().unwrap()) as Box<dyn Read + Send>, Box::new(child.stderr.take().unwrap())]
        {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        drop(sender);
        let mut seen = String::new();
        let base = loop {
            match log.recv_timeout(PATIENCE) {
                Ok(line) => match line.find("http://127.0.0.1:") {
                    Some(start) => {
                        let address = &line[start..];
                        let end = address.find(|c: char| c.is_whitespace()).unwrap_or(address.len());
                        break address[..end].trim_end_matches(['/', '.', ',']).to_owned();
                    }
                    None => seen = seen + &line + "\n",
                },
                Err(_) => panic!("the server did not say where it listens:\n{seen}"),
            }
        };
        Self { child, log, base, token: None }
    }

    /// Sets up the administrator and signs in.
    pub fn set_up_administrator(&mut self) {
        let account = json!({ "email": "admin@example.com", "display_name": "Admin", "password": "AdminPass123" });
        self.post("/api/v1/auth/setup", &account);
        self.sign_in();
    }

    /// Signs in as the administrator.
    pub fn sign_in(&mut self) {
        self.sign_in_as("admin@example.com", "AdminPass123");
    }

    /// Signs in.
    pub fn sign_in_as(&mut self, email: &str, password: &str) {
        let login = json!({ "email": email, "password": password, "remember_me": false });
        self.token = Some(self.post("/api/v1/auth/login", &login)["token"].as_str().unwrap().to_owned());
    }

    /// Whoever signed in last, as a client.
    ///
    /// # Panics
    /// When nobody signed in.
    pub fn caller(&self) -> crate::Client {
        self.nobody().with_token(self.token.as_deref().unwrap())
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> crate::Client {
        crate::Client::nobody(&self.base)
    }

    /// Where it listens.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Installs the model in `folder` in place and returns its record.
    pub fn install(&self, folder: &Path) -> Value {
        let query = [("source", folder.to_str().unwrap()), ("inplace", "true")];
        let url = format!("{}/api/v2/models/install", self.base);
        let request = self.client().post(url).query(&query).json(&json!({}));
        let answer = self.authorised(request).send().unwrap();
        assert_eq!(answer.status(), 201, "{}", answer.text().unwrap());
        let job = answer.json::<Value>().unwrap()["id"].as_i64().unwrap();
        self.until("the installation", || {
            let job = self.get(&format!("/api/v2/models/install/{job}"));
            match job["status"].as_str().unwrap() {
                "completed" => Some(job["config_out"].clone()),
                "error" => panic!("the installation failed: {job}"),
                _ => None,
            }
        })
    }

    /// Enqueues `graph` once and returns the item's id.
    pub fn enqueue(&self, graph: &Value) -> i64 {
        let body = json!({ "prepend": false, "batch": { "graph": graph, "runs": 1, "origin": "test", "destination": "gallery" } });
        let answer = self.post("/api/v1/queue/default/enqueue_batch", &body);
        answer["item_ids"][0].as_i64().unwrap()
    }

    /// The item.
    pub fn item(&self, id: i64) -> Value {
        self.get(&format!("/api/v1/queue/default/i/{id}"))
    }

    /// GET, with the JSON of a successful answer.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.authorised(self.client().get(format!("{}{path}", self.base))).send().unwrap();
        let status = answer.status();
        let text = answer.text().unwrap();
        assert!(status.is_success(), "GET {path}: {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// DELETE, which must succeed.
    pub fn delete(&self, path: &str) {
        let answer = self.authorised(self.client().delete(format!("{}{path}", self.base))).send().unwrap();
        assert!(answer.status().is_success(), "DELETE {path}: {}", answer.status());
    }

    /// GET, with the bytes of a successful answer.
    pub fn get_bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.authorised(self.client().get(format!("{}{path}", self.base))).send().unwrap();
        assert!(answer.status().is_success(), "GET {path}: {}", answer.status());
        answer.bytes().unwrap().to_vec()
    }

    /// POST, with the JSON of a successful answer.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, text) = self.try_post(path, body);
        assert!((200..300).contains(&status), "POST {path}: {status}: {text}");
        text
    }

    /// POST, with status and JSON of the answer whatever it is.
    pub fn try_post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.authorised(self.client().post(format!("{}{path}", self.base)).json(body)).send().unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// PUT without a body, which must succeed.
    pub fn put(&self, path: &str) -> Value {
        let answer = self.authorised(self.client().put(format!("{}{path}", self.base))).send().unwrap();
        let status = answer.status();
        let text = answer.text().unwrap();
        assert!(status.is_success(), "PUT {path}: {status}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Listens to the signed-in user's events.
    pub fn listen(&self) -> crate::events::Listener {
        crate::events::Listener::connect(&self.base, self.token.as_deref().unwrap())
    }

    /// Process ids of the workers of this server.
    pub fn workers(&self) -> Vec<u32> {
        children(self.id())
    }

    /// Kills the server as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the server to end, as `systemctl stop` does, and waits until it has.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success() && self.child.wait().unwrap().success(), "the server did not end in order");
    }

    /// Waits until the server logs this.
    ///
    /// # Panics
    /// When it does not.
    pub fn wait_for_log(&self, text: &str) {
        let mut seen = String::new();
        loop {
            match self.log.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return,
                Ok(line) => seen = seen + &line + "\n",
                Err(_) => panic!("the server did not say `{text}`:\n{seen}"),
            }
        }
    }

    /// What the server has logged since last asked.
    pub fn logged(&self) -> Vec<String> {
        self.log.try_iter().collect()
    }

    /// Asks until there is an answer.
    ///
    /// # Panics
    /// When none comes.
    pub fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(answer) = ask() {
                return answer;
            }
            // Asking is the waiting: each question takes a round trip.
            std::thread::yield_now();
        }
        panic!("waited in vain for {what}; the server said:\n{}", self.logged().join("\n"))
    }

    fn client(&self) -> reqwest::blocking::Client {
        crate::client::plain_http().timeout(PATIENCE).build().unwrap()
    }

    fn authorised(&self, request: reqwest::blocking::RequestBuilder) -> reqwest::blocking::RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Direct children of a process, from /proc.
pub fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

/// Whether a process still runs; one that ended and was not collected does not.
pub fn is_alive(id: u32) -> bool {
    stat(id).is_some_and(|fields| !fields.starts_with(['Z', 'X']))
}

fn parent_of(id: u32) -> Option<u32> {
    stat(id)?.split(' ').nth(1)?.parse().ok()
}

/// The fields of `/proc/<id>/stat` after the name, which may hold spaces: state, parent, …
fn stat(id: u32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    Some(text[text.rfind(')')? + 2..].to_owned())
}
