//! Several of several: by chance, every choice, or choices in turn.

use std::collections::{HashMap, HashSet};

use super::DynamicError;
use super::command::{Command, Variant};
use super::sample::{Row, Sampling, Scope, Texts, joined};

/// Choices by chance, each time anew.
pub(super) struct RandomVariant {
    variant: Variant,
    scope: Scope,
}

impl RandomVariant {
    pub(super) fn new(variant: Variant, scope: Scope) -> Self {
        Self { variant, scope }
    }

    /// So many of the values, none twice, by weight.
    fn chosen(&self, count: usize, sampling: &mut Sampling) -> Result<Vec<&Command>, DynamicError> {
        let mut values: Vec<&Command> = self.variant.values.iter().collect();
        let mut weights = self.variant.weights.clone();
        let mut chosen = Vec::with_capacity(count);
        for _ in 0..count {
            let mut sums: Vec<f64> = Vec::with_capacity(weights.len());
            for weight in &weights {
                sums.push(sums.last().copied().unwrap_or(0.0) + weight);
            }
            let total = sums.last().copied().unwrap_or(0.0);
            // Also when it is no number.
            if !(total > 0.0 && total.is_finite()) {
                return Err(DynamicError::NoWeight);
            }
            let drawn = sampling.random.fraction() * total;
            let index = sums[..sums.len() - 1].partition_point(|sum| *sum <= drawn);
            chosen.push(values[index]);
            // As in the library: of equal values the first goes, and with it the first weight that is like its own.
            let first = values.iter().position(|value| *value == values[index]).unwrap_or(index);
            let weight = weights[first];
            let like = weights.iter().position(|other| *other == weight).unwrap_or(first);
            weights.remove(like);
            values.remove(first);
        }
        Ok(chosen)
    }
}

impl Texts for RandomVariant {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        let (least, most) = self.variant.bounds();
        let count = sampling.random.between(least, most);
        let chosen = self.chosen(count, sampling)?;
        // All rows begin before the first text is drawn.
        let mut rows = Vec::with_capacity(chosen.len());
        for value in chosen {
            rows.push(self.scope.row(value, sampling)?);
        }
        let mut texts = Vec::with_capacity(rows.len());
        for row in &mut rows {
            texts.push(row.next(sampling)?.ok_or(DynamicError::RanOut)?);
        }
        let text = joined(texts, &self.variant.separator);
        sampling.count(&text)?;
        Ok(Some(text))
    }
}

/// Every choice of so many different values, in every order: the numbers of the values.
struct Orders {
    /// Of each value, the first it is equal to.
    like: Vec<usize>,
    count: usize,
    most: usize,
    /// The values chosen so far; empty before the first choice.
    chosen: Vec<usize>,
    started: bool,
}

impl Orders {
    fn new(variant: &Variant) -> Self {
        let mut seen = HashMap::new();
        let mut like = Vec::with_capacity(variant.values.len());
        for (index, value) in variant.values.iter().enumerate() {
            like.push(*seen.entry(format!("{value:?}")).or_insert(index));
        }
        let (least, most) = variant.bounds();
        Self { like, count: least, most, chosen: Vec::new(), started: false }
    }

    fn next(&mut self) -> Option<&[usize]> {
        while self.count <= self.most {
            // The place after the last one chosen, or the first.
            let mut from = if self.started { self.chosen.pop().map(|last| last + 1) } else { Some(0) };
            self.started = true;
            if self.count == 0 {
                self.restart();
                return Some(&[]);
            }
            while let Some(start) = from {
                match (start..self.like.len()).find(|index| self.is_free(*index)) {
                    Some(index) => {
                        self.chosen.push(index);
                        if self.chosen.len() == self.count {
                            return Some(&self.chosen);
                        }
                        from = Some(0);
                    }
                    None => from = self.chosen.pop().map(|last| last + 1),
                }
            }
            self.restart();
        }
        None
    }

    fn is_free(&self, index: usize) -> bool {
        self.chosen.iter().all(|chosen| self.like[*chosen] != self.like[index])
    }

    /// On to one value more.
    fn restart(&mut self) {
        self.count += 1;
        self.chosen.clear();
        self.started = false;
    }
}

