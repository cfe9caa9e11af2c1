//! An item that was called has ended.

use super::node_event;
use crate::cancel::cancel_items;
use crate::tell::News;
use crate::{Queue, QueueError};
use invoke_domain::{ItemCall, ItemId, ItemStatus, QueueItem};
use invoke_events::NodeReport;
use invoke_graph::{CallError, Session};
use invoke_permissions::{Actor, policy};
use invoke_storage::queue::Finish;
use invoke_storage::{Tx, queue};
use serde_json::{Map, Value};

impl Queue {
    /// Tells whoever called this item, which has just ended, and who called that in turn.
    pub(crate) fn called_item_ended(&self, tx: &Tx<'_>, item: &QueueItem, news: &mut News) -> Result<(), QueueError> {
        let Some(call) = &item.call else { return Ok(()) };
        let Some(caller) = queue::get(tx, call.parent)?.filter(|caller| caller.status == ItemStatus::Waiting) else {
            return Ok(()); // it was canceled or removed
        };
        let mut session =
            Session::from_json(&caller.session).map_err(|source| QueueError::Session { item: caller.id, source })?;
        if session.waiting_workflow_call_execution.as_ref().is_none_or(|waiting| waiting.id != call.id) {
            return Ok(()); // it waits for another call
        }
        let returned = match item.status {
            ItemStatus::Completed => self.take_returned(&mut session, item),
            ItemStatus::Failed => {
                let workflow = session.waiting_workflow_call.as_ref().map_or("", |frame| frame.workflow_id.as_str());
                let message = item.failure.as_ref().map(|failure| failure.message.clone());
                Err(CallError::value(message.unwrap_or_else(|| {
                    format!("The selected saved workflow '{workflow}' failed during child execution.")
                })))
            }
            ItemStatus::Canceled => return self.cancel_caller(tx, &caller, news),
            ItemStatus::Pending | ItemStatus::InProgress | ItemStatus::Waiting => return Ok(()),
        };
        match returned {
            Ok(None) => {
                let operate = policy::operate_queue(&Actor::operator())?;
                queue::update_session(tx, &operate, caller.id, &session.to_json(&self.0.catalogue))?;
                Ok(())
            }
            Ok(Some(values)) => self.caller_goes_on(tx, &caller, session, values, news),
            Err(error) => {
                self.cancel_siblings(tx, call, item.id, news)?;
                let node = session.waiting_workflow_call.clone();
                let node = node.and_then(|frame| session.prepared(&frame.prepared_call_node_id, &self.0.catalogue));
                self.fail_caller(tx, &caller, session, node, &error, news)?;
                Ok(())
            }
        }
    }

    /// What the calling node gets, once all called items have returned.
    fn take_returned(&self, session: &mut Session, item: &QueueItem) -> Result<Option<Map<String, Value>>, CallError> {
        let ended = Session::from_json(&item.session).map_err(|error| CallError::value(error.to_string()))?;
        session.take_returned(item.id, &ended.returned()?)
    }

    fn caller_goes_on(
        &self,
        tx: &Tx<'_>,
        caller: &QueueItem,
        mut session: Session,
        values: Map<String, Value>,
        news: &mut News,
    ) -> Result<(), QueueError> {
        let operate = policy::operate_queue(&Actor::operator())?;
        let catalogue = &self.0.catalogue;
        let Some(frame) = session.waiting_workflow_call.clone() else { return Ok(()) };
        session.end_call(None);
        let node = session.prepared(&frame.prepared_call_node_id, catalogue);
        let output = session
            .complete_call(&frame.prepared_call_node_id, values, catalogue, &*self.0.random)
            .map_err(|source| QueueError::Session { item: caller.id, source })?;
        if let Some(node) = node {
            news.event(node_event(caller, node, NodeReport::Complete(output)));
        }
        let text = session.to_json(catalogue);
        if session.is_complete() {
            let finish = Finish { status: ItemStatus::Completed, failure: None, session: Some(&text) };
            queue::finish(tx, &operate, caller.id, &finish)?;
        } else {
            queue::resume(tx, &operate, caller.id, &text)?;
            news.wake();
        }
        let Some(caller) = queue::get(tx, caller.id)? else { return Ok(()) };
        news.changed(tx, &caller)?;
        if caller.status == ItemStatus::Completed { self.called_item_ended(tx, &caller, news) } else { Ok(()) }
    }

    fn cancel_siblings(&self, tx: &Tx<'_>, call: &ItemCall, ended: ItemId, news: &mut News) -> Result<(), QueueError> {
        let mut siblings = queue::called_by(tx, &call.id)?;
        siblings.retain(|id| *id != ended);
        Ok(cancel_items(tx, &siblings, news)?)
    }

    /// The whole chain is canceled with one of its items.
    fn cancel_caller(&self, tx: &Tx<'_>, caller: &QueueItem, news: &mut News) -> Result<(), QueueError> {
        let chain = queue::chain_of(tx, &[caller.id])?;
        Ok(cancel_items(tx, &chain, news)?)
    }
}
