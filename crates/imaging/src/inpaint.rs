//! Holes filled from their edge inwards: A. Telea, "An image inpainting technique based on the fast marching method", 2004,
//! with the details of OpenCV's `inpaint`, whose results this matches.
//!
//! OpenCV counts from one: its distances have a border of one pixel around the picture, and neighbours of a pixel at the
//! border are moved inwards.

use crate::{ImagingError, Mode, Pixels};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Known,
    Front,
    Unknown,
}

/// A place on the front: nearest first, and of equally near ones the older.
#[derive(PartialEq)]
struct Place {
    distance: f32,
    age: u64,
    row: usize,
    column: usize,
}

impl Eq for Place {}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then(self.age.cmp(&other.age))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Default)]
struct Front {
    heap: BinaryHeap<Reverse<Place>>,
    pushed: u64,
}

impl Front {
    fn push(&mut self, row: usize, column: usize, distance: f32) {
        self.heap.push(Reverse(Place { distance, age: self.pushed, row, column }));
        self.pushed += 1;
    }

    fn pop(&mut self) -> Option<(usize, usize)> {
        self.heap.pop().map(|Reverse(place)| (place.row, place.column))
    }
}

/// States and distances with a border of one.
struct Field {
    width: usize,
    height: usize,
    states: Vec<State>,
    distances: Vec<f32>,
}

impl Field {
    fn at(&self, row: usize, column: usize) -> usize {
        row * self.width + column
    }

    fn unknown(&self, row: usize, column: usize) -> bool {
        self.states[self.at(row, column)] == State::Unknown
    }

    /// The distance that two neighbours, one above or below and one to a side, suggest.
    fn suggested(&self, first: (usize, usize), second: (usize, usize)) -> f32 {
        let a = f64::from(self.distances[self.at(first.0, first.1)]);
        let b = f64::from(self.distances[self.at(second.0, second.1)]);
        let distance = match (self.unknown(first.0, first.1), self.unknown(second.0, second.1)) {
            (false, false) if (a - b).abs() >= 1.0 => 1.0 + a.min(b),
            (false, false) => (a + b + (2.0 - (a - b) * (a - b)).sqrt()) * 0.5,
            (false, true) => 1.0 + a,
            (true, false) => 1.0 + b,
            (true, true) => 1.0 + a.min(b),
        };
        distance as f32
    }

    fn distance_at(&self, row: usize, column: usize) -> f32 {
        let (up, down) = ((row - 1, column), (row + 1, column));
        let (left, right) = ((row, column - 1), (row, column + 1));
        let best = |a: (usize, usize), b, c, d| self.suggested(a, b).min(self.suggested(c, d));
        best(up, left, down, left).min(best(up, right, down, right))
    }

    /// The difference of two neighbours' distances over the way between those that are known.
    fn slope(&self, before: (usize, usize), own: (usize, usize), after: (usize, usize)) -> f32 {
        let distance = |place: (usize, usize)| self.distances[self.at(place.0, place.1)];
        match (self.unknown(before.0, before.1), self.unknown(after.0, after.1)) {
            (false, false) => (distance(after) - distance(before)) * 0.5,
            (true, false) => distance(after) - distance(own),
            (false, true) => distance(own) - distance(before),
            (true, true) => 0.0,
        }
    }
}

const NEIGHBOURS: [(isize, isize); 4] = [(-1, 0), (0, -1), (1, 0), (0, 1)];

fn neighbour((row, column): (usize, usize), (down, right): (isize, isize)) -> Option<(usize, usize)> {
    Some((row.checked_add_signed(down)?, column.checked_add_signed(right)?))
}

/// The RGB picture with the pixels filled where `mask` (grey, of the same size) is not zero, from those within `radius`.
pub fn telea(picture: &Pixels, mask: &Pixels, radius: usize) -> Result<Pixels, ImagingError> {
    if picture.mode() != Mode::Rgb
        || mask.mode() != Mode::L
        || (picture.width(), picture.height()) != (mask.width(), mask.height())
    {
        return Err(ImagingError::DifferentShapes);
    }
    let (width, height) = (picture.width() as usize + 2, picture.height() as usize + 2);
    let mut hole = vec![false; width * height];
    for (row, samples) in mask.rows().enumerate() {
        for (column, sample) in samples.iter().enumerate() {
            hole[(row + 1) * width + column + 1] = *sample != 0;
        }
    }
    let mut front = Front::default();
    let mut band = Vec::new();
    for row in 1..height - 1 {
        for column in 1..width - 1 {
            let touches = NEIGHBOURS.iter().filter_map(|step| neighbour((row, column), *step));
            if !hole[row * width + column] && touches.into_iter().any(|(row, column)| hole[row * width + column]) {
                band.push((row, column));
                front.push(row, column, 0.0);
            }
        }
    }
    let mut filled = picture.clone();
    if band.is_empty() {
        return Ok(filled);
    }
    let distances = outside_distances(&hole, &band, width, height, radius);
    let states = hole.iter().map(|hole| if *hole { State::Unknown } else { State::Known }).collect();
    let mut field = Field { width, height, states, distances };
    while let Some(place) = front.pop() {
        let index = field.at(place.0, place.1);
        field.states[index] = State::Known;
        for step in NEIGHBOURS {
            let Some((row, column)) = neighbour(place, step) else { continue };
            if row == 0 || column == 0 || row >= height || column >= width || !field.unknown(row, column) {
                continue;
            }
            let distance = field.distance_at(row, column);
            let index = field.at(row, column);
            field.distances[index] = distance;
            fill(&mut filled, &field, row, column, radius);
            field.states[index] = State::Front;
            front.push(row, column, distance);
        }
    }
    Ok(filled)
}

