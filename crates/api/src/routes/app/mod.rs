//! About the program.

pub(crate) mod version;
