//! Requests made out of the OpenAPI document: for each operation one that has the right shape, and the places in it that
//! take a text, so that a test can put something else there. A new operation is thus asked without anybody naming it.

use serde_json::{Map, Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// HTTP method, in capitals.
    pub method: String,
    path: String,
    /// Names in the path, in order.
    pub path_names: Vec<String>,
    /// Query parameters: name, whether it is required, a value that fits.
    query: Vec<(String, bool, Value)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Json { sample: Value, texts: Vec<String> },
    Form(Vec<(String, bool)>),
}

/// A place of a request that takes a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A variable part of the path.
    Path(String),
    /// A query parameter.
    Query(String),
    /// A text in the JSON body, by its pointer.
    Json(String),
    /// A part of a form: a text, or the name of a file.
    Part(String),
}

/// A request as it goes over the wire.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: Vec<u8>,
    /// Content type of the body; empty for none.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Stands in a JSON text for bytes that are put there later.
const MARK: &str = "\u{1}mark\u{1}";
/// How deep samples go.
const DEEPEST: usize = 5;

impl Operation {
    /// All operations of a document.
    ///
    /// # Panics
    /// When it is none.
    pub fn all(document: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                found.push(Self::new(document, path, method, operation));
            }
        }
        found
    }

    fn new(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let parameters = || operation["parameters"].as_array().into_iter().flatten();
        let name = |parameter: &Value| parameter["name"].as_str().unwrap().to_owned();
        let content = &operation["requestBody"]["content"];
        let body = if let Some(schema) = content["application/json"].get("schema") {
            let mut texts = Vec::new();
            let sample = sample(document, schema, "", 0, &mut texts);
            Body::Json { sample, texts }
        } else if let Some(schema) = content["multipart/form-data"].get("schema") {
            let properties = resolve(document, schema)["properties"].as_object().cloned().unwrap_or_default();
            let is_file = |part: &Value| part.to_string().contains("contentMediaType");
            Body::Form(properties.iter().map(|(name, part)| (name.clone(), is_file(part))).collect())
        } else {
            Body::None
        };
        Self {
            id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            path_names: parameters().filter(|parameter| parameter["in"] == "path").map(name).collect(),
            query: parameters()
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| {
                    let sample = sample(document, &parameter["schema"], "", 0, &mut Vec::new());
                    (name(parameter), parameter["required"] == true, sample)
                })
                .collect(),
            body,
        }
    }

    /// Its path with these values in the variable parts.
    pub fn path_with(&self, value: impl Fn(&str) -> String) -> String {
        self.path_names.iter().fold(self.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), &value(name)))
    }

    /// The names of everything it takes: in path and query, and the fields of its body.
    ///
    /// # Panics
    /// When `document` is not the one it comes from.
    pub fn names(&self, document: &Value) -> Vec<String> {
        let operation = &document["paths"][&self.path][self.method.to_lowercase()];
        let content = operation["requestBody"]["content"].as_object().into_iter().flat_map(|kinds| kinds.values());
        let fields = content.flat_map(|kind| {
            let properties = resolve(document, &kind["schema"])["properties"].as_object();
            properties.into_iter().flat_map(|map| map.keys().cloned()).collect::<Vec<_>>()
        });
        let query = self.query.iter().map(|(name, ..)| name.clone());
        self.path_names.iter().cloned().chain(query).chain(fields).collect()
    }

    /// Whether it takes a JSON body.
    pub fn takes_json(&self) -> bool {
        matches!(self.body, Body::Json { .. })
    }

    /// The places that take a text.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.path_names.iter().cloned().map(Slot::Path).collect();
        slots.extend(self.query.iter().map(|(name, ..)| Slot::Query(name.clone())));
        match &self.body {
            Body::None => {}
            Body::Json { texts, .. } => slots.extend(texts.iter().cloned().map(Slot::Json)),
            Body::Form(parts) => slots.extend(parts.iter().map(|(name, _)| Slot::Part(name.clone()))),
        }
        slots
    }

    /// The request with `value` in this place.
    pub fn with(&self, slot: &Slot, value: &[u8]) -> Request {
        let in_json = quoted(value);
        self.request(Some((slot, value)), &in_json)
    }

    /// The request with this JSON text in this place of its body.
    pub fn with_json(&self, slot: &Slot, json: &[u8]) -> Request {
        self.request(Some((slot, b"")), json)
    }

    /// The request with this body instead of its own.
    pub fn with_body(&self, json: &[u8]) -> Request {
        Request { body: json.to_vec(), ..self.request(None, b"") }
    }

    fn request(&self, put: Option<(&Slot, &[u8])>, in_json: &[u8]) -> Request {
        let here = |slot: &Slot| put.filter(|(there, _)| *there == slot).map(|(_, value)| value.to_vec());
        let mut path = self.path.clone();
        for name in &self.path_names {
            let value = here(&Slot::Path(name.clone())).unwrap_or_else(|| b"1".to_vec());
            path = path.replace(&format!("{{{name}}}"), &percent(&value));
        }
        let mut target = path;
        for (name, required, sample) in &self.query {
            let value = here(&Slot::Query(name.clone()));
            if value.is_none() && !required {
                continue;
            }
            let plain = sample.as_str().map_or_else(|| sample.to_string(), str::to_owned);
            let sign = if target.contains('?') { '&' } else { '?' };
            target = format!("{target}{sign}{name}={}", percent(&value.unwrap_or_else(|| plain.into_bytes())));
        }
        let (content_type, body) = match &self.body {
            Body::None => (String::new(), Vec::new()),
            Body::Json { sample, .. } => {
                let mut sample = sample.clone();
                if let Some((Slot::Json(pointer), _)) = put {
                    *sample.pointer_mut(pointer).unwrap() = json!(MARK);
                }
                let text = sample.to_string().into_bytes();
                ("application/json".to_owned(), replace(&text, json!(MARK).to_string().as_bytes(), in_json))
            }
            Body::Form(parts) => {
                let mut body = Vec::new();
                for (name, is_file) in parts {
                    let value = here(&Slot::Part(name.clone())).unwrap_or_else(|| b"x".to_vec());
                    let (file_name, content) =
                        if *is_file { (value, b"no picture".to_vec()) } else { (Vec::new(), value) };
                    body.extend(format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"").into_bytes());
                    if *is_file {
                        body.extend(b"; filename=\"");
                        body.extend(file_name.into_iter().filter(|byte| !matches!(byte, b'\r' | b'\n' | b'"')));
                        body.extend(b"\"\r\nContent-Type: image/png");
                    }
                    body.extend(b"\r\n\r\n");
                    body.extend(content);
                    body.extend(b"\r\n");
                }
                body.extend(b"--limit--\r\n");
                ("multipart/form-data; boundary=limit".to_owned(), body)
            }
        };
        Request { method: self.method.clone(), target: target.into_bytes(), content_type, body }
    }
}

