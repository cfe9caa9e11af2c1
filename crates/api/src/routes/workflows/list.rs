//! A page of workflows.

use super::{Compatibility, LONGEST_SEARCH, filter, thumbnail_url};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{Direction, WorkflowCategory, json, row};
use actix_web::{HttpResponse, get};
use invoke_domain::Random;
use invoke_library::{ListedWorkflow, Paging, WorkflowOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Selection {
    /// The page to get
    #[serde(default)]
    #[param(default = 0)]
    page: i64,
    /// The number of workflows per page
    per_page: Option<i64>,
    /// The attribute to order by
    #[serde(default = "by_name")]
    #[param(inline, default = "name")]
    order_by: OrderBy,
    /// The direction to order by
    #[serde(default = "ascending")]
    #[param(inline, default = "ASC")]
    direction: Direction,
    /// The categories of workflow to get
    #[param(inline)]
    categories: Option<Vec<WorkflowCategory>>,
    /// The tags of workflow to get
    #[param(max_items = 1000)]
    tags: Option<Vec<String>>,
    /// The text to query by (matches name and description)
    query: Option<String>,
    /// Whether to include/exclude recent workflows
    has_been_opened: Option<bool>,
    /// Filter by public/shared status
    is_public: Option<bool>,
    /// Filter by whether workflows are callable by call_saved_workflow
    callable: Option<bool>,
}

fn by_name() -> OrderBy {
    OrderBy::Name
}

fn ascending() -> Direction {
    Direction::Ascending
}

/// What a listing is ordered by.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = WorkflowRecordOrderBy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderBy {
    CreatedAt,
    UpdatedAt,
    OpenedAt,
    Name,
    IsPublic,
}

impl From<OrderBy> for WorkflowOrder {
    fn from(order: OrderBy) -> Self {
        match order {
            OrderBy::CreatedAt => Self::Created,
            OrderBy::UpdatedAt => Self::Updated,
            OrderBy::OpenedAt => Self::Opened,
            OrderBy::Name => Self::Name,
            OrderBy::IsPublic => Self::Public,
        }
    }
}

/// A workflow of a listing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkflowRecordListItemWithThumbnailDTO)]
pub(crate) struct Item {
    /// The id of the workflow.
    workflow_id: String,
    /// The name of the workflow.
    name: String,
    /// The created timestamp of the workflow.
    created_at: String,
    /// The updated timestamp of the workflow.
    updated_at: String,
    /// The opened timestamp of the workflow.
    opened_at: Option<String>,
    /// The id of the user who owns this workflow.
    user_id: String,
    /// Whether this workflow is shared with all users.
    is_public: bool,
    /// The description of the workflow.
    description: String,
    /// The description of the workflow.
    #[schema(value_type = WorkflowCategory)]
    category: &'static str,
    /// The tags of the workflow.
    tags: String,
    /// The URL of the workflow thumbnail.
    thumbnail_url: Option<String>,
    /// Whether this workflow is currently callable by call_saved_workflow.
    call_saved_workflow_compatibility: Option<Compatibility>,
}

impl Item {
    fn new(item: ListedWorkflow, random: &dyn Random) -> Self {
        let ListedWorkflow { entry, has_thumbnail, callable } = item;
        Self {
            thumbnail_url: has_thumbnail.then(|| thumbnail_url(entry.id.as_str(), random)),
            workflow_id: entry.id.0,
            name: entry.name,
            created_at: row(entry.created_at),
            updated_at: row(entry.updated_at),
            opened_at: entry.opened_at.map(row),
            user_id: entry.user_id.0,
            is_public: entry.is_public,
            description: entry.description,
            category: entry.category.as_str(),
            tags: entry.tags,
            call_saved_workflow_compatibility: Some(callable.into()),
        }
    }
}

/// A page of workflows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaginatedResults_WorkflowRecordListItemWithThumbnailDTO_)]
pub(crate) struct Page {
    /// Current Page
    page: i64,
    /// Total number of pages
    pages: i64,
    /// Number of items per page
    per_page: i64,
    /// Total number of items in result
    total: i64,
    /// Items
    items: Vec<Item>,
}

/// A page of the workflows that match: the caller's own and those that come with the program; everybody's for
/// administrators, and for all who ask for public ones.
#[utoipa::path(operation_id = "list_workflows", tag = "workflows", params(Selection),
    responses((status = 200, body = Page)))]
#[get("/api/v1/workflows/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let asked: Selection = call.query()?;
    let short = |text: String| text.chars().take(LONGEST_SEARCH).collect();
    let mut filter = filter(asked.categories, asked.has_been_opened, asked.is_public);
    filter.tags = asked.tags.unwrap_or_default().into_iter().map(short).collect();
    filter.query = asked.query.map(short);
    let order = (asked.order_by.into(), asked.direction == Direction::Descending);
    let paging = Paging { page: asked.page, per_page: asked.per_page };
    let callable = asked.callable;
    let page = call.run(move |app, actor| app.workflows.list(actor, &filter, order, paging, callable)).await?;
    Ok(json(&Page {
        page: page.page,
        pages: page.pages,
        per_page: page.per_page,
        total: page.total,
        items: page.items.into_iter().map(|item| Item::new(item, &*call.app().random)).collect(),
    }))
}
