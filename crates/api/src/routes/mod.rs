//! Every operation, in the order of the document. One list mounts them and documents them, so neither can miss one.

mod app;
mod auth;
mod board_images;
mod boards;
mod client_state;
mod custom_nodes;
mod gallery;
mod health;
mod image_moves;
mod images;
mod model_relationships;
mod models;
mod queue;
mod recall;
mod style_presets;
mod system_prompts;
mod utilities;
mod videos;
mod virtual_boards;
mod workflows;

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
        // Types that another one takes in whole are not found by themselves.
        #[openapi(
            paths($($($noun::$operation::$operation),*),*),
            components(schemas(queue::dto::Counts, workflows::WorkflowDto))
        )]
        pub(crate) struct Operations;
    };
}

operations! {
    auth::{
        status, login, logout, media_cookie, me, update_me, setup, recover, generate_password, list_users, create_user, get_user,
        update_user, delete_user, adopt, statistics, list_sessions, end_session, sign_out_everywhere,
    },
    app::{
        version, dependencies, patchmatch, devices, runtime_config, update_runtime_config, provider_statuses,
        provider_configs, set_provider, reset_provider, get_log_level, set_log_level, clear_invocation_cache,
        enable_invocation_cache, disable_invocation_cache, get_invocation_cache_status, backup, start_backup,
    },
    utilities::{dynamic_prompts, fonts, font_file, expand_prompt, image_to_prompt},
    models::{
        list, missing, get_by_attrs, get_by_hash, scan_folder, bulk_delete, bulk_reidentify, get, update, delete,
        reidentify, get_image, set_image, delete_image, get_access, set_access, install, install_from_hub, list_installs,
        prune_installs, get_install, cancel_install, pause_install, resume_install, restart_failed, restart_file,
        hub_repository, hub_login_status, hub_sign_in, hub_sign_out, starter_models, stats, convert, empty_cache,
        orphaned, delete_orphaned,
    },
    images::{
        upload, upload_entry, list, delete, update, get, count_intermediates, clear_intermediates, metadata, workflow,
        head_full, full, thumbnail, urls, delete_list, delete_uncategorized, star, unstar, download, get_download, names,
        by_names,
    },
    image_moves::{start, recover, status},
    gallery::{items, item_names, names},
    boards::{
        create, list, get, update, delete, image_names, shares, share_candidates, share_history, share, unshare,
    },
    board_images::{add, remove, add_batch, remove_batch},
    virtual_boards::{by_date, image_names, item_names},
    queue::{
        enqueue_batch, list_all, item_ids, items_by_ids, item_summaries_by_ids, resume, pause, cancel_all_except_current,
        delete_all_except_current, cancel_by_batch_ids, cancel_by_destination, retry_items_by_id, clear, prune, current,
        next, status, batch_status, get_item, delete_item, cancel_item, counts_by_destination, delete_by_destination,
        overview,
    },
    videos::{
        upload, names, delete_from_list, delete_uncategorized, star, unstar, add_to_board, remove_from_board, list,
        delete, update, get, metadata, workflow, head_full, full, thumbnail, urls,
    },
    workflows::{
        tags, counts_by_tag, counts_by_category, get, update, delete, create, list, set_thumbnail, delete_thumbnail,
        thumbnail, set_public, open,
    },
    style_presets::{export, import, get, update, delete, create, list, image},
    system_prompts::{list, create, get, update, delete},
    recall::{update, get},
    model_relationships::{related, add, remove, batch},
    custom_nodes::{list, install, reload, uninstall},
    client_state::{get_by_key, set_by_key, get_keys_by_prefix, delete_by_key, delete},
}