/// Every combination of the texts of some values.
struct Product {
    values: Vec<Command>,
    levels: Vec<(Row, Option<String>)>,
    started: bool,
}

impl Product {
    fn next(&mut self, scope: &Scope, sampling: &mut Sampling) -> Result<Option<Vec<String>>, DynamicError> {
        if self.started && !self.advance(sampling)? {
            return Ok(None);
        }
        self.started = true;
        while self.levels.len() < self.values.len() {
            let value = &self.values[self.levels.len()];
            let mut row = scope.row(value, sampling)?;
            if scope.method_of(value).is_endless() {
                self.levels.push((row, None));
                continue;
            }
            match row.next(sampling)? {
                Some(text) => self.levels.push((row, Some(text))),
                None if self.advance(sampling)? => {}
                None => return Ok(None),
            }
        }
        let mut texts = vec![String::new(); self.levels.len()];
        // Values that never end give their next text, from the last to the first.
        for (index, (row, text)) in self.levels.iter_mut().enumerate().rev() {
            texts[index] = match text {
                Some(text) => text.clone(),
                None => row.next(sampling)?.ok_or(DynamicError::RanOut)?,
            };
        }
        Ok(Some(texts))
    }

    fn advance(&mut self, sampling: &mut Sampling) -> Result<bool, DynamicError> {
        while let Some((row, text)) = self.levels.last_mut() {
            if text.is_some()
                && let Some(next) = row.next(sampling)?
            {
                *text = Some(next);
                return Ok(true);
            }
            self.levels.pop();
        }
        Ok(false)
    }
}

/// Every choice, each text once.
pub(super) struct AllVariants {
    variant: Variant,
    scope: Scope,
    orders: Orders,
    product: Option<Product>,
    seen: HashSet<Vec<String>>,
}

impl AllVariants {
    pub(super) fn new(variant: Variant, scope: Scope) -> Self {
        let orders = Orders::new(&variant);
        Self { variant, scope, orders, product: None, seen: HashSet::new() }
    }
}

impl Texts for AllVariants {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        loop {
            let product = match &mut self.product {
                Some(product) => product,
                None => {
                    let Some(order) = self.orders.next() else { return Ok(None) };
                    let values = order.iter().map(|index| self.variant.values[*index].clone()).collect();
                    self.product.insert(Product { values, levels: Vec::new(), started: false })
                }
            };
            let Some(texts) = product.next(&self.scope, sampling)? else {
                self.product = None;
                continue;
            };
            let different: HashSet<&String> = texts.iter().collect();
            let whole = different.len() == texts.len();
            let text = joined(texts.clone(), &self.variant.separator);
            sampling.count(&text)?;
            if whole && self.seen.insert(texts) {
                return Ok(Some(text));
            }
        }
    }
}

/// Choices in turn, for ever: the next text of each.
pub(super) struct TurnVariant {
    variant: Variant,
    scope: Scope,
    orders: Orders,
    opened: Vec<Vec<Row>>,
    /// The choice whose turn it is, once all are open.
    turn: usize,
}

impl TurnVariant {
    pub(super) fn new(variant: &Variant, scope: Scope) -> Self {
        let orders = Orders::new(variant);
        Self { variant: variant.clone(), scope, orders, opened: Vec::new(), turn: 0 }
    }
}

impl Texts for TurnVariant {
    fn next(&mut self, sampling: &mut Sampling) -> Result<Option<String>, DynamicError> {
        let index = match self.orders.next() {
            Some(order) => {
                let values = order.iter().map(|index| &self.variant.values[*index]);
                let rows = values.map(|value| self.scope.row(value, sampling)).collect::<Result<_, _>>()?;
                self.opened.push(rows);
                self.opened.len() - 1
            }
            None if self.opened.is_empty() => return Ok(None),
            None => {
                let index = self.turn;
                self.turn = (index + 1) % self.opened.len();
                index
            }
        };
        let rows = &mut self.opened[index];
        let mut texts = vec![String::new(); rows.len()];
        for (index, row) in rows.iter_mut().enumerate().rev() {
            texts[index] = row.next(sampling)?.ok_or(DynamicError::RanOut)?;
        }
        let text = joined(texts, &self.variant.separator);
        sampling.count(&text)?;
        Ok(Some(text))
    }
}
