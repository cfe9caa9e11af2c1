//! One task per session: pings, deadlines, and the clearing up at the end.

use crate::hub::Hub;
use crate::packet::PING;
use crate::session::Session;
use crate::settings::Settings;
use std::sync::Arc;
use tokio::time::{sleep, timeout};

/// Watches over a session until it has ended, then removes what it leaves in the hub.
pub(crate) async fn keep<U>(session: Arc<Session<U>>, hub: Arc<Hub<U>>, settings: Settings) {
    let stays = async {
        tokio::join!(ping(&session, &settings), connect_in_time(&session, &settings));
    };
    tokio::select! {
        () = session.outbox.closed() => {}
        () = stays => session.close(),
    }
    // The socket holds its session: taking it out also frees both.
    if let Some(socket) = session.socket.lock().await.take() {
        hub.remove(socket.id());
    }
    // A polling client fetches the last packets with one more request, if it is still there.
    let _ = timeout(settings.ping_timeout, session.drained.notified()).await;
    hub.forget_session(&session.id);
}

async fn ping<U>(session: &Session<U>, settings: &Settings) {
    loop {
        sleep(settings.ping_interval).await;
        session.send(PING);
        if timeout(settings.ping_timeout, session.pong.notified()).await.is_err() {
            return session.close();
        }
    }
}

async fn connect_in_time<U>(session: &Session<U>, settings: &Settings) {
    sleep(settings.connect_timeout).await;
    // A socket whose connection is being decided right now holds the lock; it gets the time it needs.
    if session.socket.lock().await.is_none() {
        session.close();
    }
}
