//! Tensors by name, in the order of the file.

use std::path::Path;

use crate::TensorFileError;
use crate::budget::Budget;

/// Values with unique names: listed as the file has them, found in logarithmic time, each name kept once.
#[derive(Debug)]
pub(crate) struct Names<T> {
    in_order: Vec<(Box<str>, T)>,
    by_name: Vec<u32>,
}

impl<T> Names<T> {
    /// Refuses a name that comes twice.
    pub(crate) fn new(file: &Path, in_order: Vec<(Box<str>, T)>, budget: &mut Budget) -> Result<Self, TensorFileError> {
        budget.take(in_order.len() * size_of::<u32>())?;
        // A file has fewer tensors than bytes in its header, and headers are below 4 GiB.
        let mut by_name: Vec<u32> = (0..in_order.len() as u32).collect();
        by_name.sort_unstable_by(|a, b| in_order[*a as usize].0.cmp(&in_order[*b as usize].0));
        for pair in by_name.windows(2) {
            let (first, second) = (&in_order[pair[0] as usize].0, &in_order[pair[1] as usize].0);
            if first == second {
                return Err(TensorFileError::entry(file, first, "the header names it twice"));
            }
        }
        Ok(Self { in_order, by_name })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let found = self.by_name.binary_search_by(|index| (*self.in_order[*index as usize].0).cmp(name)).ok()?;
        Some(&self.in_order[self.by_name[found] as usize].1)
    }

    /// In the order of the file.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (&str, &T)> {
        self.in_order.iter().map(|(name, value)| (&**name, value))
    }

    /// In alphabetical order.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = (&str, &T)> {
        self.by_name.iter().map(|index| &self.in_order[*index as usize]).map(|(name, value)| (&**name, value))
    }
}
