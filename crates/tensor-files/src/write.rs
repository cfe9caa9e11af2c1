//! Writing safetensors: what was read, under other names or in another file, byte for byte.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::TensorView;

/// Headers are filled up to a multiple of this, so that tensors lie aligned.
const ALIGNMENT: usize = 8;

/// Writes tensors into a new file, in their order, and makes it durable. What stands behind the other readers of the format
/// asks for the note that the tensors are PyTorch's; it is written.
///
/// # Errors
/// When the file can not be written.
pub fn write_safetensors<'a>(
    path: &Path,
    tensors: impl IntoIterator<Item = (&'a str, TensorView<'a>)>,
) -> std::io::Result<()> {
    let tensors: Vec<(&str, TensorView<'_>)> = tensors.into_iter().collect();
    let mut header = Map::new();
    header.insert("__metadata__".to_owned(), json!({ "format": "pt" }));
    let mut end = 0;
    for (name, view) in &tensors {
        let begin = end;
        end += view.bytes.len();
        let entry = json!({ "dtype": view.dtype.name(), "shape": view.shape, "data_offsets": [begin, end] });
        header.insert((*name).to_owned(), entry);
    }
    let mut header = Value::Object(header).to_string();
    let missing = header.len().next_multiple_of(ALIGNMENT) - header.len();
    header.extend(std::iter::repeat_n(' ', missing));
    let mut file = BufWriter::new(File::create_new(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for (_, view) in &tensors {
        file.write_all(view.bytes)?;
    }
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}
