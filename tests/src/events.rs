//! A socket.io client as small as the tests need: one websocket, text frames, the default namespace.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

/// What a socket is carried by.
pub trait Carrier: Read + Write + Send {}
impl<T: Read + Write + Send> Carrier for T {}

/// A connected listener that has subscribed to the queue `default`.
pub struct Listener {
    socket: WebSocket<Box<dyn Carrier>>,
}

/// One event: its name and payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// `queue_item_status_changed`, …
    pub name: String,
    /// The payload.
    pub data: Value,
}

impl Listener {
    /// Connects to the server at `base` with a token and subscribes.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn connect(base: &str, token: &str) -> Self {
        let mut listener = Self::try_connect(base, token).unwrap();
        listener.subscribe("default");
        listener
    }

    /// Connects to the server at `base` with a token, or gives the packet that refuses.
    pub fn try_connect(base: &str, token: &str) -> Result<Self, String> {
        let address = base.replacen("http", "ws", 1);
        let url = format!("{address}/ws/socket.io/?EIO=4&transport=websocket");
        let authority = address.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        Self::over(stream, &url, token)
    }

    /// Connects to `url` over a connection that is open already, or gives the packet that refuses.
    ///
    /// # Panics
    /// When what answers is no socket.
    pub fn over(carrier: impl Carrier + 'static, url: &str, token: &str) -> Result<Self, String> {
        let carrier: Box<dyn Carrier> = Box::new(carrier);
        let (socket, _) =
            tokio_tungstenite::tungstenite::client(url, carrier).unwrap_or_else(|error| panic!("{error}"));
        let mut listener = Self { socket };
        assert!(listener.packet().starts_with('0'), "expected the open packet");
        listener.send(&format!("40{}", json!({ "token": token })));
        let answer = listener.packet();
        if answer.starts_with("40") { Ok(listener) } else { Err(answer) }
    }

    /// Asks for the events of a queue, with an acknowledgement, so that the subscription stands when this returns.
    pub fn subscribe(&mut self, queue_id: &str) {
        self.send(&format!("420{}", json!(["subscribe_queue", { "queue_id": queue_id }])));
        assert_eq!(self.packet(), "430[]");
    }

    /// Waits until the server ends the connection.
    pub fn until_disconnected(&mut self) {
        while self.packet() != "41" {}
    }

    /// The next event.
    pub fn next_event(&mut self) -> Received {
        loop {
            let packet = self.packet();
            if let Some(event) = packet.strip_prefix("42") {
                let event: Value = serde_json::from_str(event).unwrap();
                return Received { name: event[0].as_str().unwrap().to_owned(), data: event[1].clone() };
            }
        }
    }

    /// All events up to and including the first that `is_last` recognises.
    pub fn until(&mut self, mut is_last: impl FnMut(&Received) -> bool) -> Vec<Received> {
        let mut events = Vec::new();
        loop {
            let event = self.next_event();
            let last = is_last(&event);
            events.push(event);
            if last {
                return events;
            }
        }
    }

    /// All events up to the end of item `id`.
    pub fn until_item_ends(&mut self, id: i64) -> Vec<Received> {
        self.until(|event| {
            event.name == "queue_item_status_changed"
                && event.data["item_id"] == id
                && ["completed", "failed", "canceled"].contains(&event.data["status"].as_str().unwrap())
        })
    }

    fn send(&mut self, packet: &str) {
        self.socket.send(Message::text(packet.to_owned())).unwrap();
    }

    /// The next packet; pings are answered.
    fn packet(&mut self) -> String {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) if text.as_str() == "2" => self.send("3"),
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Close(reason) => panic!("the server closed the socket: {reason:?}"),
                _ => {}
            }
        }
    }
}
