//! A session's WebSocket: probed first when the session began with polling, then both ways until either side ends.

use crate::error::Refusal;
use crate::handler::Handler;
use crate::inbound::receive;
use crate::packet::{PROBE, PROBED, UPGRADE};
use crate::server::Server;
use crate::session::Session;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Time a client has to take the last packets of a session that has ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// Bytes taken from the outbox at once.
const BATCH_BYTES: usize = 256 * 1024;

pub(crate) fn accept<H: Handler>(
    server: Server<H>,
    session: Arc<Session<H::User>>,
    request: &HttpRequest,
    payload: web::Payload,
    probe: bool,
) -> Result<HttpResponse, Error> {
    let (response, socket, messages) = match actix_ws::handle(request, payload) {
        Ok(parts) => parts,
        Err(error) => {
            if !probe {
                session.close();
            }
            return Err(error);
        }
    };
    let limit = server.settings().max_payload;
    let messages = messages.max_frame_size(limit).aggregate_continuations().max_continuation_size(limit);
    actix_web::rt::spawn(async move {
        let (mut socket, mut messages) = (socket, messages);
        if probe && !upgrade(&server, &session, &mut socket, &mut messages).await {
            let _ = socket.close(None).await;
            return;
        }
        drive(&server, &session, socket, messages).await;
    });
    Ok(response)
}

/// The client probes the WebSocket before it gives up polling.
async fn upgrade<H: Handler>(
    server: &Server<H>,
    session: &Session<H::User>,
    socket: &mut actix_ws::Session,
    messages: &mut AggregatedMessageStream,
) -> bool {
    let mut began = false;
    let probing = async {
        began = text(messages, socket).await.as_deref() == Some(PROBE) && session.begin_upgrade().is_ok();
        began && socket.text(PROBED).await.is_ok() && text(messages, socket).await.as_deref() == Some(UPGRADE)
    };
    let succeeded = timeout(server.settings().connect_timeout, probing).await.unwrap_or(false);
    // Another WebSocket may be the one that upgrades this session; then it is not ours to end.
    if began {
        session.end_upgrade(succeeded);
    }
    succeeded
}

/// The next text, with WebSocket pings answered; `None` at the end.
async fn text(messages: &mut AggregatedMessageStream, socket: &mut actix_ws::Session) -> Option<String> {
    loop {
        match messages.recv().await? {
            Ok(AggregatedMessage::Text(text)) => return Some(text.to_string()),
            Ok(AggregatedMessage::Ping(data)) => socket.pong(&data).await.ok()?,
            Ok(AggregatedMessage::Pong(_)) => {}
            // Binary frames would be attachments, which nobody here takes.
            Ok(AggregatedMessage::Binary(_) | AggregatedMessage::Close(_)) | Err(_) => return None,
        }
    }
}

async fn drive<H: Handler>(
    server: &Server<H>,
    session: &Arc<Session<H::User>>,
    socket: actix_ws::Session,
    mut messages: AggregatedMessageStream,
) {
    let (mut writer, mut ponger) = (socket.clone(), socket.clone());
    let write = async {
        while let Some(packets) = session.outbox.take(BATCH_BYTES).await {
            for packet in packets {
                if writer.text(&*packet).await.is_err() {
                    return;
                }
            }
        }
    };
    let read = async {
        while let Some(text) = text(&mut messages, &mut ponger).await {
            if let Err(refusal) = receive(server, session, &text).await {
                report(&refusal);
                return;
            }
            if session.outbox.is_closed() {
                // The writer says farewell.
                std::future::pending::<()>().await;
            }
        }
    };
    let overdue = async {
        session.outbox.closed().await;
        sleep(FAREWELL).await;
    };
    tokio::select! {
        () = write => {}
        () = read => {}
        () = overdue => {}
    }
    session.close();
    session.drained.notify_one();
    let _ = socket.close(None).await;
}

fn report(refusal: &Refusal) {
    tracing::debug!(%refusal, "a socket client broke the protocol; its session is closed");
}
