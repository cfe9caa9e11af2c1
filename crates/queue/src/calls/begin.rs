//! A node calls a workflow.

use super::children::unsupported;
use super::generators::Kind;
use super::{failed, node_event};
use crate::tell::News;
use crate::{Queue, QueueError, reach};
use invoke_domain::{
    BoardId, ImageCategory, ItemCall, ItemFailure, ItemId, ItemStatus, QueueItem, SessionId, new_uuid,
};
use invoke_graph::{CallError, Prepared, SavedWorkflow, Session};
use invoke_permissions::{Actor, policy};
use invoke_storage::gallery::{self, ImageFilter, ImageOrder, Within};
use invoke_storage::queue::{Finish, NewBatch, NewItem};
use invoke_storage::{StorageError, Tx, boards, queue, users};
use serde_json::Value;

/// Why a call was not made.
enum NotMade {
    /// The calling node fails with this.
    Refused(CallError),
    Storage(StorageError),
}

impl From<CallError> for NotMade {
    fn from(error: CallError) -> Self {
        Self::Refused(error)
    }
}

impl From<StorageError> for NotMade {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// What a call becomes.
struct Call {
    as_items: ItemCall,
    items: Vec<NewItem>,
}

impl Queue {
    /// Has an item wait for the workflow that its prepared node `node` calls. Answers whether its state changed: an item
    /// that was canceled or removed meanwhile calls nothing.
    pub(crate) fn begin_call(&self, id: ItemId, session: Option<&str>, node: &str) -> Result<bool, QueueError> {
        let operate = policy::operate_queue(&Actor::operator())?;
        reach!(self, BeforeFinish);
        let mut news = News::default();
        let changed = self.0.db.write(|tx| {
            let Some(item) = queue::get(tx, id)?.filter(|item| item.status == ItemStatus::InProgress) else {
                return Ok(false);
            };
            let text = session.unwrap_or(&item.session);
            let mut session = Session::from_json(text).map_err(|source| QueueError::Session { item: id, source })?;
            let Some(prepared) = session.prepared(node, &self.0.catalogue) else {
                let refused = CallError::value(format!("Node {node} is not a prepared execution node"));
                return self.fail_caller(tx, &item, session, None, &refused, &mut news);
            };
            match self.make_call(tx, &item, &mut session, &prepared) {
                Ok(call) => {
                    let owner = Actor::run(item.user_id.clone(), false);
                    let new = NewBatch {
                        queue_id: &item.queue_id,
                        batch_id: &item.batch_id,
                        priority: item.priority,
                        origin: item.origin.as_deref(),
                        destination: item.destination.as_deref(),
                        workflow: None,
                        call: Some(&call.as_items),
                        items: call.items,
                    };
                    let made = queue::insert_batch(tx, &policy::enqueue(&owner), &new)?;
                    session.called_items(&made);
                    let changed = queue::suspend(tx, &operate, id, &session.to_json(&self.0.catalogue))?;
                    for id in made.into_iter().chain([id]) {
                        if let Some(item) = queue::get(tx, id)? {
                            news.changed(tx, &item)?;
                        }
                    }
                    Ok(changed)
                }
                Err(NotMade::Refused(error)) => self.fail_caller(tx, &item, session, Some(prepared), &error, &mut news),
                Err(NotMade::Storage(error)) => Err(error.into()),
            }
        })?;
        self.tell(news);
        self.wake();
        Ok(changed)
    }

    /// The item fails with its calling node; what called the item fails with it.
    pub(super) fn fail_caller(
        &self,
        tx: &Tx<'_>,
        item: &QueueItem,
        mut session: Session,
        node: Option<Prepared>,
        error: &CallError,
        news: &mut News,
    ) -> Result<bool, QueueError> {
        let operate = policy::operate_queue(&Actor::operator())?;
        session.end_call(Some(&error.message));
        if let Some(node) = &node {
            session.fail_call(&node.id, error);
        }
        let (kind, message) = (error.kind.to_owned(), error.message.clone());
        let failure = ItemFailure { kind, traceback: format!("{}: {error}\n", error.kind), message };
        let text = session.to_json(&self.0.catalogue);
        let finish = Finish { status: ItemStatus::Failed, failure: Some(&failure), session: Some(&text) };
        if !queue::finish(tx, &operate, item.id, &finish)? {
            return Ok(false);
        }
        if let Some(ended) = queue::get(tx, item.id)? {
            news.changed(tx, &ended)?;
            if let Some(node) = node {
                news.event(node_event(item, node, failed(error)));
            }
            self.called_item_ended(tx, &ended, news)?;
        }
        Ok(true)
    }

