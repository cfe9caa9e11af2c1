//! The queue from outside, on a database in memory.

mod access;
mod bulk;
mod enqueue;
mod order;
mod pages;
mod races;
