//! https by `ssl_certfile` and `ssl_keyfile`. The files are read once, at the start; a renewed certificate counts from
//! the next start on. TLS 1.2 and 1.3, by rustls with one provider of cryptography (ring).

use invoke_config::Settings;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No chain of certificates is longer.
const MAX_BYTES: u64 = 1 << 20;

/// A certificate or key that cannot be used. One line: where it was named, what was expected, what was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: key `{key}`: expected {expected}, got: {got} (`{}`)", config_file.display(), file.display())]
pub struct CertificateError {
    /// The configuration file.
    pub config_file: PathBuf,
    /// The key in it.
    pub key: &'static str,
    /// What would be accepted.
    pub expected: &'static str,
    /// What was found.
    pub got: String,
    /// The file the key names.
    pub file: PathBuf,
}

const CERTIFICATE: &str = "a PEM file with the certificate and those it was signed by";
const KEY: &str = "a PEM file with an unencrypted private key";
const MATCHING: &str = "the private key of the certificate in `ssl_certfile`";

/// How to speak https, `None` where no certificate is configured.
///
/// # Errors
/// When a file cannot be read or does not hold what it should, or the two do not belong together.
pub(crate) fn load(settings: &Settings) -> Result<Option<ServerConfig>, CertificateError> {
    let network = &settings.network;
    // The settings were refused unless both are there, or neither.
    let (Some(certificate), Some(key)) = (&network.ssl_certfile, &network.ssl_keyfile) else { return Ok(None) };
    let failed = |key, file: &Path, expected, got| CertificateError {
        config_file: settings.config_file.clone(),
        key,
        expected,
        got,
        file: file.to_owned(),
    };
    let chain = read(certificate)
        .and_then(|pem| certificates(&pem))
        .map_err(|got| failed("ssl_certfile", certificate, CERTIFICATE, got))?;
    let private = read(key).and_then(|pem| private_key(&pem)).map_err(|got| failed("ssl_keyfile", key, KEY, got))?;
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private));
    match tls {
        Ok(tls) => Ok(Some(tls)),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(failed("ssl_keyfile", key, MATCHING, "the key of another certificate".to_owned()))
        }
        Err(rustls::Error::InvalidCertificate(error)) => {
            Err(failed("ssl_certfile", certificate, CERTIFICATE, format!("a certificate that is not valid: {error:?}")))
        }
        Err(error) => Err(failed("ssl_keyfile", key, KEY, format!("a key that cannot be used: {error}"))),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let about = std::fs::metadata(file).map_err(|error| error.to_string())?;
    if about.is_dir() {
        return Err("a folder".to_owned());
    }
    if about.len() > MAX_BYTES {
        return Err("a file longer than one megabyte".to_owned());
    }
    std::fs::read(file).map_err(|error| error.to_string())
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(pem).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(kind_of(pem)),
        Ok(chain) => Ok(chain),
        Err(error) => Err(format!("a broken PEM file: {error}")),
    }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => Err(kind_of(pem)),
        Err(error) => Err(format!("a broken PEM file: {error}")),
    }
}

/// What a file is that was taken for another; nothing of its content but the name of its first section.
fn kind_of(pem: &[u8]) -> String {
    let text = String::from_utf8_lossy(pem);
    let label = text.lines().find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    match label {
        Some(label) => format!("a file with `{label}`"),
        None if pem.is_empty() => "an empty file".to_owned(),
        None => "a file without a PEM section".to_owned(),
    }
}
