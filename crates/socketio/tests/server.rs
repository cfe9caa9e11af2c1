//! The server as clients see it: raw WebSockets and plain requests against a real listener.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use actix_web::{App, HttpServer};
use futures_util::{SinkExt as _, StreamExt as _};
use invoke_socketio::{Accepted, Handler, Handshake, Rejected, Server, Settings, SocketRef, Sockets};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Lets in who names itself, by payload or by header, and lets it enter the rooms it names.
struct Club;

impl Handler for Club {
    type User = String;

    async fn connect(&self, handshake: Handshake) -> Result<Accepted<String>, Rejected> {
        let header = handshake.headers.get("x-name").map(|name| name.to_str().unwrap().to_owned());
        let auth = handshake.auth.and_then(|auth| auth["name"].as_str().map(str::to_owned));
        let name = auth.or(header).ok_or(Rejected { message: "Connection rejected by server".to_owned() })?;
        Ok(Accepted { rooms: vec![format!("user:{name}"), "all".to_owned()], user: name })
    }

    async fn joined(&self, socket: &SocketRef<String>) {
        match socket.user().as_str() {
            "banned" => socket.disconnect(),
            name => socket.join(&format!("{name}'s")),
        }
    }

    async fn event(&self, socket: &SocketRef<String>, name: &str, args: &[Value]) -> Option<Vec<Value>> {
        let room = args.first().and_then(|arg| arg["room"].as_str());
        match (name, room) {
            ("enter", Some(room)) => socket.join(room),
            ("leave", Some(room)) => socket.leave(room),
            ("whoami", _) => return Some(vec![json!(socket.user())]),
            _ => return None,
        }
        Some(Vec::new())
    }
}

struct Running {
    address: String,
    sockets: Sockets<String>,
}

