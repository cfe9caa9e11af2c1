//! The text of packets. An engine.io packet is a digit and data; of type 4 (message) the data is a socket.io packet:
//! a digit, `<namespace>,` unless it is `/`, an acknowledgement id, JSON.

use crate::error::Refusal;
use serde_json::Value;

/// Separates packets in the body of a poll or a post.
pub(crate) const SEPARATOR: char = '\u{1e}';

pub(crate) const CLOSE: &str = "1";
pub(crate) const PING: &str = "2";
pub(crate) const NOOP: &str = "6";
pub(crate) const PROBE: &str = "2probe";
pub(crate) const PROBED: &str = "3probe";
pub(crate) const UPGRADE: &str = "5";
/// The server ends the socket, not only its transport; clients then stay away until they are told to connect.
pub(crate) const DISCONNECT: &str = "41";

/// The one namespace.
pub(crate) const ROOT: &str = "/";

/// An engine.io packet of a client.
#[derive(Debug, PartialEq)]
pub(crate) enum Engine<'a> {
    Close,
    Pong,
    Message(&'a str),
    /// Allowed and without effect.
    Nothing,
}

impl<'a> Engine<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Refusal> {
        match text.as_bytes().first() {
            Some(b'1') => Ok(Self::Close),
            Some(b'3') => Ok(Self::Pong),
            Some(b'4') => Ok(Self::Message(&text[1..])),
            Some(b'5' | b'6') => Ok(Self::Nothing),
            _ => Err(Refusal::Packet("unknown packet type")),
        }
    }
}

/// A socket.io packet of a client.
#[derive(Debug, PartialEq)]
pub(crate) enum Packet {
    Connect {
        namespace: String,
        auth: Option<Value>,
    },
    Disconnect {
        namespace: String,
    },
    Event {
        namespace: String,
        ack: Option<u64>,
        name: String,
        args: Vec<Value>,
    },
    /// An answer to a question we never ask.
    Ack,
}

impl Packet {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut chars = text.chars();
        let kind = chars.next().ok_or(Refusal::Packet("empty message"))?;
        let (namespace, rest) = namespace(chars.as_str());
        match kind {
            '0' => Ok(Self::Connect { namespace, auth: json(rest)? }),
            '1' => Ok(Self::Disconnect { namespace }),
            '2' => {
                let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let (id, rest) = rest.split_at(digits);
                let ack = match id {
                    "" => None,
                    id => Some(id.parse().map_err(|_| Refusal::Packet("acknowledgement id is too large"))?),
                };
                let Some(Value::Array(mut args)) = json(rest)? else {
                    return Err(Refusal::Packet("an event is a list"));
                };
                if args.is_empty() {
                    return Err(Refusal::Packet("an event has a name"));
                }
                let Value::String(name) = args.remove(0) else {
                    return Err(Refusal::Packet("an event's name is text"));
                };
                Ok(Self::Event { namespace, ack, name, args })
            }
            '3' => Ok(Self::Ack),
            '5' | '6' => Err(Refusal::Packet("binary attachments are not supported")),
            _ => Err(Refusal::Packet("unknown message type")),
        }
    }
}

/// Splits `/name?query,rest`; without a name it is the root.
fn namespace(text: &str) -> (String, &str) {
    if !text.starts_with('/') {
        return (ROOT.to_owned(), text);
    }
    let (name, rest) = text.split_once(',').unwrap_or((text, ""));
    (name.split('?').next().unwrap_or_default().to_owned(), rest)
}

fn json(text: &str) -> Result<Option<Value>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map(Some).map_err(|_| Refusal::Packet("data is not JSON"))
}

pub(crate) fn connected(socket_id: &str) -> String {
    format!("40{}", serde_json::json!({ "sid": socket_id }))
}

pub(crate) fn rejected(message: &str) -> String {
    format!("44{}", serde_json::json!({ "message": message }))
}

pub(crate) fn no_such_namespace(namespace: &str) -> String {
    format!("44{namespace},{}", serde_json::json!({ "message": "Unable to connect" }))
}

pub(crate) fn event(name: &str, payload: &Value) -> String {
    format!("42[{},{payload}]", Value::from(name))
}

pub(crate) fn ack(id: u64, args: &[Value]) -> String {
    format!("43{id}{}", Value::from(args))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn root() -> String {
        ROOT.to_owned()
    }

    fn event_of(namespace: &str, ack: Option<u64>, args: Vec<Value>) -> Packet {
        Packet::Event { namespace: namespace.to_owned(), ack, name: "e".to_owned(), args }
    }

    #[test]
    fn packets_of_clients_are_understood() {
        let cases = [
            ("0", Packet::Connect { namespace: root(), auth: None }),
            (r#"0{"token":"t"}"#, Packet::Connect { namespace: root(), auth: Some(json!({"token": "t"})) }),
            ("0/admin,", Packet::Connect { namespace: "/admin".into(), auth: None }),
            (r#"0/a?x=1,{"b":2}"#, Packet::Connect { namespace: "/a".into(), auth: Some(json!({"b": 2})) }),
            ("1", Packet::Disconnect { namespace: root() }),
            (r#"2["e",1]"#, event_of("/", None, vec![json!(1)])),
            (r#"20["e"]"#, event_of("/", Some(0), vec![])),
            (r#"2/,12["e"]"#, event_of("/", Some(12), vec![])),
            (r#"2/n,12["e"]"#, event_of("/n", Some(12), vec![])),
            ("30[]", Packet::Ack),
        ];
        for (text, packet) in cases {
            assert_eq!(Packet::parse(text), Ok(packet), "{text}");
        }
    }

    #[test]
    fn malformed_packets_are_refused() {
        let huge = r#"299999999999999999999["e"]"#;
        for text in ["", "2", "2[]", "2[1]", "2{}", "2nope", "0{", huge, r#"51-["e",{"_placeholder":true}]"#, "9", "é"]
        {
            assert!(matches!(Packet::parse(text), Err(Refusal::Packet(_))), "{text}");
        }
        for text in ["", "2", "2probe", "7", "bAAA", "0{}"] {
            assert!(Engine::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn packets_to_clients_have_the_documented_text() {
        assert_eq!(connected("x"), r#"40{"sid":"x"}"#);
        assert_eq!(rejected("no"), r#"44{"message":"no"}"#);
        assert_eq!(no_such_namespace("/n"), r#"44/n,{"message":"Unable to connect"}"#);
        assert_eq!(event("e", &json!({"b": 1, "a": null})), r#"42["e",{"b":1,"a":null}]"#);
        assert_eq!(ack(0, &[]), "430[]");
        assert_eq!(ack(7, &[json!(true)]), "437[true]");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in "[0-9]{0,2}[/,\\[\\]{}\"\\PC]{0,40}") {
            let _ = Engine::parse(&text);
            let _ = Packet::parse(&text);
        }
    }
}
