//! All sessions, sockets and rooms of a server.

use crate::error::Refusal;
use crate::outbox::Text;
use crate::packet::{self, DISCONNECT};
use crate::session::Session;
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub(crate) struct Hub<U> {
    sessions: Mutex<HashMap<String, Arc<Session<U>>>>,
    rooms: Mutex<Rooms<U>>,
}

/// Sockets by id and by room. Ordered, so that who is served first does not depend on luck.
struct Rooms<U> {
    sockets: BTreeMap<String, (SocketRef<U>, BTreeSet<String>)>,
    members: HashMap<String, BTreeSet<String>>,
}

impl<U> Default for Hub<U> {
    fn default() -> Self {
        let rooms = Rooms { sockets: BTreeMap::new(), members: HashMap::new() };
        Self { sessions: Mutex::default(), rooms: Mutex::new(rooms) }
    }
}

impl<U> Hub<U> {
    pub(crate) fn open(&self, session: Arc<Session<U>>, limit: usize) -> Result<(), Refusal> {
        let mut sessions = self.sessions.lock();
        if sessions.len() >= limit {
            return Err(Refusal::TooMany);
        }
        sessions.insert(session.id.clone(), session);
        Ok(())
    }

    pub(crate) fn session(&self, id: &str) -> Option<Arc<Session<U>>> {
        self.sessions.lock().get(id).cloned()
    }

    pub(crate) fn forget_session(&self, id: &str) {
        self.sessions.lock().remove(id);
    }

    fn all_sessions(&self) -> Vec<Arc<Session<U>>> {
        self.sessions.lock().values().cloned().collect()
    }

    /// Adds a socket and its rooms; whether its session was still open.
    pub(crate) fn add(&self, socket: &SocketRef<U>, rooms: Vec<String>) -> bool {
        let mut all = self.rooms.lock();
        // The keeper of a closed session removes the socket it finds; one that comes later would stay for ever.
        if socket.inner.session.outbox.is_closed() {
            return false;
        }
        for room in &rooms {
            all.members.entry(room.clone()).or_default().insert(socket.inner.id.clone());
        }
        all.sockets.insert(socket.inner.id.clone(), (socket.clone(), rooms.into_iter().collect()));
        true
    }

    pub(crate) fn remove(&self, socket_id: &str) {
        let mut all = self.rooms.lock();
        if let Some((_, rooms)) = all.sockets.remove(socket_id) {
            for room in rooms {
                all.leave(socket_id, &room);
            }
        }
    }
}

impl<U> Rooms<U> {
    fn leave(&mut self, socket_id: &str, room: &str) {
        if let Some(members) = self.members.get_mut(room) {
            members.remove(socket_id);
            if members.is_empty() {
                self.members.remove(room);
            }
        }
    }
}

/// One connected socket; cheap to clone. It may have gone meanwhile: what is sent then is dropped.
pub struct SocketRef<U> {
    pub(crate) inner: Arc<SocketInner<U>>,
}

pub(crate) struct SocketInner<U> {
    pub(crate) id: String,
    pub(crate) user: U,
    pub(crate) session: Arc<Session<U>>,
    pub(crate) hub: Arc<Hub<U>>,
}

impl<U> Clone for SocketRef<U> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone() }
    }
}

impl<U: std::fmt::Debug> std::fmt::Debug for SocketRef<U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SocketRef").field("id", &self.inner.id).field("user", &self.inner.user).finish()
    }
}

impl<U> SocketRef<U> {
    /// The socket's id, which its client knows, too.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// What the application knows about it.
    pub fn user(&self) -> &U {
        &self.inner.user
    }

    /// Enters a room, unless it has gone.
    pub fn join(&self, room: &str) {
        let mut all = self.inner.hub.rooms.lock();
        let Some((_, rooms)) = all.sockets.get_mut(&self.inner.id) else { return };
        if rooms.insert(room.to_owned()) {
            all.members.entry(room.to_owned()).or_default().insert(self.inner.id.clone());
        }
    }

    /// Leaves a room.
    pub fn leave(&self, room: &str) {
        let mut all = self.inner.hub.rooms.lock();
        let Some((_, rooms)) = all.sockets.get_mut(&self.inner.id) else { return };
        if rooms.remove(room) {
            all.leave(&self.inner.id, room);
        }
    }

    /// The rooms it is in, sorted.
    pub fn rooms(&self) -> Vec<String> {
        let all = self.inner.hub.rooms.lock();
        all.sockets.get(&self.inner.id).map(|(_, rooms)| rooms.iter().cloned().collect()).unwrap_or_default()
    }

    /// Sends an event to this socket alone.
    pub fn emit(&self, event: &str, payload: &Value) {
        self.inner.session.send(packet::event(event, payload));
    }

    /// Ends the socket and its session; the client learns that the server did it.
    pub fn disconnect(&self) {
        self.inner.hub.remove(&self.inner.id);
        self.inner.session.send(DISCONNECT);
        self.inner.session.close();
    }
}

/// All sockets of a server; cheap to clone.
pub struct Sockets<U>(pub(crate) Arc<Hub<U>>);

impl<U> Clone for Sockets<U> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<U> std::fmt::Debug for Sockets<U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sockets").field("connected", &self.0.rooms.lock().sockets.len()).finish()
    }
}

impl<U> Sockets<U> {
    /// Sends an event to everybody who is in one of `rooms` and in none of `except`, once.
    pub fn emit(&self, rooms: &[&str], except: &[&str], event: &str, payload: &Value) {
        let targets = self.targets(rooms, except);
        if targets.is_empty() {
            return;
        }
        let packet: Text = packet::event(event, payload).into();
        for socket in targets {
            socket.inner.session.send(packet.clone());
        }
    }

    fn targets(&self, rooms: &[&str], except: &[&str]) -> Vec<SocketRef<U>> {
        let all = self.0.rooms.lock();
        let members = |rooms: &[&str]| -> BTreeSet<&String> {
            rooms.iter().filter_map(|room| all.members.get(*room)).flatten().collect()
        };
        let except = members(except);
        let wanted = members(rooms).into_iter().filter(|id| !except.contains(id));
        wanted.filter_map(|id| all.sockets.get(id).map(|(socket, _)| socket.clone())).collect()
    }

    /// The sockets in a room.
    pub fn in_room(&self, room: &str) -> Vec<SocketRef<U>> {
        self.targets(&[room], &[])
    }

    /// All connected sockets.
    pub fn all(&self) -> Vec<SocketRef<U>> {
        self.0.rooms.lock().sockets.values().map(|(socket, _)| socket.clone()).collect()
    }

    /// Ends every session, for the end of the server.
    pub fn close_all(&self) {
        for session in self.0.all_sessions() {
            session.close();
        }
    }
}
