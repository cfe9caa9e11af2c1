//! CivitAI: which file the page of a model stands for, and what that file's content hashes to.
//!
//! Its public API: `GET /api/v1/models/{id}`, `GET /api/v1/model-versions/{id}`.

use crate::download::{DownloadError, Http, Part};
use serde_json::Value;
use std::borrow::Cow;
use url::Url;

/// The CivitAI that everybody knows.
pub const CIVITAI: &str = "https://civitai.com";
/// What in the address of a download names one of several files of a version, and where the API has the same.
const CHOICES: [(&str, &str); 4] =
    [("type", "/type"), ("format", "/metadata/format"), ("size", "/metadata/size"), ("fp", "/metadata/fp")];

/// What an address of CivitAI stands for.
enum Page {
    /// A download: the version.
    Download(String),
    /// The page of a model, and perhaps of one version.
    Model { model: String, version: Option<String> },
}

/// Completes a file that comes from CivitAI with the address of the download and the hash. A download that CivitAI does not
/// describe is made without a hash; a page that it does not describe can not be downloaded.
pub(super) async fn complete(
    http: &Http,
    base: &str,
    part: &mut Part,
    token: Option<&str>,
) -> Result<(), DownloadError> {
    let Some(url) = Url::parse(&part.url).ok().filter(|url| owns(base, url)) else { return Ok(()) };
    let Some(page) = page(&url) else { return Ok(()) };
    let described = match &page {
        Page::Download(version) | Page::Model { version: Some(version), .. } => {
            ask(http, &format!("{base}/api/v1/model-versions/{version}"), token).await
        }
        Page::Model { model, version: None } => ask(http, &format!("{base}/api/v1/models/{model}"), token)
            .await
            .map(|model| model["modelVersions"][0].clone()),
    };
    let is_download = matches!(page, Page::Download(_));
    let version = match described {
        Err(error) if is_download => {
            tracing::debug!(%error, "CivitAI does not say what the file hashes to");
            return Ok(());
        }
        other => other?,
    };
    let Some(file) = file(&version, &url) else {
        let missing = DownloadError::Unexpected { host: crate::download::host_of(&url), what: "the model has no file" };
        return if is_download { Ok(()) } else { Err(missing) };
    };
    part.sha256 = file["hashes"]["SHA256"].as_str().filter(|hash| hash.len() == 64).map(str::to_ascii_lowercase);
    let direct = file["downloadUrl"].as_str().and_then(|text| Url::parse(text).ok()).filter(|found| owns(base, found));
    match direct {
        Some(found) if !is_download => part.url = found.to_string(),
        None if !is_download => {
            return Err(DownloadError::Unexpected {
                host: crate::download::host_of(&url),
                what: "the file has no address",
            });
        }
        _ => {}
    }
    Ok(())
}

async fn ask(http: &Http, address: &str, token: Option<&str>) -> Result<Value, DownloadError> {
    let (answer, described) = http.json(address, token).await?;
    if answer.response.status() == 200 { Ok(described) } else { Err(answer.refusal()) }
}

/// Whether an address is of the CivitAI in use.
fn owns(base: &str, url: &Url) -> bool {
    Url::parse(base).is_ok_and(|base| base.origin() == url.origin() || url.host_str() == Some("www.civitai.com"))
}

fn page(url: &Url) -> Option<Page> {
    let number =
        |text: &str| (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned());
    let parts: Vec<&str> = url.path_segments()?.collect();
    match parts.as_slice() {
        ["api", "download", "models", version, ..] => Some(Page::Download(number(version)?)),
        ["models", model, ..] => {
            let version = url.query_pairs().find(|(name, _)| name == "modelVersionId");
            Some(Page::Model { model: number(model)?, version: version.and_then(|(_, value)| number(&value)) })
        }
        _ => None,
    }
}

/// The file of a version that the address asks for: by what it says of it, else the primary one.
fn file<'a>(version: &'a Value, url: &Url) -> Option<&'a Value> {
    let asked: Vec<(&str, Cow<'_, str>)> = url
        .query_pairs()
        .filter_map(|(name, value)| CHOICES.iter().find(|(known, _)| name == *known).map(|(_, at)| (*at, value)))
        .collect();
    let files = version["files"].as_array()?;
    let fits = |file: &&Value| {
        let same = |at: &str, value: &str| {
            file.pointer(at).and_then(Value::as_str).is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        asked.iter().all(|(at, value)| same(at, value))
    };
    if asked.is_empty() {
        files.iter().find(|file| file["primary"] == true).or_else(|| files.first())
    } else {
        files.iter().find(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_file_that_is_asked_for_is_found_by_its_properties() {
        let version = json!({ "files": [
            { "name": "vae", "type": "VAE", "metadata": { "format": "SafeTensor" } },
            { "name": "full", "type": "Model", "metadata": { "format": "SafeTensor", "size": "full", "fp": "fp32" } },
            { "name": "pruned", "primary": true, "type": "Model",
              "metadata": { "format": "SafeTensor", "size": "pruned", "fp": "fp16" } },
        ] });
        let name = |query: &str| {
            let url = Url::parse(&format!("https://civitai.com/api/download/models/1{query}")).unwrap();
            file(&version, &url).map(|file| file["name"].as_str().unwrap().to_owned())
        };
        assert_eq!(name("").unwrap(), "pruned");
        assert_eq!(name("?token=x").unwrap(), "pruned");
        assert_eq!(name("?type=Model&format=SafeTensor&size=full&fp=fp32").unwrap(), "full");
        assert_eq!(name("?type=vae").unwrap(), "vae");
        assert_eq!(name("?type=Config"), None);
    }

    #[test]
    fn pages_and_downloads_are_told_apart() {
        let of = |path: &str| page(&Url::parse(&format!("https://civitai.com/{path}")).unwrap());
        assert!(matches!(of("api/download/models/128713?type=Model"), Some(Page::Download(v)) if v == "128713"));
        assert!(matches!(of("models/4384/dreamshaper"), Some(Page::Model { version: None, .. })));
        assert!(matches!(of("models/4384?modelVersionId=128713"), Some(Page::Model { version: Some(_), .. })));
        assert!(of("models/x").is_none() && of("user/me").is_none() && of("api/download/models/1/../../x").is_none());
    }
}
