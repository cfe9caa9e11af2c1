//! The queue for administrators: who has what in it, and who waits for how long.

use super::QueuePath;
use super::dto::{Counts, SummaryDto};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::{ItemStatus, UserId};
use invoke_graph::Problem;
use invoke_queue::OverviewFilter;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only the items of this user
    user_id: Option<String>,
    /// Only the items in one of these states
    #[param(inline)]
    status: Option<Vec<State>>,
    /// Only items enqueued at this time or later, as `2026-03-01T12:00:00Z`
    since: Option<String>,
    /// Only items enqueued before this time
    until: Option<String>,
    /// How many of the newest items to leave out
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    offset: i64,
    /// How many items to list
    #[serde(default = "hundred")]
    #[param(minimum = 0, maximum = 1000, default = 100)]
    limit: i64,
}

fn hundred() -> i64 {
    100
}

/// A state of an item, as a filter.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Waits for a worker.
    Pending,
    /// Runs.
    InProgress,
    /// Waits for a called workflow.
    Waiting,
    /// Done.
    Completed,
    /// Ended with an error.
    Failed,
    /// Ended by a person.
    Canceled,
}

impl From<State> for ItemStatus {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Self::Pending,
            State::InProgress => Self::InProgress,
            State::Waiting => Self::Waiting,
            State::Completed => Self::Completed,
            State::Failed => Self::Failed,
            State::Canceled => Self::Canceled,
        }
    }
}

/// One user's part of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueOverviewUser {
    /// The user
    user_id: String,
    #[serde(flatten)]
    counts: Counts,
    /// Seconds until the user's next item probably starts; null when none waits or nothing has run yet
    #[schema(required = true)]
    starts_in_seconds: Option<f64>,
    /// Seconds until all the user's waiting items have probably ended; null as above
    #[schema(required = true)]
    done_in_seconds: Option<f64>,
}

/// The queue as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueOverview {
    /// The ID of the queue
    queue_id: String,
    /// Counts of all items that pass the filter
    totals: Counts,
    /// The same by user
    users: Vec<QueueOverviewUser>,
    /// Seconds an item took of late; null when none has completed
    #[schema(required = true)]
    usual_seconds: Option<f64>,
    /// The items that pass the filter, the newest first
    items: Vec<SummaryDto>,
}

fn time(name: &str, text: Option<String>) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let loc: [Value; 2] = ["query".into(), name.into()];
        let msg = "Input should be a valid datetime with a time zone";
        ApiError::invalid(Problem::new("datetime_from_date_parsing", &loc, msg, &text.into()))
    })
}

/// Counts by user, the items, and how long whoever waits will probably wait. Ours; the reference has no such route.
#[utoipa::path(operation_id = "get_queue_overview", tag = "queue", params(QueuePath, Filter),
    responses((status = 200, body = QueueOverview)))]
#[get("/api/v1/queue/{queue_id}/overview")]
pub(crate) async fn overview(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let given: Filter = call.query()?;
    let size = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let filter = OverviewFilter {
        users: given.user_id.map(|user| vec![UserId(user)]),
        statuses: given.status.map(|states| states.into_iter().map(Into::into).collect()),
        since: time("since", given.since)?,
        until: time("until", given.until)?,
        limit: size(given.limit),
        offset: size(given.offset),
    };
    let queue = queue_id.clone();
    let found = call.run(move |app, actor| app.queue.overview(actor, &queue, &filter)).await?;
    let user = |(user, overview): (UserId, invoke_queue::UserOverview)| QueueOverviewUser {
        user_id: user.0,
        counts: overview.counts.into(),
        starts_in_seconds: overview.starts_in_seconds,
        done_in_seconds: overview.done_in_seconds,
    };
    Ok(json(&QueueOverview {
        queue_id: queue_id.0,
        totals: found.totals.into(),
        users: found.users.into_iter().map(user).collect(),
        usual_seconds: found.usual_seconds,
        items: found.items.into_iter().map(Into::into).collect(),
    }))
}
