//! The digest of one file by each algorithm. Reading and computing go on at the same time, so that the slower of disk and
//! processor decides, not their sum.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_hash/model_hash.py`.

use blake2::{Blake2b512, Blake2s256};
use invoke_domain::{Random, new_uuid};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::{Digest, DynDigest};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};
use shake::digest::ExtendableOutput;
use shake::{Shake128, Shake256};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc;

/// Bytes that are read at once: enough for the disk to work in long pieces, and for all cores to have a part of.
const PIECE: usize = 4 << 20;
/// Pieces in memory: one is read while one is computed.
const PIECES: usize = 3;

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// How a model's content is identified: the values of `hashing_algorithm`.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum HashAlgorithm {
            $($(#[$doc])* $name,)*
        }

        impl HashAlgorithm {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in the configuration.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

algorithms! {
    /// BLAKE3 on all cores.
    Blake3Multi = "blake3_multi",
    /// BLAKE3 on one core.
    #[default]
    Blake3Single = "blake3_single",
    /// Not at all: a random one.
    Random = "random",
    /// MD5.
    Md5 = "md5",
    /// SHA-1.
    Sha1 = "sha1",
    /// SHA-224.
    Sha224 = "sha224",
    /// SHA-256.
    Sha256 = "sha256",
    /// SHA-384.
    Sha384 = "sha384",
    /// SHA-512.
    Sha512 = "sha512",
    /// BLAKE2b with 64 bytes.
    Blake2b = "blake2b",
    /// BLAKE2s with 32 bytes.
    Blake2s = "blake2s",
    /// SHA3-224.
    Sha3_224 = "sha3_224",
    /// SHA3-256.
    Sha3_256 = "sha3_256",
    /// SHA3-384.
    Sha3_384 = "sha3_384",
    /// SHA3-512.
    Sha3_512 = "sha3_512",
    /// SHAKE128 with 32 bytes.
    Shake128 = "shake_128",
    /// SHAKE256 with 64 bytes.
    Shake256 = "shake_256",
}

impl HashAlgorithm {
    /// The algorithm of a word of the configuration.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.as_str() == word)
    }

    /// What hashes of it begin with; how many cores computed one is of no matter.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Blake3Multi | Self::Blake3Single => "blake3",
            other => other.as_str(),
        }
    }
}

/// The digest of a file in hexadecimal digits.
pub(crate) fn file_digest(path: &Path, algorithm: HashAlgorithm, random: &dyn Random) -> std::io::Result<String> {
    use HashAlgorithm as Algorithm;
    match algorithm {
        Algorithm::Random => Ok(blake3::hash(new_uuid(random).as_bytes()).to_hex().to_string()),
        Algorithm::Blake3Single => {
            let mut hasher = blake3::Hasher::new();
            read_through(path, |piece| {
                hasher.update(piece);
            })?;
            Ok(hasher.finalize().to_hex().to_string())
        }
        Algorithm::Blake3Multi => {
            let mut hasher = blake3::Hasher::new();
            read_through(path, |piece| {
                hasher.update_rayon(piece);
            })?;
            Ok(hasher.finalize().to_hex().to_string())
        }
        Algorithm::Shake128 => extendable(path, Shake128::default(), 32),
        Algorithm::Shake256 => extendable(path, Shake256::default(), 64),
        Algorithm::Md5 => fixed(path, Md5::new()),
        Algorithm::Sha1 => fixed(path, Sha1::new()),
        Algorithm::Sha224 => fixed(path, Sha224::new()),
        Algorithm::Sha256 => fixed(path, Sha256::new()),
        Algorithm::Sha384 => fixed(path, Sha384::new()),
        Algorithm::Sha512 => fixed(path, Sha512::new()),
        Algorithm::Blake2b => fixed(path, Blake2b512::new()),
        Algorithm::Blake2s => fixed(path, Blake2s256::new()),
        Algorithm::Sha3_224 => fixed(path, Sha3_224::new()),
        Algorithm::Sha3_256 => fixed(path, Sha3_256::new()),
        Algorithm::Sha3_384 => fixed(path, Sha3_384::new()),
        Algorithm::Sha3_512 => fixed(path, Sha3_512::new()),
    }
}

fn fixed(path: &Path, hasher: impl DynDigest + 'static) -> std::io::Result<String> {
    let mut hasher: Box<dyn DynDigest> = Box::new(hasher);
    read_through(path, |piece| hasher.update(piece))?;
    Ok(hexadecimal(&hasher.finalize()))
}

fn extendable(path: &Path, mut hasher: impl ExtendableOutput, length: usize) -> std::io::Result<String> {
    read_through(path, |piece| hasher.update(piece))?;
    let mut digest = vec![0; length];
    hasher.finalize_xof_into(&mut digest);
    Ok(hexadecimal(&digest))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hands a file piece by piece to `take`, while the next piece is read by another thread.
///
/// Read, not mapped: what is in memory costs about the same either way, and a file that somebody shortens meanwhile is then
/// an error and not the end of the process.
fn read_through(path: &Path, mut take: impl FnMut(&[u8])) -> std::io::Result<()> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() <= PIECE as u64 {
        let mut whole = Vec::new();
        file.take(PIECE as u64).read_to_end(&mut whole)?;
        take(&whole);
        return Ok(());
    }
    std::thread::scope(|scope| {
        let (filled, pieces) = mpsc::sync_channel::<std::io::Result<Vec<u8>>>(PIECES);
        let (used, empty) = mpsc::channel::<Vec<u8>>();
        scope.spawn(move || {
            let mut made = 0;
            loop {
                let mut piece = if made < PIECES {
                    made += 1;
                    Vec::with_capacity(PIECE)
                } else {
                    // Nobody listens any more when nobody gives back.
                    let Ok(piece) = empty.recv() else { break };
                    piece
                };
                piece.clear();
                let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).map(|_| piece);
                let is_last = read.as_ref().map_or(true, Vec::is_empty);
                if filled.send(read).is_err() || is_last {
                    break;
                }
            }
        });
        for piece in pieces {
            let piece = piece?;
            take(&piece);
            // The reader may be at its end.
            let _ = used.send(piece);
        }
        Ok(())
    })
}
