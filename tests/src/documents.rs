//! Workflows, style presets and forms to send.

use crate::{Answer, Client};
use invoke_imaging::{Mode, Pixels, png};
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};

/// A workflow of the editor with one node, as the recordings have it.
pub fn workflow(name: &str) -> Value {
    json!({
        "name": name,
        "author": "Alice",
        "description": "adds numbers",
        "version": "1.0.0",
        "contact": "",
        "tags": "math, demo",
        "notes": "n",
        "exposedFields": [],
        "meta": { "version": "3.0.0", "category": "user" },
        "nodes": [{
            "id": "n1",
            "type": "invocation",
            "data": {
                "id": "n1", "type": "add", "version": "1.0.1", "label": "", "notes": "", "isOpen": true,
                "isIntermediate": true, "useCache": true,
                "inputs": { "a": { "name": "a", "value": 1 }, "b": { "name": "b", "value": 2 } },
            },
            "position": { "x": 0, "y": 0 },
        }],
        "edges": [],
        "form": null,
    })
}

/// The body that sends a workflow.
pub fn body(workflow: &Value) -> Value {
    json!({ "workflow": workflow })
}

/// A PNG of this size, every pixel another colour than its neighbours.
///
/// # Panics
/// When it cannot be encoded.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let count = width as usize * height as usize * 3;
    let data = (0..count).map(|index| (index * 37 % 251) as u8).collect();
    png::encode(&Pixels::new(Mode::Rgb, width, height, data).unwrap(), 1, &[]).unwrap()
}

/// A file of a form.
///
/// # Panics
/// When `kind` is no media type.
pub fn file(name: &str, kind: &str, bytes: Vec<u8>) -> Part {
    Part::bytes(bytes).file_name(name.to_owned()).mime_str(kind).unwrap()
}

/// Sends a form.
pub fn send(client: &Client, method: Method, path: &str, form: Form) -> Answer {
    Answer::of(client.request(method, path).multipart(form))
}

/// The form of a style preset.
pub fn preset_form(data: &Value, picture: Option<Vec<u8>>) -> Form {
    let form = Form::new().text("data", data.to_string());
    match picture {
        Some(picture) => form.part("image", file("t.png", "image/png", picture)),
        None => form,
    }
}

/// The data of a style preset.
pub fn preset(name: &str) -> Value {
    json!({ "name": name, "positive_prompt": "{prompt}, watercolor", "negative_prompt": "photo", "type": "user" })
}

/// Creates a private style preset.
pub fn create_preset(client: &Client, name: &str, picture: Option<Vec<u8>>) -> Answer {
    send(client, Method::POST, "/api/v1/style_presets/", preset_form(&preset(name), picture))
}

/// The form of a recorded request. Of files the recordings keep name, kind and length; what they held is made up here to
/// the same effect.
///
/// # Panics
/// When a file is none of those that were recorded.
pub fn recorded_form(request: RequestBuilder, recorded: &Value) -> RequestBuilder {
    let fields = recorded.as_object().unwrap();
    if fields.is_empty() {
        return request;
    }
    let mut form = Form::new();
    for (name, value) in fields {
        let text = value.as_str().unwrap();
        form = match text.strip_prefix("<file ").and_then(|text| text.strip_suffix(" bytes>")) {
            None => form.text(name.clone(), text.to_owned()),
            Some(about) => {
                let parts: Vec<&str> = about.split(' ').collect();
                let [file_name, kind, length] = parts[..] else { panic!("{about}") };
                form.part(name.clone(), file(file_name, kind, content(kind, length.parse().unwrap())))
            }
        };
    }
    request.multipart(form)
}

/// What a recorded file of this kind and length held.
fn content(kind: &str, length: usize) -> Vec<u8> {
    match (kind, length) {
        ("image/png", _) => picture(64, 48),
        ("text/csv", 49) => b"name,prompt,negative_prompt\r\nImp,{prompt} x,bad\r\n".to_vec(),
        ("application/json", 66) => br#"[{"name": "ImpJ", "prompt": "{prompt} y", "negative_prompt": "n"}]"#.to_vec(),
        ("application/json", 9) => b"{\"a\": 1}\n".to_vec(),
        _ => vec![b'x'; length],
    }
}
