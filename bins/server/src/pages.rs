//! Where the browser's files come from: a folder the administrator names, else what was compiled in, else nothing.

use invoke_api::Pages;
use invoke_config::Settings;

/// The source of pages for these settings.
pub(crate) fn source(settings: &Settings) -> Pages {
    match &settings.network.web_root {
        Some(folder) => Pages::Folder(folder.clone()),
        None => compiled_in(),
    }
}

#[cfg(not(feature = "web-ui"))]
fn compiled_in() -> Pages {
    Pages::None
}

#[cfg(feature = "web-ui")]
fn compiled_in() -> Pages {
    use invoke_api::Page;
    use rust_embed::RustEmbed;

    #[derive(RustEmbed)]
    #[folder = "../../web/dist"]
    struct Files;

    Pages::Embedded(|name| {
        let file = Files::get(name)?;
        let hash = file.metadata.sha256_hash();
        let tag = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Some(Page { bytes: file.data, tag })
    })
}
