//! How much the cache may hold, and what it did.

/// How much models may fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of main memory.
    pub main: u64,
    /// Bytes of the device's own memory, where it has some.
    pub device: u64,
    /// Whether a model that does not fit is kept in part, and the rest of it put in place for every use. Otherwise it is kept
    /// whole, beyond the limit.
    pub partial: bool,
}

impl Limits {
    pub(super) fn of(&self, memory: Memory) -> u64 {
        match memory {
            Memory::Main => self.main,
            Memory::Device => self.device,
        }
    }
}

/// Which memory a model lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// That of the machine, maps of files among it.
    Main,
    /// That of the device.
    Device,
}

/// What the cache did so far, and holds now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Requests answered from memory.
    pub hits: u64,
    /// Requests that loaded a model.
    pub misses: u64,
    /// Models put out to make room, or because the cache was emptied.
    pub evicted: u64,
    /// Models held now.
    pub models: usize,
    /// Bytes held now, in both memories.
    pub bytes: u64,
    /// The most bytes ever held.
    pub high_watermark: u64,
    /// Bytes that may be held where models compute.
    pub budget: u64,
}
