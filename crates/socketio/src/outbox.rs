//! Packets that wait for the client: bounded, drained by whichever transport the session has.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::Notify;

/// One packet, shared by all sockets it goes to.
pub(crate) type Text = Arc<str>;

#[derive(Debug)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    changed: Notify,
    max_packets: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    packets: VecDeque<Text>,
    bytes: usize,
    closed: bool,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    Waits,
    /// The client is too slow.
    Full,
    Closed,
}

impl Outbox {
    pub(crate) fn new(max_packets: usize, max_bytes: usize) -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), max_packets, max_bytes }
    }

    pub(crate) fn push(&self, packet: Text) -> Pushed {
        let mut state = self.state.lock();
        if state.closed {
            return Pushed::Closed;
        }
        if state.packets.len() >= self.max_packets || state.bytes + packet.len() > self.max_bytes {
            return Pushed::Full;
        }
        state.bytes += packet.len();
        state.packets.push_back(packet);
        drop(state);
        self.changed.notify_waiters();
        Pushed::Waits
    }

    /// Takes no more packets; those that wait are still delivered, then `last`.
    pub(crate) fn close(&self, last: Option<Text>) {
        let mut state = self.state.lock();
        if !std::mem::replace(&mut state.closed, true) {
            state.bytes += last.as_ref().map_or(0, |last| last.len());
            state.packets.extend(last);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Whether it is closed and the last packet has been taken.
    pub(crate) fn is_drained(&self) -> bool {
        let state = self.state.lock();
        state.closed && state.packets.is_empty()
    }

    /// Resolves when the outbox is closed.
    pub(crate) async fn closed(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_closed() {
                return;
            }
            changed.await;
        }
    }

    /// Waits for packets and takes up to `max_bytes` of them, at least one. `None`: closed and empty.
    pub(crate) async fn take(&self, max_bytes: usize) -> Option<Vec<Text>> {
        loop {
            // Created before the look, so that a change in between is not missed.
            let changed = self.changed.notified();
            {
                let mut state = self.state.lock();
                if !state.packets.is_empty() {
                    return Some(state.take(max_bytes));
                }
                if state.closed {
                    return None;
                }
            }
            changed.await;
        }
    }
}

impl State {
    fn take(&mut self, max_bytes: usize) -> Vec<Text> {
        let mut taken = Vec::new();
        let mut bytes = 0;
        while let Some(packet) = self.packets.front() {
            if !taken.is_empty() && bytes + packet.len() > max_bytes {
                break;
            }
            bytes += packet.len();
            taken.extend(self.packets.pop_front());
        }
        self.bytes -= bytes;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn taken(outbox: &Outbox, max_bytes: usize) -> Option<String> {
        outbox.take(max_bytes).await.map(|packets| packets.join("|"))
    }

    #[tokio::test]
    async fn packets_keep_their_order_and_the_last_one_is_last() {
        let outbox = Outbox::new(10, 100);
        for packet in ["a", "b", "c"] {
            assert_eq!(outbox.push(packet.into()), Pushed::Waits);
        }
        outbox.close(Some("end".into()));
        outbox.close(Some("again".into()));
        assert_eq!(outbox.push("d".into()), Pushed::Closed);
        assert_eq!(taken(&outbox, 2).await.as_deref(), Some("a|b"));
        assert_eq!(taken(&outbox, 100).await.as_deref(), Some("c|end"));
        assert_eq!(taken(&outbox, 100).await, None);
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken() {
        let outbox = Arc::new(Outbox::new(10, 100));
        let reader = tokio::spawn({
            let outbox = outbox.clone();
            async move { taken(&outbox, 100).await }
        });
        tokio::task::yield_now().await;
        outbox.push("a".into());
        assert_eq!(reader.await.unwrap().as_deref(), Some("a"));
    }

    #[test]
    fn a_full_outbox_refuses() {
        let outbox = Outbox::new(2, 10);
        assert_eq!(outbox.push("12345678901".into()), Pushed::Full);
        assert_eq!(outbox.push("1234567890".into()), Pushed::Waits);
        assert_eq!(outbox.push("1".into()), Pushed::Full);
        let outbox = Outbox::new(1, 10);
        assert_eq!(outbox.push("1".into()), Pushed::Waits);
        assert_eq!(outbox.push("2".into()), Pushed::Full);
    }
}