/// Sends a request byte by byte as it is, and returns the status and everything that came back.
///
/// # Panics
/// When nothing comes back.
pub fn send_raw(authority: &str, token: Option<&str>, request: &Request) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(authority).unwrap();
    let mut bytes = [request.method.as_bytes(), b" ", &request.target, b" HTTP/1.1\r\n"].concat();
    bytes.extend(b"Host: localhost\r\nConnection: close\r\nAccept-Encoding: identity\r\n");
    if let Some(token) = token {
        bytes.extend(format!("Authorization: Bearer {token}\r\n").into_bytes());
    }
    if !request.content_type.is_empty() {
        bytes.extend(format!("Content-Type: {}\r\n", request.content_type).into_bytes());
    }
    bytes.extend(format!("Content-Length: {}\r\n\r\n", request.body.len()).into_bytes());
    bytes.extend(&request.body);
    // A refusal may come before all was sent; what counts is the answer.
    let _ = stream.write_all(&bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let status = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    let shown = String::from_utf8_lossy(&request.target);
    (status.unwrap_or_else(|| panic!("{} {shown}: no answer", request.method)), answer)
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => resolve(document, document.pointer(name.trim_start_matches('#')).unwrap()),
        None => schema,
    }
}

/// A value that fits a schema, optional fields included. Notes the pointers of what may be any text.
fn sample(document: &Value, schema: &Value, at: &str, depth: usize, texts: &mut Vec<String>) -> Value {
    let schema = resolve(document, schema);
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    for union in ["anyOf", "oneOf", "allOf"] {
        let options = schema[union].as_array().into_iter().flatten();
        if let Some(option) = options.into_iter().find(|option| option["type"] != "null") {
            return sample(document, option, at, depth, texts);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null")),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => {
            texts.push(at.to_owned());
            json!("x")
        }
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(false),
        Some("array") if depth < DEEPEST && schema["items"].is_object() => {
            json!([sample(document, &schema["items"], &format!("{at}/0"), depth + 1, texts)])
        }
        Some("array") => json!([]),
        Some("object") if depth < DEEPEST => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let fields = properties.map(|(name, property)| {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                (name.clone(), sample(document, property, &at, depth + 1, texts))
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Some("object") => json!({}),
        _ => Value::Null,
    }
}

/// Every byte but letters, digits, `-` and `_` as `%XX`.
fn percent(value: &[u8]) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    value.iter().map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A JSON text of these bytes, which need not be UTF-8.
fn quoted(value: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(value) {
        Ok(text) => json!(text).to_string().into_bytes(),
        Err(_) => [b"\"", value, b"\""].concat(),
    }
}

fn replace(text: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    match text.windows(what.len()).position(|window| window == what) {
        Some(at) => [&text[..at], by, &text[at + what.len()..]].concat(),
        None => text.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_the_shape_of_its_operation_and_the_value_in_its_place() {
        let document = json!({
            "paths": { "/a/{name}": { "post": {
                "operationId": "op",
                "parameters": [
                    { "name": "name", "in": "path", "schema": { "type": "string" } },
                    { "name": "n", "in": "query", "required": true, "schema": { "type": "integer" } },
                    { "name": "q", "in": "query", "schema": { "type": "string" } },
                ],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/B" } } } },
            } } },
            "components": { "schemas": { "B": { "type": "object", "properties": {
                "list": { "type": "array", "items": { "anyOf": [{ "type": "null" }, { "type": "string" }] } },
                "kind": { "enum": ["one", "two"] },
                "count": { "type": ["integer", "null"], "minimum": 4 },
            } } } },
        });
        let operations = Operation::all(&document);
        let operation = &operations[0];
        let slots = operation.slots();
        let expected = [
            Slot::Path("name".to_owned()),
            Slot::Query("n".to_owned()),
            Slot::Query("q".to_owned()),
            Slot::Json("/list/0".to_owned()),
        ];
        assert_eq!(slots, expected);
        let request = operation.with(&slots[0], b"../x");
        assert_eq!((request.method.as_str(), request.target.as_slice()), ("POST", &b"/a/%2E%2E%2Fx?n=1"[..]));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, json!({ "list": ["x"], "kind": "one", "count": 4 }));
        let request = operation.with(&slots[3], b"\xFF");
        assert!(request.body.windows(3).any(|window| window == b"\"\xFF\""), "{request:?}");
        assert_eq!(operation.with(&slots[2], b"a b").target, b"/a/1?n=1&q=a%20b");
        let nested: Value = serde_json::from_slice(&operation.with_json(&slots[3], b"[[]]").body).unwrap();
        assert_eq!(nested["list"], json!([[[]]]));
    }
}
