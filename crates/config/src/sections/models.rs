//! Installing models.

use crate::section::section;
use crate::value::{FromValue, Int, Secret, words};
use serde_json::Value;
use std::path::PathBuf;

section! {
    /// Models.
    Models {
        /// How a model's content is identified.
        hashing_algorithm: HashingAlgorithm = HashingAlgorithm::Blake3Single,
        /// Tokens for downloads, by a regular expression over the address.
        remote_api_tokens: Option<Vec<RemoteToken>> = None,
        /// Register models found in the models folder at start.
        scan_models_on_startup: bool = false,
        /// Allow downloads from addresses that are not public.
        allow_private_download_urls: bool = false,
        /// Proxy for downloads.
        download_proxy: Option<String> = None,
        /// Files that are downloaded at the same time.
        max_parallel_downloads: Int<1, 64> = Int(5),
        /// Accepted for the reference's files and without effect: pickles are never executed here.
        unsafe_disable_picklescan: bool = false,
        /// Keep models nobody recognises, as `unknown`.
        allow_unknown_models: bool = true,
        /// The only folders local models may be installed from; absent for any.
        model_source_dirs: Option<Vec<PathBuf>> = None,
        /// Install the small model that comes with the product at the first start.
        starter_model: bool = true,
    }
}

words! {
    /// How a model's content is identified.
    HashingAlgorithm {
        /// BLAKE3 on all cores.
        Blake3Multi = "blake3_multi",
        /// BLAKE3 on one core.
        Blake3Single = "blake3_single",
        /// Not at all: a random id.
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
        /// BLAKE2b.
        Blake2b = "blake2b",
        /// BLAKE2s.
        Blake2s = "blake2s",
        /// SHA3-224.
        Sha3_224 = "sha3_224",
        /// SHA3-256.
        Sha3_256 = "sha3_256",
        /// SHA3-384.
        Sha3_384 = "sha3_384",
        /// SHA3-512.
        Sha3_512 = "sha3_512",
        /// SHAKE128.
        Shake128 = "shake_128",
        /// SHAKE256.
        Shake256 = "shake_256",
    }
}

/// A token sent to addresses that match.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteToken {
    /// Regular expression over the address.
    pub url_regex: String,
    /// The token.
    pub token: Secret,
}

impl FromValue for RemoteToken {
    fn expected() -> String {
        "an object with `url_regex` and `token`".into()
    }
    fn from_value(value: &Value) -> Option<Self> {
        Some(Self { url_regex: String::from_value(&value["url_regex"])?, token: Secret::from_value(&value["token"])? })
    }
    fn to_value(&self) -> Value {
        serde_json::json!({ "url_regex": self.url_regex, "token": self.token.to_value() })
    }
}
