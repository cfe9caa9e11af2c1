//! A batch becomes items: values of one group go together, groups are multiplied, and all of it is done `runs` times.

use crate::Batch;
use crate::batch::Datum;
use invoke_domain::{Random, SessionId, new_uuid};
use invoke_graph::{Catalogue, Graph, Session};
use invoke_storage::queue::NewItem;
use serde_json::{Value, json};

/// How many items the batch asks for.
pub(crate) fn count(batch: &Batch) -> u64 {
    batch.runs.saturating_mul(combinations(batch.data.as_deref().unwrap_or_default()))
}

/// The first `limit` items of the batch, in order.
pub(crate) fn items(batch: &Batch, limit: usize, catalogue: &Catalogue, random: &dyn Random) -> Vec<NewItem> {
    let wanted = usize::try_from(count(batch)).unwrap_or(usize::MAX).min(limit);
    let mut items = Vec::with_capacity(wanted);
    if wanted == 0 {
        return items;
    }
    // One session serves for all items: only its id and the batch's values differ, and each item sets all of these.
    let template = Session::new(batch.graph.clone(), String::new(), random).to_json(catalogue);
    let Ok(mut session) = serde_json::from_str::<Value>(&template) else { return items };
    let no_groups = Vec::new();
    let groups = batch.data.as_ref().unwrap_or(&no_groups);
    for number in 0..wanted {
        let id = new_uuid(random);
        session["id"] = id.as_str().into();
        let mut field_values = Vec::new();
        for (datum, index) in values_of(groups, number) {
            let node = &mut session["graph"]["nodes"][datum.node.as_str()];
            match &datum.stored[index] {
                Value::Null => {
                    node.as_object_mut().and_then(|node| node.shift_remove(&datum.field));
                }
                stored => node[datum.field.as_str()] = stored.clone(),
            }
            field_values.push(field_value(datum, index));
        }
        items.push(NewItem {
            session_id: SessionId(id),
            session: session.to_string(),
            field_values: Some(Value::from(field_values).to_string()),
            retried_from_item_id: None,
        });
    }
    items
}

/// Which value of each input the item of that number gets; the last group changes fastest.
fn values_of(groups: &[Vec<Datum>], number: usize) -> impl Iterator<Item = (&Datum, usize)> {
    let mut rest = number;
    let mut indices = vec![0; groups.len()];
    for (group, index) in groups.iter().zip(&mut indices).rev() {
        let length = group.first().map_or(1, |datum| datum.items.len().max(1));
        *index = rest % length;
        rest /= length;
    }
    groups.iter().zip(indices).flat_map(|(group, index)| group.iter().map(move |datum| (datum, index)))
}

/// How many combinations the values have: those of one group go together, groups are multiplied.
pub(crate) fn combinations(groups: &[Vec<Datum>]) -> u64 {
    let lengths = groups.iter().map(|group| group.first().map_or(0, |datum| datum.items.len() as u64));
    lengths.fold(1, u64::saturating_mul)
}

/// The graph with each combination of the values, and the values as an item keeps them.
pub(crate) fn graphs<'a>(graph: &'a Graph, groups: &'a [Vec<Datum>]) -> impl Iterator<Item = (Graph, String)> + 'a {
    let count = usize::try_from(combinations(groups)).unwrap_or(usize::MAX);
    (0..count).map(move |number| {
        let mut graph = graph.clone();
        let mut field_values = Vec::new();
        for (datum, index) in values_of(groups, number) {
            if let Some(node) = graph.nodes.get_mut(&datum.node) {
                node.0.insert(datum.field.clone(), datum.stored[index].clone());
            }
            field_values.push(field_value(datum, index));
        }
        (graph, Value::from(field_values).to_string())
    })
}

fn field_value(datum: &Datum, index: usize) -> Value {
    json!({ "node_path": datum.node, "field_name": datum.field, "value": datum.items[index] })
}
