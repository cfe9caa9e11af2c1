//! The names and shapes of a file of weights, asked about by families.
//!
//! Reference: InvokeAI 6.14.2, `ModelOnDisk.load_state_dict`, and
//! `backend/patches/lora_conversions/peft_adapter_utils.py` for the names of adapters.

use invoke_tensor_files::{Gguf, GgufValue, Scalar, TensorFile};
use std::collections::{BTreeSet, HashMap};

/// The lengths of a tensor's dimensions.
pub(super) type Shape = Box<[usize]>;

/// What the outermost dictionary of a file has under a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    Tensor(Shape),
    /// A dictionary of tensors.
    Dict(Vec<(String, Shape)>),
    Integer(i64),
    Other,
}

/// A file's names in their order.
#[derive(Debug, Default)]
pub(super) struct State {
    items: Vec<(String, Item)>,
    by_name: HashMap<String, usize>,
    gguf: bool,
}

impl State {
    pub(super) fn of_tensors(file: &TensorFile) -> Self {
        let mut items: Vec<(String, Item)> = Vec::new();
        let mut dicts: HashMap<String, usize> = HashMap::new();
        for (name, top, _, shape) in file.outline() {
            if top == name.len() {
                items.push((name.to_owned(), Item::Tensor(shape.into())));
                continue;
            }
            let (key, inner) = (&name[..top], &name[top + 1..]);
            let place = *dicts.entry(key.to_owned()).or_insert_with(|| {
                items.push((key.to_owned(), Item::Dict(Vec::new())));
                items.len() - 1
            });
            if let Item::Dict(tensors) = &mut items[place].1 {
                tensors.push((inner.to_owned(), shape.into()));
            }
        }
        items.extend(file.scalars().map(|(name, scalar)| {
            let item = if let Scalar::Integer(number) = scalar { Item::Integer(*number) } else { Item::Other };
            (name.to_owned(), item)
        }));
        Self::new(items, false)
    }

    pub(super) fn of_gguf(file: &Gguf) -> Self {
        let shape_of = |name: &str, stored: &[usize]| -> Shape {
            // ComfyUI stores some tensors in another shape and notes the right one.
            let noted = file.metadata().get(format!("comfy.gguf.orig_shape.{name}").as_str());
            let lengths = match noted {
                Some(GgufValue::List(lengths)) => lengths.iter().map(|length| match length {
                    GgufValue::Integer(length) => usize::try_from(*length).ok(),
                    _ => None,
                }),
                _ => return stored.into(),
            };
            lengths.collect::<Option<Shape>>().unwrap_or_else(|| stored.into())
        };
        let items = file.tensors().map(|(name, tensor)| (name.to_owned(), Item::Tensor(shape_of(name, tensor.shape))));
        Self::new(items.collect(), true)
    }

    fn new(mut items: Vec<(String, Item)>, gguf: bool) -> Self {
        forget_adapter_name(&mut items);
        let by_name = items.iter().enumerate().map(|(index, (name, _))| (name.clone(), index)).collect();
        Self { items, by_name, gguf }
    }

    /// Names and what they name, in the order of the file.
    pub(super) fn items(&self) -> impl Iterator<Item = (&str, &Item)> {
        self.items.iter().map(|(name, item)| (name.as_str(), item))
    }

    /// All names, in the order of the file.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(name, _)| name.as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Item> {
        self.by_name.get(name).map(|index| &self.items[*index].1)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    pub(super) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Whether a name begins with one of these.
    pub(super) fn any_starts(&self, prefixes: &[&str]) -> bool {
        self.names().any(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
    }

    /// Whether a name ends with one of these.
    pub(super) fn any_ends(&self, suffixes: &[&str]) -> bool {
        self.names().any(|name| suffixes.iter().any(|suffix| name.ends_with(suffix)))
    }

    /// Whether a name contains one of these.
    pub(super) fn any_contains(&self, parts: &[&str]) -> bool {
        self.names().any(|name| parts.iter().any(|part| name.contains(part)))
    }

    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        match self.get(name)? {
            Item::Tensor(shape) => Some(shape),
            _ => None,
        }
    }

    /// The length of one dimension.
    pub(super) fn length(&self, name: &str, dimension: usize) -> Option<usize> {
        self.shape(name)?.get(dimension).copied()
    }

    /// The length of the last dimension.
    pub(super) fn last_length(&self, name: &str) -> Option<usize> {
        self.shape(name)?.last().copied()
    }

    /// Whether it comes from a GGUF file, whose tensors all count as quantised.
    pub(super) fn is_gguf(&self) -> bool {
        self.gguf
    }
}

/// PEFT names the adapter in each key (`lora_A.default.weight`). Where there is only one, its name is left out.
fn forget_adapter_name(items: &mut [(String, Item)]) {
    let names: BTreeSet<&str> = items.iter().filter_map(|(name, _)| adapter_name(name)).map(|(_, name)| name).collect();
    if names.len() != 1 {
        return;
    }
    for (name, _) in items {
        if let Some((end, _)) = adapter_name(name) {
            *name = format!("{}.weight", &name[..end]);
        }
    }
}

/// The adapter's name in a key, and where it begins.
fn adapter_name(name: &str) -> Option<(usize, &str)> {
    let rest = name.strip_suffix(".weight")?;
    let (before, adapter) = rest.rsplit_once('.')?;
    (before.ends_with(".lora_A") || before.ends_with(".lora_B")).then_some((before.len(), adapter))
}
