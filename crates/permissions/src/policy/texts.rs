//! Workflows, style presets and system prompts: private to their owners unless they are for everybody.

use super::{decide, owner_or_admin};
use crate::actor::Actor;
use crate::facts::{PresetFacts, SystemPromptFacts, WorkflowFacts, WorkflowPublish};
use crate::grant::{
    Delete, Denied, Edit, Grant, Manage, Open, Preset, Presets, Prompt, Publish, Shipped, View, Workflow,
};

fn sees_workflow(actor: &Actor, workflow: &WorkflowFacts) -> bool {
    workflow.is_default || workflow.is_public || owner_or_admin(actor, &workflow.owner)
}

fn changes_workflow(actor: &Actor, workflow: &WorkflowFacts) -> bool {
    !workflow.is_default && owner_or_admin(actor, &workflow.owner)
}

/// Look at a workflow: its owner, and everybody when it is public or comes with the program.
pub fn view_workflow(actor: &Actor, workflow: &WorkflowFacts) -> Result<Grant<Workflow, View>, Denied> {
    let sees = sees_workflow(actor, workflow);
    decide(sees, sees, workflow.id.clone())
}

/// Change a workflow or its picture: its owner. Those that come with the program are changed by nobody.
pub fn edit_workflow(actor: &Actor, workflow: &WorkflowFacts) -> Result<Grant<Workflow, Edit>, Denied> {
    decide(changes_workflow(actor, workflow), sees_workflow(actor, workflow), workflow.id.clone())
}

/// Delete a workflow: its owner.
pub fn delete_workflow(actor: &Actor, workflow: &WorkflowFacts) -> Result<Grant<Workflow, Delete>, Denied> {
    decide(changes_workflow(actor, workflow), sees_workflow(actor, workflow), workflow.id.clone())
}

/// Show a workflow to everybody: administrators, or its owner where the settings say so. To take it back is to edit it.
pub fn publish_workflow(
    actor: &Actor,
    workflow: &WorkflowFacts,
    rule: WorkflowPublish,
) -> Result<Grant<Workflow, Publish>, Denied> {
    let allowed = changes_workflow(actor, workflow) && (actor.is_admin() || rule == WorkflowPublish::Owners);
    decide(allowed, sees_workflow(actor, workflow), workflow.id.clone())
}

/// Note that a workflow was opened: its owner, since the note is one for all.
pub fn open_workflow(actor: &Actor, workflow: &WorkflowFacts) -> Result<Grant<Workflow, Open>, Denied> {
    decide(owner_or_admin(actor, &workflow.owner), sees_workflow(actor, workflow), workflow.id.clone())
}

fn sees_preset(actor: &Actor, preset: &PresetFacts) -> bool {
    preset.is_default || preset.is_public || owner_or_admin(actor, &preset.owner)
}

fn changes_preset(actor: &Actor, preset: &PresetFacts) -> bool {
    actor.is_admin() || (!preset.is_default && actor.owns(&preset.owner))
}

/// Look at a style preset: its owner, and everybody when it is public or one for everybody.
pub fn view_preset(actor: &Actor, preset: &PresetFacts) -> Result<Grant<Preset, View>, Denied> {
    let sees = sees_preset(actor, preset);
    decide(sees, sees, preset.id.clone())
}

/// Change a style preset: its owner, but only administrators if it is one for everybody.
pub fn edit_preset(actor: &Actor, preset: &PresetFacts) -> Result<Grant<Preset, Edit>, Denied> {
    decide(changes_preset(actor, preset), sees_preset(actor, preset), preset.id.clone())
}

/// Delete a style preset: whoever may change it.
pub fn delete_preset(actor: &Actor, preset: &PresetFacts) -> Result<Grant<Preset, Delete>, Denied> {
    decide(changes_preset(actor, preset), sees_preset(actor, preset), preset.id.clone())
}

/// Add style presets for everybody, read and write files with all of them: administrators.
pub fn manage_presets(actor: &Actor) -> Result<Grant<Presets, Manage>, Denied> {
    decide(actor.is_admin(), false, ())
}

fn sees_prompt(actor: &Actor, prompt: &SystemPromptFacts) -> bool {
    prompt.is_public || owner_or_admin(actor, &prompt.owner)
}

/// Look at a system prompt: its owner, and everybody when it is public.
pub fn view_prompt(actor: &Actor, prompt: &SystemPromptFacts) -> Result<Grant<Prompt, View>, Denied> {
    let sees = sees_prompt(actor, prompt);
    decide(sees, sees, prompt.id.clone())
}

/// Change a system prompt: its owner.
pub fn edit_prompt(actor: &Actor, prompt: &SystemPromptFacts) -> Result<Grant<Prompt, Edit>, Denied> {
    decide(owner_or_admin(actor, &prompt.owner), sees_prompt(actor, prompt), prompt.id.clone())
}

/// Delete a system prompt: its owner.
pub fn delete_prompt(actor: &Actor, prompt: &SystemPromptFacts) -> Result<Grant<Prompt, Delete>, Denied> {
    decide(owner_or_admin(actor, &prompt.owner), sees_prompt(actor, prompt), prompt.id.clone())
}

/// Renew what comes with the program: the program itself, at its start.
pub fn manage_shipped(actor: &Actor) -> Result<Grant<Shipped, Manage>, Denied> {
    decide(actor.is_operator(), true, ())
}
