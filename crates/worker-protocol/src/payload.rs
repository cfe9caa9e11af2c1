//! Bytes of any size over messages of a bounded one: the sender cuts, the receiver collects, both know the limits.

use crate::ProtocolError;
use crate::wire::{Chunk, Payload, Sent, payload::Content};
use bytes::Bytes;
use std::collections::HashMap;

/// Largest piece of a payload, and largest payload that travels inside its message.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// Largest encoded message: some inline payloads and their surroundings.
pub const MESSAGE_BYTES: usize = 2 * 1024 * 1024;

/// Bytes one side keeps for payloads of the other that were not named yet: a picture of 8192 × 8192 pixels with alpha,
/// and its session.
pub const PENDING_BYTES: u64 = 320 * 1024 * 1024;

/// Payloads that may be under way at once. A sender names each before it begins many others.
const PENDING_PAYLOADS: usize = 16;

/// Cuts `data` into the chunks to send first (none when it is small) and the payload that names them. `id` must be new
/// in this direction of the stream.
pub fn pack(id: u64, data: Bytes) -> (Vec<Chunk>, Payload) {
    if data.len() <= CHUNK_BYTES {
        return (Vec::new(), Payload { content: Some(Content::Inline(data)) });
    }
    let chunks = (0..data.len())
        .step_by(CHUNK_BYTES)
        .map(|start| Chunk { payload: id, data: data.slice(start..data.len().min(start + CHUNK_BYTES)) })
        .collect();
    (chunks, Payload { content: Some(Content::Sent(Sent { payload: id, size: data.len() as u64 })) })
}

/// Collects the chunks of the other side until a message names their payload.
#[derive(Debug, Default)]
pub struct Inbox {
    pending: HashMap<u64, Vec<u8>>,
    bytes: u64,
}

impl Inbox {
    /// Keeps a chunk.
    pub fn accept(&mut self, chunk: Chunk) -> Result<(), ProtocolError> {
        let size = chunk.data.len();
        if size == 0 {
            return Err(ProtocolError::unexpected("a chunk with data", "an empty chunk"));
        }
        if size > CHUNK_BYTES {
            return Err(ProtocolError::TooLarge { what: "chunk", limit: CHUNK_BYTES as u64, got: size as u64 });
        }
        self.bytes += size as u64;
        if self.bytes > PENDING_BYTES {
            return Err(ProtocolError::TooLarge { what: "payload", limit: PENDING_BYTES, got: self.bytes });
        }
        self.pending.entry(chunk.payload).or_default().extend_from_slice(&chunk.data);
        if self.pending.len() > PENDING_PAYLOADS {
            let got = format!("{} unnamed payloads", self.pending.len());
            return Err(ProtocolError::unexpected("a message that names the payloads sent", got));
        }
        Ok(())
    }

    /// The bytes of a payload, `None` when the field was not set.
    pub fn take(&mut self, payload: Option<Payload>) -> Result<Option<Bytes>, ProtocolError> {
        let sent = match payload.and_then(|payload| payload.content) {
            None => return Ok(None),
            Some(Content::Inline(data)) => return Ok(Some(data)),
            Some(Content::Sent(sent)) => sent,
        };
        let data = self.pending.remove(&sent.payload).unwrap_or_default();
        self.bytes -= data.len() as u64;
        if data.len() as u64 != sent.size {
            let got = format!("{} of {} bytes", data.len(), sent.size);
            return Err(ProtocolError::unexpected("a whole payload", got));
        }
        Ok(Some(data.into()))
    }

    /// The bytes of a payload that must be there.
    pub fn need(&mut self, payload: Option<Payload>, what: &'static str) -> Result<Bytes, ProtocolError> {
        self.take(payload)?.ok_or_else(|| ProtocolError::unexpected(what, "nothing"))
    }

    /// A payload that must be there and be text.
    pub fn need_text(&mut self, payload: Option<Payload>, what: &'static str) -> Result<String, ProtocolError> {
        let data = self.need(payload, what)?;
        String::from_utf8(data.into()).map_err(|_| ProtocolError::unexpected(what, "bytes that are not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(data: &Bytes) -> (usize, Bytes) {
        let (chunks, payload) = pack(7, data.clone());
        let mut inbox = Inbox::default();
        let count = chunks.len();
        for chunk in chunks {
            inbox.accept(chunk).unwrap();
        }
        let got = inbox.take(Some(payload)).unwrap().unwrap();
        assert!(inbox.pending.is_empty());
        assert_eq!(inbox.bytes, 0);
        (count, got)
    }

    #[test]
    fn payloads_of_every_size_arrive_whole() {
        for (size, chunks) in [(0, 0), (1, 0), (CHUNK_BYTES, 0), (CHUNK_BYTES + 1, 2), (3 * CHUNK_BYTES, 3)] {
            let data: Bytes = (0..size).map(|i| (i % 251) as u8).collect::<Vec<_>>().into();
            assert_eq!(through(&data), (chunks, data), "{size} bytes");
        }
    }

    #[test]
    fn a_payload_with_a_missing_chunk_is_refused() {
        let (chunks, payload) = pack(1, vec![1; 2 * CHUNK_BYTES].into());
        let mut inbox = Inbox::default();
        inbox.accept(chunks[0].clone()).unwrap();
        let error = inbox.take(Some(payload)).unwrap_err().to_string();
        assert_eq!(error, "unexpected message: expected a whole payload, got 262144 of 524288 bytes");
    }

    #[test]
    fn a_flood_is_refused_before_it_fills_the_memory() {
        let chunk = Chunk { payload: 1, data: vec![0; CHUNK_BYTES].into() };
        let mut inbox = Inbox { bytes: PENDING_BYTES - 1, ..Inbox::default() };
        assert!(matches!(inbox.accept(chunk), Err(ProtocolError::TooLarge { what: "payload", .. })));

        let mut inbox = Inbox::default();
        let refused = (0..100)
            .map(|payload| Chunk { payload, data: vec![0].into() })
            .find(|chunk| inbox.accept(chunk.clone()).is_err());
        assert_eq!(refused.map(|chunk| chunk.payload), Some(PENDING_PAYLOADS as u64));

        let oversized = Chunk { payload: 1, data: vec![0; CHUNK_BYTES + 1].into() };
        assert!(matches!(Inbox::default().accept(oversized), Err(ProtocolError::TooLarge { what: "chunk", .. })));
        assert!(Inbox::default().accept(Chunk { payload: 1, data: Bytes::new() }).is_err());
    }
}
