//! Listings of workflows, their tags and counts.

use super::{Callable, Workflows, callable};
use crate::LibraryError;
use invoke_domain::WorkflowEntry;
use invoke_permissions::{Actor, policy};
use invoke_storage::ReadTx;
use invoke_storage::workflows::{self as rows, Part, WorkflowFilter, WorkflowOrder};
use std::collections::BTreeSet;

/// A workflow as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedWorkflow {
    /// What it is.
    pub entry: WorkflowEntry,
    /// Whether it has a picture.
    pub has_thumbnail: bool,
    /// Whether other workflows may call it.
    pub callable: Callable,
}

/// Which part of a listing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paging {
    /// The page, from 0 on.
    pub page: i64,
    /// Workflows on a page; all of them on one page when it is nothing or 0.
    pub per_page: Option<i64>,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowPage {
    /// The page, from 0 on.
    pub page: i64,
    /// How many pages there are.
    pub pages: i64,
    /// Workflows on a page.
    pub per_page: i64,
    /// Workflows on all pages.
    pub total: i64,
    /// Those on this page.
    pub items: Vec<ListedWorkflow>,
}

impl Workflows {
    /// A page of the workflows the actor may list: the own ones and those that come with the program; everybody's for
    /// administrators; everybody's public ones where only public ones are asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(
        &self,
        actor: &Actor,
        filter: &WorkflowFilter,
        order: (WorkflowOrder, bool),
        paging: Paging,
        is_callable: Option<bool>,
    ) -> Result<WorkflowPage, LibraryError> {
        let per_page = paging.per_page.filter(|count| *count > 0);
        let page = paging.page.max(0);
        let offset = per_page.map_or(0, |count| count.saturating_mul(page));
        // Whether one may be called is not known to the database, so then all are looked at.
        let part = match is_callable {
            Some(_) => Part { offset: 0, limit: None },
            None => Part { offset, limit: per_page },
        };
        let (mut items, mut total) = self.0.db.read(|tx| {
            let scope = actor.scope();
            let total = rows::count(tx, &scope, filter)?;
            let entries = rows::list(tx, &scope, filter, order.0, order.1, part)?;
            let items =
                entries.into_iter().map(|entry| self.listed(tx, actor, entry)).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, LibraryError>((items, total))
        })?;
        if let Some(wanted) = is_callable {
            items.retain(|item| item.callable.is_callable() == wanted);
            total = i64::try_from(items.len()).unwrap_or(i64::MAX);
            if let Some(count) = per_page {
                let size = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
                items = items.into_iter().skip(size(offset)).take(size(count)).collect();
            }
        }
        let pages = per_page.map_or(1, |count| total / count + i64::from(total % count > 0));
        Ok(WorkflowPage { page: paging.page, pages, per_page: per_page.unwrap_or(total), total, items })
    }

    fn listed(&self, tx: &ReadTx<'_>, actor: &Actor, entry: WorkflowEntry) -> Result<ListedWorkflow, LibraryError> {
        let mut document = None;
        // Only a document that might be callable is read.
        if entry.returns == 1
            && let Some(facts) = rows::facts(tx, &entry.id)?
            && let Ok(grant) = policy::view_workflow(actor, &facts)
        {
            document = rows::get(tx, &grant)?.map(|record| record.document);
        }
        let callable = callable::of(entry.returns, || document.unwrap_or_default(), &self.0.catalogue);
        Ok(ListedWorkflow { has_thumbnail: self.0.pictures.find(entry.id.as_str()).is_some(), entry, callable })
    }

    /// How many workflows the actor may list.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count(&self, actor: &Actor, filter: &WorkflowFilter) -> Result<i64, LibraryError> {
        self.0.db.read(|tx| Ok(rows::count(tx, &actor.scope(), filter)?))
    }

    /// The tags of the workflows the actor may list, each once, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tags(&self, actor: &Actor, filter: &WorkflowFilter) -> Result<Vec<String>, LibraryError> {
        let texts = self.0.db.read(|tx| rows::list_tags(tx, &actor.scope(), filter).map_err(LibraryError::from))?;
        let tags = texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|tag| !tag.is_empty());
        Ok(tags.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect())
    }
}
