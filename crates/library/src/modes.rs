//! From one person to several and back. Content from a time without accounts belongs to `system`; it is public as long as
//! nobody could be kept out, and for administrators alone afterwards.

use crate::LibraryError;
use crate::workflows::document::with_shared_tag;
use invoke_domain::WorkflowId;
use invoke_permissions::{Actor, policy};
use invoke_storage::modes::{self, Mode};
use invoke_storage::{Database, Tx, workflows};

/// Notes how the server runs from now on, and takes back what was made while it ran for one person when it runs for several
/// now. For its start. Says how much was taken back.
///
/// # Errors
/// When the database fails.
pub fn enter_mode(db: &Database, multiuser: bool) -> Result<usize, LibraryError> {
    db.write(|tx| {
        let grant = policy::manage_settings(&Actor::operator())?;
        let before = modes::get(tx)?;
        let mut changed = 0;
        if multiuser && !before.multiuser {
            changed = modes::take_back(tx, &grant, before.since)?;
            for id in modes::list_public_workflows(tx, &grant, before.since)? {
                changed += usize::from(take_back_workflow(tx, &id)?);
            }
        }
        let since = if before.multiuser == multiuser { before.since } else { tx.now() };
        modes::update(tx, &grant, Mode { multiuser, since })?;
        Ok(changed)
    })
}

fn take_back_workflow(tx: &Tx<'_>, id: &WorkflowId) -> Result<bool, LibraryError> {
    let operator = Actor::operator();
    let Some(facts) = workflows::facts(tx, id)? else { return Ok(false) };
    let edit = policy::edit_workflow(&operator, &facts)?;
    let Some(kept) = workflows::get(tx, &policy::view_workflow(&operator, &facts)?)? else { return Ok(false) };
    // A document that is no object has no tags either.
    let document = with_shared_tag(&kept.document, false).unwrap_or(kept.document);
    workflows::retract(tx, &edit, &document)?;
    Ok(true)
}