/// Distances outside of the hole, as negative numbers, as far as `radius`; 0 on the band and far away elsewhere.
fn outside_distances(hole: &[bool], band: &[(usize, usize)], width: usize, height: usize, radius: usize) -> Vec<f32> {
    const FAR: f32 = 1.0e6;
    let mut states = vec![State::Known; hole.len()];
    for row in 1..height - 1 {
        for column in 1..width - 1 {
            let near = |row: usize, column: usize| hole[row * width + column];
            let rows = row.saturating_sub(radius)..(row + radius + 1).min(height);
            let columns = column.saturating_sub(radius)..(column + radius + 1).min(width);
            let mut rows = rows;
            let reached = rows.any(|row| columns.clone().any(|column| near(row, column)));
            if !near(row, column) && reached {
                states[row * width + column] = State::Unknown;
            }
        }
    }
    let mut distances = vec![FAR; hole.len()];
    let mut front = Front::default();
    for &(row, column) in band {
        states[row * width + column] = State::Known;
        distances[row * width + column] = 0.0;
        front.push(row, column, 0.0);
    }
    let mut field = Field { width, height, states, distances };
    let mut reached = Vec::new();
    while let Some(place) = front.pop() {
        reached.push(field.at(place.0, place.1));
        let index = field.at(place.0, place.1);
        field.states[index] = State::Known;
        for step in NEIGHBOURS {
            let Some((row, column)) = neighbour(place, step) else { continue };
            if row == 0 || column == 0 || row >= field.height || column >= field.width || !field.unknown(row, column) {
                continue;
            }
            let distance = field.distance_at(row, column);
            let index = field.at(row, column);
            field.distances[index] = distance;
            field.states[index] = State::Front;
            front.push(row, column, distance);
        }
    }
    for index in reached {
        field.distances[index] = -field.distances[index];
    }
    field.distances
}

/// Computes one pixel from its known neighbourhood; place and neighbours are counted with the border.
fn fill(filled: &mut Pixels, field: &Field, row: usize, column: usize, radius: usize) {
    let gradient = (
        field.slope((row, column - 1), (row, column), (row, column + 1)),
        field.slope((row - 1, column), (row, column), (row + 1, column)),
    );
    let own = field.distances[field.at(row, column)];
    let width = filled.width() as usize;
    for channel in 0..3 {
        let sample = |row: usize, column: usize| f32::from(filled.data()[(row * width + column) * 3 + channel]);
        let (mut light, mut across, mut down, mut sum) = (0.0f32, 0.0f32, 0.0f32, 1.0e-20f32);
        for k in row.saturating_sub(radius).max(1)..=(row + radius).min(field.height - 2) {
            // Rows and columns of the picture, moved inwards at its border.
            let (above, below) =
                (k - 1 + usize::from(k == 1), (k - 1).wrapping_sub(usize::from(k == field.height - 2)));
            for l in column.saturating_sub(radius).max(1)..=(column + radius).min(field.width - 2) {
                let (left, right) =
                    (l - 1 + usize::from(l == 1), (l - 1).wrapping_sub(usize::from(l == field.width - 2)));
                let (dy, dx) = (row as f32 - k as f32, column as f32 - l as f32);
                let squared = dx * dx + dy * dy;
                if field.unknown(k, l) || squared > (radius * radius) as f32 {
                    continue;
                }
                let far = (1.0 / (f64::from(squared) * f64::from(squared).sqrt())) as f32;
                let level = (1.0 / (1.0 + f64::from((field.distances[field.at(k, l)] - own).abs()))) as f32;
                let mut direction = dx * gradient.0 + dy * gradient.1;
                if f64::from(direction.abs()) <= 0.01 {
                    direction = 0.000_001;
                }
                let weight = (far * level * direction).abs();
                let next = |row: usize| row.wrapping_add(1);
                let horizontal = match (field.unknown(k, l - 1), field.unknown(k, l + 1)) {
                    (false, false) => (sample(above, next(right)) - sample(above, left - 1)) * 2.0,
                    (true, false) => sample(above, next(right)) - sample(above, left),
                    (false, true) => sample(above, right) - sample(above, left - 1),
                    (true, true) => 0.0,
                };
                let vertical = match (field.unknown(k - 1, l), field.unknown(k + 1, l)) {
                    (false, false) => (sample(next(below), left) - sample(above - 1, left)) * 2.0,
                    (true, false) => sample(next(below), left) - sample(above, left),
                    (false, true) => sample(below, left) - sample(above - 1, left),
                    (true, true) => 0.0,
                };
                light += weight * sample(k - 1, l - 1);
                across -= weight * (horizontal * dx);
                down -= weight * (vertical * dy);
                sum += weight;
            }
        }
        let value = light / sum + (across + down) / ((across * across + down * down).sqrt() + 1.0e-20) + 0.5;
        let value = value.round_ties_even().clamp(0.0, 255.0) as u8;
        filled.data_mut()[((row - 1) * width + column - 1) * 3 + channel] = value;
    }
}
