//! Keys of image services on the internet, accepted for the reference's files.

use crate::section::section;
use crate::value::Secret;

section! {
    /// External providers.
    External {
        /// Key for Alibaba Cloud.
        external_alibabacloud_api_key: Option<Secret> = None,
        /// Address for Alibaba Cloud.
        external_alibabacloud_base_url: Option<String> = None,
        /// Key for Gemini.
        external_gemini_api_key: Option<Secret> = None,
        /// Address for Gemini.
        external_gemini_base_url: Option<String> = None,
        /// Key for OpenAI.
        external_openai_api_key: Option<Secret> = None,
        /// Address for OpenAI.
        external_openai_base_url: Option<String> = None,
        /// Key for Seedream.
        external_seedream_api_key: Option<Secret> = None,
        /// Address for Seedream.
        external_seedream_base_url: Option<String> = None,
    }
}
