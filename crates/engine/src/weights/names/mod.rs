//! Other names under which checkpoints store the same tensors, one file per family. Names used elsewhere are today's.

pub mod attention;