    fn make_call(
        &self,
        tx: &Tx<'_>,
        item: &QueueItem,
        session: &mut Session,
        node: &Prepared,
    ) -> Result<Call, NotMade> {
        let inner = &*self.0;
        let workflow_id = node.node["workflow_id"].as_str().unwrap_or_default();
        let workflow = self.workflow_to_call(tx, item, workflow_id)?;
        let pending = usize::try_from(queue::count(tx, &item.queue_id)?.pending).unwrap_or(usize::MAX);
        let room = inner.settings.max_queue_size.saturating_sub(pending);
        if room == 0 {
            let message = "call_saved_workflow exceeds remaining queue capacity for child workflow executions";
            return Err(CallError::value(message).into());
        }
        let frame = session.call_frame(&node.id, workflow_id)?;
        let mut inputs = node.node["workflow_inputs"].as_object().cloned().unwrap_or_default();
        inputs.extend(session.values_for_call(&node.id, &inner.catalogue));
        let owner = self.owner_of(tx, item)?;
        let pictures = |board: &str, kind| pictures(tx, &owner, board, kind);
        let children = super::children::of(workflow, &inputs, room, &inner.catalogue, &*inner.random, &pictures)?;

        let random = &*inner.random;
        let (graphs, values): (Vec<_>, Vec<_>) = children.into_iter().map(|child| (child.graph, child.values)).unzip();
        let called = |graph| session.called(graph, new_uuid(random), &frame, random);
        let mut called: Vec<Session> = graphs.into_iter().map(called).collect();
        let id = new_uuid(random);
        let as_items = ItemCall {
            id: id.clone(),
            parent: item.id,
            parent_session: item.session_id.clone(),
            root: item.call.as_ref().map_or(item.id, |call| call.root),
            depth: frame.depth,
        };
        session.begin_call(id, frame, &mut called, &inner.catalogue);
        let new_item = |(session, field_values): (Session, Option<String>)| NewItem {
            session_id: SessionId(session.id.clone()),
            session: session.to_json(&inner.catalogue),
            field_values,
            retried_from_item_id: None,
        };
        Ok(Call { as_items, items: called.into_iter().zip(values).map(new_item).collect() })
    }

    /// The item's owner, with the role the account has now.
    fn owner_of(&self, tx: &Tx<'_>, item: &QueueItem) -> Result<Actor, StorageError> {
        let is_admin = !self.0.settings.multiuser || users::get(tx, &item.user_id)?.is_some_and(|user| user.is_admin);
        Ok(Actor::run(item.user_id.clone(), is_admin))
    }

    /// The workflow, if the item's owner may call it.
    fn workflow_to_call(&self, tx: &Tx<'_>, item: &QueueItem, id: &str) -> Result<SavedWorkflow, NotMade> {
        if id.is_empty() {
            let message = "A saved workflow must be selected before executing call_saved_workflow.";
            return Err(CallError::value(message).into());
        }
        let scope = self.owner_of(tx, item)?.scope();
        let refused = |what: &str| CallError::value(format!("The selected saved workflow '{id}' {what}"));
        match queue::callable_workflow(tx, &scope, id)? {
            None => Err(refused("could not be found.").into()),
            Some((_, false)) => Err(refused("is not accessible to this user.").into()),
            Some((text, true)) => {
                let workflow: Value =
                    serde_json::from_str(&text).map_err(|_| refused("is damaged: it is not JSON."))?;
                Ok(SavedWorkflow::new(workflow))
            }
        }
    }
}

/// The names of a board's pictures, if this person may look at the board; of `none`, their own on no board.
fn pictures(tx: &Tx<'_>, owner: &Actor, board: &str, kind: Kind) -> Result<Vec<String>, CallError> {
    let broken = |error: StorageError| {
        tracing::error!(%error, board, "the pictures of a board could not be listed");
        CallError::new("RuntimeError", "The pictures of the board could not be listed")
    };
    let categories = match kind {
        Kind::Images => vec![ImageCategory::General],
        Kind::Assets => vec![ImageCategory::Control, ImageCategory::Mask, ImageCategory::User, ImageCategory::Other],
    };
    let filter = ImageFilter { categories: Some(categories), is_intermediate: Some(false), ..ImageFilter::default() };
    let list = |within: &Within<'_>| gallery::list_names(tx, within, &filter, ImageOrder::default()).map_err(broken);
    let scope = owner.scope();
    let names = if board == "none" {
        list(&Within::Uncategorized(&scope))?
    } else {
        let facts = boards::facts(tx, &BoardId::from(board)).map_err(broken)?;
        let grant = facts.and_then(|facts| policy::view_board(owner, &facts).ok()).ok_or_else(|| {
            unsupported(format!(
                "call_saved_workflow caller does not have access to board '{board}' for image generator expansion"
            ))
        })?;
        list(&Within::Board(&grant))?
    };
    Ok(names.into_iter().map(|(name, _)| name.0).collect())
}
