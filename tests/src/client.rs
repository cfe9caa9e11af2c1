//! Somebody who talks to a test server: nobody, or an account with its token.

use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use reqwest::blocking::{Client as Http, RequestBuilder, Response};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// A client with or without a token.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    base: String,
    token: Option<String>,
}

/// A client that speaks http only: it does not read the machine's certificates, which takes longer than most tests.
pub(crate) fn plain_http() -> reqwest::blocking::ClientBuilder {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Http::builder().no_proxy().tls_backend_preconfigured(tls)
}

impl Client {
    /// Nobody, at the server `base`.
    ///
    /// # Panics
    /// When no client can be made.
    pub fn nobody(base: &str) -> Self {
        // Redirects are answers here, and a proxy of the machine must not see them.
        let http = plain_http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, base: base.to_owned(), token: None }
    }

    /// The same client with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The token it sends.
    ///
    /// # Panics
    /// When it has none.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// A request to fill in.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path))
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path))
    }

    /// POST with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body))
    }

    /// PATCH with a JSON body.
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(body))
    }

    /// DELETE with a JSON body.
    pub fn delete_json(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::DELETE, path).json(body))
    }

    /// Uploads a file of this type; `query` is what stands behind the question mark.
    ///
    /// # Panics
    /// When the type is none.
    pub fn upload(&self, query: &str, bytes: Vec<u8>, kind: &str) -> Answer {
        let file = Part::bytes(bytes).file_name("picture").mime_str(kind).unwrap();
        let request = self.request(Method::POST, &format!("/api/v1/images/upload?{query}"));
        Answer::of(request.multipart(Form::new().part("file", file)))
    }

    /// PUT without a body.
    pub fn put(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::PUT, path))
    }

    /// PUT with a JSON body.
    pub fn put_json(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body))
    }

    /// POST with a JSON body, through a proxy that names this client address.
    pub fn post_from(&self, address: &str, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).header("x-forwarded-for", address).json(body))
    }

    /// The id of the own account.
    ///
    /// # Panics
    /// When there is none.
    pub fn own_id(&self) -> String {
        self.get("/api/v1/auth/me").ok()["user_id"].as_str().unwrap().to_owned()
    }

    /// Enqueues `graph` once; the item's id.
    pub fn enqueue(&self, graph: &Value) -> i64 {
        self.enqueue_times(graph, 1)[0]
    }

    /// Enqueues `graph` so many times as one batch; the items' ids, the newest first.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn enqueue_times(&self, graph: &Value, runs: u32) -> Vec<i64> {
        let batch = json!({ "graph": graph, "runs": runs, "origin": "test", "destination": "gallery" });
        let answer = self.post("/api/v1/queue/default/enqueue_batch", &json!({ "batch": batch, "prepend": false }));
        let ids = answer.ok();
        ids["item_ids"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
    }

    /// One item of the queue.
    pub fn item(&self, id: i64) -> Value {
        self.get(&format!("/api/v1/queue/default/i/{id}")).ok()
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path, for messages.
    pub to: String,
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// Sends a request and keeps what comes back.
    ///
    /// # Panics
    /// When nothing comes back.
    pub fn of(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let to = format!("{} {}", request.method(), request.url().path());
        let response: Response = client.execute(request).unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { to, status, headers, bytes: response.bytes().unwrap().to_vec() }
    }

    /// The JSON body of a success.
    ///
    /// # Panics
    /// When it is none.
    pub fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}: {}", self.to, self.status, self.text());
        self.json()
    }

    /// The body as JSON, null when there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Asserts status and `detail` of a refusal.
    ///
    /// # Panics
    /// When it is another answer.
    #[track_caller]
    pub fn refused(&self, status: u16, detail: &str) {
        assert_eq!(
            (self.status, self.json()["detail"].as_str()),
            (status, Some(detail)),
            "{}: {}",
            self.to,
            self.text()
        );
    }

    /// Asserts the status.
    ///
    /// # Panics
    /// When it is another one.
    #[track_caller]
    pub fn has_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.to, self.text());
        self
    }
}