fn start(change: impl FnOnce(&mut Settings)) -> Running {
    let count = AtomicU32::new(0);
    let mut settings = Settings::new(move || format!("id{}", count.fetch_add(1, Ordering::Relaxed)));
    change(&mut settings);
    let server = Server::new(Club, settings);
    let sockets = server.sockets();
    let http = HttpServer::new(move || App::new().configure(|config| server.configure("/ws/socket.io", config)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = http.addrs()[0].to_string();
    actix_web::rt::spawn(http.run());
    Running { address, sockets }
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn open(server: &Running, query: &str) -> Self {
        let (stream, _) = connect_async(format!("ws://{}/ws/socket.io/?{query}", server.address)).await.unwrap();
        Self(stream)
    }

    /// Opens and connects by name; answers the socket's packets from then on.
    async fn named(server: &Running, name: &str) -> Self {
        let mut client = Self::open(server, "EIO=4&transport=websocket").await;
        assert!(client.next().await.starts_with("0{"));
        client.say(&format!("40{}", json!({ "name": name }))).await;
        assert!(client.next().await.starts_with("40{"));
        client
    }

    async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    async fn next(&mut self) -> String {
        match self.0.next().await.unwrap().unwrap() {
            Message::Text(text) => text.to_string(),
            other => panic!("expected text, got {other:?}"),
        }
    }

    /// Waits for the end of the connection and returns the texts that came before it.
    async fn rest(mut self) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(Ok(message)) = self.0.next().await {
            match message {
                Message::Text(text) => texts.push(text.to_string()),
                Message::Close(_) => break,
                _ => {}
            }
        }
        texts
    }

    /// Asks for an acknowledgement: everything said before has been handled when it arrives.
    async fn settled(&mut self) {
        self.say(r#"4299["whoami"]"#).await;
        let answer = self.next().await;
        assert!(answer.starts_with("4399"), "{answer}");
    }
}

/// A client that speaks http only.
fn client() -> reqwest::Client {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).build().unwrap()
}

async fn get(server: &Running, query: &str) -> (u16, String) {
    let answer = client().get(format!("http://{}/ws/socket.io/?{query}", server.address)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn post(server: &Running, sid: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
    let url = format!("http://{}/ws/socket.io/?EIO=4&transport=polling&sid={sid}", server.address);
    let answer = client().post(url).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Opens a polling session and returns its id.
async fn open_polling(server: &Running) -> String {
    let (status, body) = get(server, "EIO=4&transport=polling").await;
    assert_eq!(status, 200, "{body}");
    let hello: Value = serde_json::from_str(body.strip_prefix('0').unwrap()).unwrap();
    hello["sid"].as_str().unwrap().to_owned()
}

async fn poll(server: &Running, sid: &str) -> (u16, String) {
    get(server, &format!("EIO=4&transport=polling&sid={sid}")).await
}

#[actix_web::test]
async fn a_websocket_conversation_is_as_recorded() {
    let server = start(|_| {});
    let mut client = Client::open(&server, "EIO=4&transport=websocket").await;
    assert_eq!(
        client.next().await,
        r#"0{"sid":"id0","upgrades":[],"pingTimeout":20000,"pingInterval":25000,"maxPayload":1000000}"#
    );
    client.say(r#"40{"name":"ann"}"#).await;
    assert_eq!(client.next().await, r#"40{"sid":"id1"}"#);
    client.say(r#"42["enter",{"room":"den"}]"#).await;
    client.say(r#"420["enter",{"room":"den"}]"#).await;
    assert_eq!(client.next().await, "430[]");
    client.say(r#"42["enter",{}]"#).await;
    client.say(r#"42["nope",{}]"#).await;
    client.say(r#"421["nope",{}]"#).await;
    client.say(r#"422["whoami"]"#).await;
    assert_eq!(client.next().await, r#"432["ann"]"#);
    assert_eq!(server.sockets.in_room("den")[0].rooms(), ["all", "ann's", "den", "user:ann"]);

    server.sockets.emit(&["den", "user:ann"], &[], "news", &json!({ "b": 1, "a": null }));
    assert_eq!(client.next().await, r#"42["news",{"b":1,"a":null}]"#);
    server.sockets.all()[0].disconnect();
    assert_eq!(client.rest().await, ["41"]);
    assert!(server.sockets.all().is_empty());
}

#[actix_web::test]
async fn who_is_rejected_is_told_and_may_try_again() {
    let server = start(|_| {});
    let mut client = Client::open(&server, "EIO=4&transport=websocket").await;
    client.next().await;
    client.say("40").await;
    assert_eq!(client.next().await, r#"44{"message":"Connection rejected by server"}"#);
    client.say(r#"420["whoami"]"#).await;
    client.say("40/admin,").await;
    assert_eq!(client.next().await, r#"44/admin,{"message":"Unable to connect"}"#);
    assert!(server.sockets.all().is_empty());
    client.say(r#"40{"name":"ann"}"#).await;
    assert!(client.next().await.starts_with("40{"));
    client.say("41").await;
    client.say(r#"40{"name":"bob"}"#).await;
    assert!(client.next().await.starts_with("40{"));
    assert_eq!(server.sockets.all()[0].user(), "bob");
}

#[actix_web::test]
async fn a_socket_that_may_not_stay_is_found_and_ended_before_anything_it_sends_is_read() {
    let server = start(|_| {});
    let mut client = Client::open(&server, "EIO=4&transport=websocket").await;
    client.next().await;
    client.say(r#"40{"name":"banned"}"#).await;
    client.say(r#"420["whoami"]"#).await;
    assert_eq!(client.rest().await, [r#"40{"sid":"id1"}"#, "41"]);
    assert!(server.sockets.all().is_empty());
}

#[actix_web::test]
async fn the_handshake_carries_the_headers_of_its_request() {
    let server = start(|_| {});
    let url = format!("http://{}/ws/socket.io/?EIO=4&transport=polling", server.address);
    let hello = client().get(url).header("x-name", "eve").send().await.unwrap().text().await.unwrap();
    assert!(hello.contains(r#""sid":"id0""#));
    assert_eq!(post(&server, "id0", "40").await.0, 200);
    assert_eq!(poll(&server, "id0").await, (200, r#"40{"sid":"id1"}"#.to_owned()));
    assert_eq!(server.sockets.all()[0].user(), "eve");
}

#[actix_web::test]
async fn rooms_receive_one_copy_and_exceptions_none() {
    let server = start(|_| {});
    let mut ann = Client::named(&server, "ann").await;
    let mut bob = Client::named(&server, "bob").await;
    ann.say(r#"42["enter",{"room":"den"}]"#).await;
    ann.settled().await;
    server.sockets.emit(&["all", "den"], &[], "both", &json!(1));
    server.sockets.emit(&["all"], &["user:ann", "nowhere"], "others", &json!(2));
    server.sockets.emit(&["user:ann"], &[], "ann", &json!(3));
    server.sockets.emit(&["nowhere"], &[], "nobody", &json!(4));
    assert_eq!([ann.next().await, ann.next().await], [r#"42["both",1]"#, r#"42["ann",3]"#]);
    assert_eq!([bob.next().await, bob.next().await], [r#"42["both",1]"#, r#"42["others",2]"#]);
    ann.say(r#"42["leave",{"room":"den"}]"#).await;
    ann.settled().await;
    assert!(server.sockets.in_room("den").is_empty());
    assert_eq!(server.sockets.in_room("all").len(), 2);
}

#[actix_web::test]
async fn polling_carries_packets_both_ways() {
    let server = start(|_| {});
    let (status, hello) = get(&server, "EIO=4&transport=polling").await;
    let expected =
        r#"0{"sid":"id0","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000,"maxPayload":1000000}"#;
    assert_eq!((status, hello.as_str()), (200, expected));
    assert_eq!(post(&server, "id0", r#"40{"name":"ann"}"#).await, (200, "OK".to_owned()));
    assert_eq!(poll(&server, "id0").await, (200, r#"40{"sid":"id1"}"#.to_owned()));

    let several = "420[\"enter\",{\"room\":\"den\"}]\u{1e}421[\"whoami\"]";
    assert_eq!(post(&server, "id0", several).await.0, 200);
    server.sockets.emit(&["den"], &[], "news", &json!({}));
    let (_, body) = poll(&server, "id0").await;
    assert_eq!(body.split('\u{1e}').collect::<Vec<_>>(), ["430[]", r#"431["ann"]"#, r#"42["news",{}]"#]);

    let waiting = poll(&server, "id0");
    let news = async { server.sockets.emit(&["den"], &[], "later", &json!(1)) };
    assert_eq!(futures_util::future::join(waiting, news).await.0.1, r#"42["later",1]"#);

    server.sockets.all()[0].disconnect();
    assert_eq!(poll(&server, "id0").await, (200, "41\u{1e}1".to_owned()));
    assert_eq!(poll(&server, "id0").await.0, 400);
}

#[actix_web::test]
async fn a_poll_in_flight_is_released_by_the_upgrade_and_no_packet_is_lost() {
    let server = start(|_| {});
    let sid = open_polling(&server).await;
    post(&server, &sid, r#"40{"name":"ann"}"#).await;
    poll(&server, &sid).await;

    let query = format!("EIO=4&transport=websocket&sid={sid}");
    let waiting = poll(&server, &sid);
    let upgrade = async {
        let mut client = Client::open(&server, &query).await;
        client.say("2probe").await;
        assert_eq!(client.next().await, "3probe");
        client
    };
    let ((status, released), mut client) = futures_util::future::join(waiting, upgrade).await;
    assert_eq!((status, released.as_str()), (200, "6"));
    server.sockets.emit(&["all"], &[], "meanwhile", &json!(1));
    assert_eq!(poll(&server, &sid).await.1, "6");
    client.say("5").await;
    assert_eq!(client.next().await, r#"42["meanwhile",1]"#);
    client.settled().await;
    assert_eq!(poll(&server, &sid).await, (400, r#""Unexpected HTTP request""#.to_owned()));
    assert_eq!(post(&server, &sid, "3").await.0, 400);
    client.say("1").await;
    assert_eq!(client.rest().await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_failed_upgrade_leaves_polling_as_it_was() {
    let server = start(|_| {});
    let sid = open_polling(&server).await;
    post(&server, &sid, r#"40{"name":"ann"}"#).await;
    let mut client = Client::open(&server, &format!("EIO=4&transport=websocket&sid={sid}")).await;
    client.say("2probe").await;
    assert_eq!(client.next().await, "3probe");
    client.say("4not an upgrade").await;
    assert_eq!(client.rest().await, Vec::<String>::new());
    assert!(poll(&server, &sid).await.1.starts_with("40{"));
}

#[actix_web::test]
async fn pings_keep_a_session_and_silence_ends_it() {
    let server = start(|settings| {
        settings.ping_interval = Duration::from_millis(20);
        settings.ping_timeout = Duration::from_millis(200);
    });
    let mut client = Client::named(&server, "ann").await;
    for _ in 0..3 {
        assert_eq!(client.next().await, "2");
        client.say("3").await;
    }
    assert_eq!(client.rest().await, ["2"]);
    assert!(server.sockets.all().is_empty());

    let sid = open_polling(&server).await;
    assert_eq!(poll(&server, &sid).await, (200, "2".to_owned()));
    assert_eq!(poll(&server, &sid).await, (200, "1".to_owned()));
}

#[actix_web::test]
async fn who_opens_but_never_connects_is_let_go() {
    let server = start(|settings| settings.connect_timeout = Duration::from_millis(50));
    let mut client = Client::open(&server, "EIO=4&transport=websocket").await;
    client.next().await;
    assert_eq!(client.rest().await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_client_that_does_not_read_is_let_go() {
    let server = start(|settings| settings.queue_packets = 3);
    let sid = open_polling(&server).await;
    post(&server, &sid, r#"40{"name":"ann"}"#).await;
    for number in 0..4 {
        server.sockets.emit(&["all"], &[], "news", &json!(number));
    }
    let (_, body) = poll(&server, &sid).await;
    let packets: Vec<_> = body.split('\u{1e}').collect();
    assert_eq!(packets[1..], [r#"42["news",0]"#, r#"42["news",1]"#, "1"]);
}

#[actix_web::test]
async fn oversized_and_malformed_packets_end_the_session() {
    let server = start(|settings| settings.max_payload = 1_000);
    let sid = open_polling(&server).await;
    assert_eq!(post(&server, &sid, "4".repeat(1_001)).await.0, 413);
    assert_eq!(poll(&server, &sid).await, (200, "1".to_owned()));

    for bad in ["2probe", "42{}", "451-[\"e\"]", "9", ""] {
        let sid = open_polling(&server).await;
        assert_eq!(post(&server, &sid, bad).await.0, 400, "{bad}");
        assert_eq!(poll(&server, &sid).await.1, "1", "{bad}");
    }
    let sid = open_polling(&server).await;
    assert_eq!(post(&server, &sid, vec![0x34, 0xff]).await, (400, r#""Payload is not UTF-8 text""#.to_owned()));

    let mut client = Client::named(&server, "ann").await;
    client.say(&"4".repeat(1_001)).await;
    assert_eq!(client.rest().await, Vec::<String>::new());
    let mut client = Client::named(&server, "ann").await;
    client.0.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(client.rest().await, Vec::<String>::new());
}

#[actix_web::test]
async fn requests_that_make_no_sense_are_refused() {
    let server = start(|settings| settings.max_sessions = 1);
    let refused = |text: &str| (400, json!(text).to_string());
    let version = "The client is using an unsupported version of the Socket.IO or Engine.IO protocols";
    assert_eq!(get(&server, "EIO=3&transport=polling").await, refused(version));
    assert_eq!(get(&server, "transport=polling").await, refused(version));
    assert_eq!(get(&server, "EIO=4&transport=pigeon").await, refused("Invalid transport"));
    assert_eq!(get(&server, "EIO=4&transport=websocket").await, refused("Invalid websocket upgrade"));
    assert_eq!(poll(&server, "nope").await, refused("Invalid session nope"));
    let sid = open_polling(&server).await;
    assert_eq!(get(&server, "EIO=4&transport=polling").await, (503, json!("Too many sessions").to_string()));

    let both = futures_util::future::join(poll(&server, &sid), poll(&server, &sid)).await;
    let mut statuses = [both.0.0, both.1.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{both:?}");
}
