//! About the program: what it is made of, how it is set up, what it can do.

pub(crate) mod backup;
pub(crate) mod clear_invocation_cache;
pub(crate) mod dependencies;
pub(crate) mod devices;
pub(crate) mod disable_invocation_cache;
pub(crate) mod enable_invocation_cache;
pub(crate) mod get_invocation_cache_status;
pub(crate) mod get_log_level;
pub(crate) mod patchmatch;
pub(crate) mod provider_configs;
pub(crate) mod provider_statuses;
pub(crate) mod reset_provider;
pub(crate) mod runtime_config;
pub(crate) mod set_log_level;
pub(crate) mod set_provider;
pub(crate) mod start_backup;
pub(crate) mod update_runtime_config;
pub(crate) mod version;

use crate::error::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// The configuration, and which keys of it are not at their default.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvokeAIAppConfigWithSetFields)]
pub(crate) struct ConfigurationDto {
    /// The set fields
    set_fields: Vec<String>,
    /// The InvokeAI App Config
    #[schema(value_type = InvokeAIAppConfig)]
    config: Map<String, Value>,
}

/// Every key of the configuration file with its value.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object)]
#[expect(dead_code, reason = "only documented: the keys are the configuration's")]
pub(crate) struct InvokeAIAppConfig(Value);

impl ConfigurationDto {
    fn of(app: &crate::App) -> Self {
        let configuration = app.configuration.read();
        Self { set_fields: configuration.given.iter().cloned().collect(), config: configuration.values.clone() }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ProviderPath {
    /// The external provider identifier
    provider_id: String,
}

/// There are none yet.
fn unknown_provider(id: &str) -> ApiError {
    ApiError::not_found(format!("Unknown external provider '{id}'"))
}

/// How a provider is set up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExternalProviderConfigModel {
    /// The external provider identifier
    provider_id: String,
    /// Whether an API key is configured
    api_key_configured: bool,
    /// Optional base URL override
    base_url: Option<String>,
}
