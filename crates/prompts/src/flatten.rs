//! From the nested form of a prompt to fragments in a row: weights multiply on the way down, and neighbours of one weight are joined.

use std::rc::Rc;

use crate::{Fragment, Prompt};

/// What the grammar reads. Shared, since a group is part of every alternative that was tried on it.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Text(Fragment),
    Weighted(f64, Rc<[Node]>),
    Swap(Rc<[Node]>, Rc<[Node]>),
    Group(Rc<[Node]>),
}

impl Node {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Fragment::new(text, 1.0))
    }
}

enum Piece {
    Text(Fragment),
    Swap(Vec<Fragment>, Vec<Fragment>),
}

/// `None` when nothing is left to encode.
pub(crate) fn prompt_of(nodes: &[Node]) -> Option<Prompt> {
    let mut pieces = Vec::new();
    collect(nodes, 1.0, &mut pieces);
    if pieces.is_empty() {
        return None;
    }
    let (mut original, mut edited, mut swapped) = (Vec::new(), Vec::new(), false);
    // Text on either side of a swap is not joined across it.
    let mut run = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(fragment) => run.push(fragment),
            Piece::Swap(from, to) => {
                let text = joined(std::mem::take(&mut run));
                original.extend(text.iter().cloned().chain(joined(from)));
                edited.extend(text.into_iter().chain(joined(to)));
                swapped = true;
            }
        }
    }
    let text = joined(run);
    original.extend(text.iter().cloned());
    edited.extend(text);
    Some(if swapped { Prompt::Swap { original, edited } } else { Prompt::Plain(original) })
}

fn collect(nodes: &[Node], scale: f64, pieces: &mut Vec<Piece>) {
    for node in nodes {
        match node {
            Node::Text(fragment) => pieces.push(Piece::Text(Fragment::new(&fragment.text, fragment.weight * scale))),
            Node::Weighted(weight, nodes) => collect(nodes, scale * weight, pieces),
            Node::Group(nodes) => collect(nodes, scale, pieces),
            Node::Swap(original, edited) => pieces.push(Piece::Swap(texts(original, scale), texts(edited, scale))),
        }
    }
}

/// One side of a swap, never empty. A swap inside a swap counts as its original.
fn texts(nodes: &[Node], scale: f64) -> Vec<Fragment> {
    let mut pieces = Vec::new();
    collect(nodes, scale, &mut pieces);
    let texts: Vec<_> = pieces
        .into_iter()
        .flat_map(|piece| match piece {
            Piece::Text(fragment) => vec![fragment],
            Piece::Swap(original, _) => original,
        })
        .collect();
    if texts.is_empty() { vec![Fragment::new("", 1.0)] } else { texts }
}

fn joined(fragments: Vec<Fragment>) -> Vec<Fragment> {
    let mut out: Vec<Fragment> = Vec::with_capacity(fragments.len());
    for fragment in fragments {
        match out.last_mut() {
            Some(last) if last.weight == fragment.weight => {
                *last = Fragment::new(&format!("{} {}", last.text, fragment.text), last.weight);
            }
            _ => out.push(fragment),
        }
    }
    out
}
