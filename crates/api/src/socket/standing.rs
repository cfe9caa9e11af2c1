//! Who is still allowed to listen. A socket is let in once and stays for days; what its account may do changes meanwhile.
//! After each change the sockets concerned are looked at again: at once when it was made in this process, within two
//! seconds when another process made it.

use super::deliver::{ADMINS, EVERYBODY, user_room};
use super::handler::Listener;
use crate::App;
use invoke_auth::{Held, Standing};
use invoke_socketio::{SocketRef, Sockets};
use parking_lot::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How often the database is asked whether another process changed it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Every so many looks everybody is checked, changed or not: sign-ins expire by themselves.
const CHECK_ALL_EVERY: u32 = 30;

/// Compares sockets with the accounts behind them.
pub(super) struct Checker {
    app: Arc<App>,
    /// Held from the reading of accounts until its outcome is applied: of two checks the one that read later has the last
    /// word, and a socket either joins its rooms before an account is changed, and is found there, or not at all.
    turn: Mutex<()>,
}

impl Checker {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { app, turn: Mutex::new(()) }
    }

    /// Puts each socket where its account stands now: into its rooms, out of the administrators' room, or out. Blocks.
    pub(super) fn check(&self, sockets: &[SocketRef<Listener>]) {
        let held: Vec<(&SocketRef<Listener>, Held)> =
            sockets.iter().filter_map(|socket| Some((socket, socket.user().held.clone()?))).collect();
        if held.is_empty() {
            return;
        }
        let _turn = self.turn.lock();
        let asked: Vec<Held> = held.iter().map(|(_, held)| held.clone()).collect();
        match self.app.accounts.standings(&asked) {
            Ok(standings) => {
                for ((socket, held), standing) in held.iter().zip(standings) {
                    match standing {
                        Standing::Gone => socket.disconnect(),
                        Standing::Member | Standing::Administrator => {
                            socket.join(&user_room(&held.user_id));
                            socket.join(EVERYBODY);
                        }
                    }
                    match standing {
                        Standing::Administrator => socket.join(ADMINS),
                        Standing::Member | Standing::Gone => socket.leave(ADMINS),
                    }
                }
            }
            // What cannot be checked is no administrator's; the own events are still the own.
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "could not check who may listen");
                for (socket, _) in held {
                    socket.leave(ADMINS);
                }
            }
        }
    }
}

/// Keeps the watch going; dropping it ends it.
#[derive(Clone)]
pub(super) struct Watch {
    _ends: Arc<Sender<()>>,
}

impl Watch {
    /// Looks for changes by other processes from now on, on a thread of its own.
    pub(super) fn start(checker: &Arc<Checker>, sockets: Sockets<Listener>) -> Self {
        let (sender, receiver) = channel();
        let checker = Arc::downgrade(checker);
        std::thread::spawn(move || watch(&checker, &sockets, &receiver));
        Self { _ends: Arc::new(sender) }
    }
}

fn watch(checker: &Weak<Checker>, sockets: &Sockets<Listener>, end: &Receiver<()>) {
    let mut seen = None;
    let mut looks = 0;
    loop {
        {
            let Some(checker) = checker.upgrade() else { return };
            let app = &checker.app;
            let version = app.database.data_version().ok();
            // Not known, so something may have changed.
            let changed = version.is_none() || version != seen;
            seen = version;
            if changed || looks % CHECK_ALL_EVERY == 0 {
                checker.check(&sockets.all());
            }
            if changed && let Err(error) = app.queue.stop_revoked() {
                tracing::error!(error = &error as &dyn std::error::Error, "could not check whose items may run");
            }
        }
        looks = looks.wrapping_add(1);
        if end.recv_timeout(LOOK_EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
