//! About the program.

pub(crate) mod clear_invocation_cache;
pub(crate) mod disable_invocation_cache;
pub(crate) mod enable_invocation_cache;
pub(crate) mod get_invocation_cache_status;
pub(crate) mod version;
