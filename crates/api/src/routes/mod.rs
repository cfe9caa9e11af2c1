//! Every operation, in the order of the document. One list mounts them and documents them, so neither can miss one.

mod app;
mod auth;
mod client_state;
mod health;
mod images;
mod models;
mod queue;

use actix_web::web::ServiceConfig;
use utoipa::OpenApi;

macro_rules! operations {
    ($($noun:ident::{$($operation:ident),* $(,)?}),* $(,)?) => {
        /// Mounts all operations.
        pub(crate) fn mount(service: &mut ServiceConfig) {
            health::mount(service);
            $($(service.service($noun::$operation::$operation);)*)*
        }

        #[derive(OpenApi)]
        #[openapi(paths($($($noun::$operation::$operation),*),*))]
        pub(crate) struct Operations;
    };
}

operations! {
    auth::{
        status, login, logout, media_cookie, me, update_me, setup, generate_password, list_users, create_user, get_user,
        update_user, delete_user, adopt, statistics, list_sessions, end_session, sign_out_everywhere,
    },
    app::{
        version, clear_invocation_cache, enable_invocation_cache, disable_invocation_cache, get_invocation_cache_status,
    },
    models::{list, get, delete, install, list_installs, get_install, stats},
    images::{list, delete, get, count_intermediates, metadata, workflow, head_full, full, thumbnail, names, by_names},
    queue::{
        enqueue_batch, list_all, item_ids, items_by_ids, item_summaries_by_ids, resume, pause, cancel_all_except_current,
        delete_all_except_current, cancel_by_batch_ids, cancel_by_destination, retry_items_by_id, clear, prune, current,
        next, status, batch_status, get_item, delete_item, cancel_item, counts_by_destination, delete_by_destination,
        overview,
    },
    client_state::{get_by_key, set_by_key, get_keys_by_prefix, delete_by_key, delete},
}
