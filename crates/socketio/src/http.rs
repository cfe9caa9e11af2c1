//! One request: opens a session, polls it, posts to it, or becomes a WebSocket.

use crate::error::Refusal;
use crate::handler::Handler;
use crate::inbound::receive;
use crate::keeper::keep;
use crate::packet::{NOOP, SEPARATOR};
use crate::server::Server;
use crate::session::Session;
use crate::websocket;
use actix_web::http::Method;
use actix_web::http::header::{ContentType, UPGRADE};
use actix_web::{Error, HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Bytes of packets one poll carries away at most (one packet may be larger).
const POLL_BYTES: usize = 1_000_000;

pub(crate) async fn serve<H: Handler>(
    server: Server<H>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let query = web::Query::<HashMap<String, String>>::from_query(request.query_string())
        .map(web::Query::into_inner)
        .unwrap_or_default();
    let websocket = match query.get("transport").map(String::as_str) {
        None | Some("polling") => false,
        Some("websocket") => true,
        Some(_) => return Ok(refuse(&Refusal::Transport)),
    };
    let session = match query.get("sid") {
        Some(id) => match server.hub().session(id) {
            Some(session) => Some(session),
            None => return Ok(refuse(&Refusal::Session(id.clone()))),
        },
        None if query.get("EIO").is_none_or(|version| version != "4") => return Ok(refuse(&Refusal::Version)),
        None => None,
    };
    let upgrades =
        request.headers().get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    match (request.method(), websocket, session) {
        (&Method::GET, true, _) if !upgrades => Ok(refuse(&Refusal::Upgrade)),
        (&Method::GET, true, None) => match open(&server, &request, true) {
            Ok(session) => websocket::accept(server, session, &request, payload, false),
            Err(refusal) => Ok(refuse(&refusal)),
        },
        (&Method::GET, true, Some(session)) => websocket::accept(server, session, &request, payload, true),
        (&Method::GET, false, None) => Ok(open(&server, &request, false)
            .map_or_else(|refusal| refuse(&refusal), |session| text(hello(&server, &session)))),
        (&Method::GET, false, Some(session)) => Ok(poll(&session).await),
        (&Method::POST, false, Some(session)) => Ok(post(&server, &session, payload).await),
        (&Method::POST, _, _) => Ok(refuse(&Refusal::Session("None".to_owned()))),
        (&Method::OPTIONS, ..) => Ok(text("OK".to_owned())),
        _ => Ok(HttpResponse::MethodNotAllowed().finish()),
    }
}

fn text(body: String) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=UTF-8").body(body)
}

fn refuse(refusal: &Refusal) -> HttpResponse {
    let mut answer = match refusal {
        Refusal::TooLarge { .. } => HttpResponse::PayloadTooLarge(),
        Refusal::TooMany => HttpResponse::ServiceUnavailable(),
        Refusal::Transport
        | Refusal::Version
        | Refusal::Session(_)
        | Refusal::Upgrade
        | Refusal::Upgraded
        | Refusal::PolledTwice
        | Refusal::NotText
        | Refusal::Unreadable
        | Refusal::Packet(_) => HttpResponse::BadRequest(),
    };
    answer.content_type(ContentType::plaintext()).body(json!(refusal.to_string()).to_string())
}

fn open<H: Handler>(
    server: &Server<H>,
    request: &HttpRequest,
    websocket: bool,
) -> Result<Arc<Session<H::User>>, Refusal> {
    let settings = server.settings();
    let id = (settings.new_id)();
    let session = Arc::new(Session::new(id, request.headers().clone(), websocket, settings));
    server.hub().open(session.clone(), settings.max_sessions)?;
    tokio::spawn(keep(session.clone(), server.hub().clone(), settings.clone()));
    if websocket {
        session.send(hello(server, &session));
    }
    Ok(session)
}

/// The packet that opens a session.
fn hello<H: Handler>(server: &Server<H>, session: &Session<H::User>) -> String {
    let settings = server.settings();
    let upgrades: &[&str] = if session.is_websocket() { &[] } else { &["websocket"] };
    let hello = json!({
        "sid": session.id,
        "upgrades": upgrades,
        "pingTimeout": settings.ping_timeout.as_millis() as u64,
        "pingInterval": settings.ping_interval.as_millis() as u64,
        "maxPayload": settings.max_payload,
    });
    format!("0{hello}")
}

async fn poll<U>(session: &Session<U>) -> HttpResponse {
    let began = session.upgrade_began.notified();
    let waiting = match session.begin_poll() {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return text(NOOP.to_owned()),
        Err(refusal) => {
            if refusal == Refusal::PolledTwice {
                session.close();
            }
            return refuse(&refusal);
        }
    };
    let packets = tokio::select! {
        // An upgrade goes first: the packets then wait for the WebSocket.
        biased;
        () = began => return text(NOOP.to_owned()),
        packets = session.outbox.take(POLL_BYTES) => packets,
    };
    drop(waiting);
    if session.outbox.is_drained() {
        session.drained.notify_one();
    }
    match packets {
        Some(packets) => text(packets.join(SEPARATOR.encode_utf8(&mut [0; 4]))),
        None => refuse(&Refusal::Session(session.id.clone())),
    }
}

async fn post<H: Handler>(server: &Server<H>, session: &Arc<Session<H::User>>, payload: web::Payload) -> HttpResponse {
    if session.is_websocket() {
        return refuse(&Refusal::Upgraded);
    }
    let outcome = match read(payload, server.settings().max_payload).await {
        Ok(body) => receive_all(server, session, &body).await,
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(()) => text("OK".to_owned()),
        Err(refusal) => {
            session.close();
            refuse(&refusal)
        }
    }
}

async fn receive_all<H: Handler>(
    server: &Server<H>,
    session: &Arc<Session<H::User>>,
    body: &str,
) -> Result<(), Refusal> {
    for packet in body.split(SEPARATOR) {
        receive(server, session, packet).await?;
    }
    Ok(())
}

async fn read(mut payload: web::Payload, limit: usize) -> Result<String, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Refusal::Unreadable)?;
        if body.len() + chunk.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    String::from_utf8(body).map_err(|_| Refusal::NotText)
}
