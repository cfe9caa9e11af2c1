//! What `torch.save` and gguf wrote, as they read it themselves, and what an attacker would send.
//! The files are made by `xtask/fixtures/tensor_files.py`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tensor_files::{Format, Gguf, GgufValue, Scalar, TensorFile};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tensors")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn described(file: &TensorFile) -> Value {
    let one = |name: &str| {
        let view = file.tensor(name).unwrap();
        json!({ "dtype": view.dtype.name(), "shape": view.shape, "bytes": hex(view.bytes) })
    };
    file.outline().map(|(name, ..)| (name.to_owned(), one(name))).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn files_of_torch_hold_the_tensors_torch_reads_from_them() {
    let expected: Value = serde_json::from_slice(&std::fs::read(fixtures().join("expected.json")).unwrap()).unwrap();
    let mut seen = 0;
    for (name, tensors) in expected.as_object().unwrap().iter().filter(|(name, _)| name.ends_with(".pt")) {
        let file = TensorFile::open(fixtures().join(name)).unwrap();
        assert_eq!(file.format(), Format::Torch);
        assert_eq!(described(&file).to_string(), tensors.to_string(), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn what_lies_beside_the_tensors_is_told() {
    let file = TensorFile::open(fixtures().join("nested.pt")).unwrap();
    let tops: Vec<_> = file.outline().map(|(name, top, ..)| (name, &name[..top])).collect();
    assert_eq!(tops, [("image_proj.proj.weight", "image_proj"), ("ip_adapter.1.to_k_ip.weight", "ip_adapter")]);
    assert_eq!(file.scalars().collect::<Vec<_>>(), [("string_to_token", &Scalar::Other)]);
}

#[track_caller]
fn refused(file: &str) -> String {
    let path = fixtures().join(file);
    TensorFile::open(&path).unwrap_err().to_string().replace(&path.display().to_string(), "F")
}

#[test]
fn pickles_that_ask_for_more_than_tensors_are_refused_by_name() {
    let asks = |file: &str, what: &str| {
        assert_eq!(
            refused(file),
            format!("`F` is refused: it is a pickle that asks for `{what}`, and pickles are read, never run")
        );
    };
    asks("hostile-system.pt", "posix.system");
    asks("hostile-eval.pt", "__builtin__.eval");
    asks("hostile-getattr.pt", "builtins.getattr");
    asks("hostile-build.pt", "attributes of what is no dictionary");
    asks("hostile-stack-global.pt", "the instruction 0x95");
}

#[test]
fn pickles_that_unfold_without_end_are_refused() {
    assert!(refused("hostile-recursion.pt").ends_with("dictionaries lie more than 8 deep in one another"));
    assert!(refused("hostile-doubling.pt").ends_with("dictionaries lie more than 8 deep in one another"));
    assert!(refused("hostile-thousandfold.pt").ends_with("unfolds to more than twice the size of the file"));
    assert!(refused("hostile-expanded.pt").ends_with("tensor `w`: it repeats its elements"));
    assert!(refused("hostile-overlap.pt").ends_with("tensor `b`: it lies partly over `a`"));
    assert!(refused("hostile-list.pt").ends_with("expected a dictionary of tensors"));
}

#[test]
fn archives_that_hide_something_are_refused() {
    assert!(refused("hostile-compressed.pt").contains("is compressed or encrypted"));
    assert!(refused("hostile-bomb.pt").contains("is compressed or encrypted"));
    assert!(refused("hostile-path.pt").ends_with("`../../escaped` is no name for a file in it"));
    assert!(refused("hostile-absolute.pt").ends_with("`/etc/passwd` is no name for a file in it"));
    assert!(refused("hostile-no-pickle.pt").ends_with("the archive has no `data.pkl`"));
    assert!(refused("hostile-storage-missing.pt").ends_with("storage `0` is not in the archive"));
    assert!(refused("hostile-storage-short.pt").ends_with("storage `0` should have 16 bytes, the archive has 8"));
    assert!(refused("hostile-byteorder.pt").ends_with("its byte order is `big`, expected little"));
}

#[test]
fn files_that_lie_over_one_another_in_an_archive_are_refused() {
    let whole = std::fs::read(fixtures().join("plain.pt")).unwrap();
    // The directory's second entry is pointed at the first file, with the first one's name in the header there.
    let entries: Vec<usize> = (0..whole.len() - 4).filter(|at| &whole[*at..at + 4] == b"PK\x01\x02").collect();
    let mut changed = whole.clone();
    let place = whole[entries[0] + 42..entries[0] + 46].to_vec();
    changed[entries[1] + 42..entries[1] + 46].copy_from_slice(&place);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.pt");
    std::fs::write(&file, changed).unwrap();
    let error = TensorFile::open(&file).unwrap_err().to_string();
    assert!(error.contains("does not lie within the archive") || error.contains("over one another"), "{error}");
}

#[test]
fn cut_files_are_refused_wherever_they_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    for (name, step) in [("plain.pt", 7), ("views-legacy.pt", 3), ("checkpoint-legacy.pt", 1)] {
        let whole = std::fs::read(fixtures().join(name)).unwrap();
        for length in (0..whole.len()).step_by(step) {
            let file = folder.path().join("cut");
            std::fs::write(&file, &whole[..length]).unwrap();
            assert!(TensorFile::open(&file).is_err(), "{name} cut to {length}");
        }
    }
}

#[test]
fn gguf_files_list_their_tensors_with_the_names_of_their_types() {
    let expected: Value = serde_json::from_slice(&std::fs::read(fixtures().join("expected.json")).unwrap()).unwrap();
    let file = Gguf::open(fixtures().join("small.gguf")).unwrap();
    let found: serde_json::Map<String, Value> = file
        .tensors()
        .map(|(name, tensor)| {
            let said = json!({ "dtype": tensor.kind.name(), "shape": tensor.shape, "bytes": hex(tensor.bytes) });
            (name.to_owned(), said)
        })
        .collect();
    assert_eq!(Value::from(found).to_string(), expected["small.gguf"].to_string());
    let metadata = file.metadata();
    assert_eq!(metadata["general.architecture"], GgufValue::Text("flux".into()));
    assert_eq!(metadata["flux.block_count"], GgufValue::Integer(2));
    assert_eq!(metadata["flux.scale"], GgufValue::Float(0.5));
    assert_eq!(metadata["flux.distilled"], GgufValue::Integer(1));
    let shape = [2, 4, 32].map(GgufValue::Integer);
    assert_eq!(metadata["comfy.gguf.orig_shape.first.weight"], GgufValue::List(shape.into()));
    assert!(!metadata.contains_key("tokenizer.ggml.tokens"), "long lists are passed over");
    assert!(file.tensor("q4").unwrap().kind.is_quantised() && !file.tensor("half.weight").unwrap().kind.is_quantised());
    assert!(file.tensor("q8").unwrap_err().to_string().ends_with("has no tensor `q8`"));
}

#[test]
fn damaged_gguf_files_are_refused() {
    let whole = std::fs::read(fixtures().join("small.gguf")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = whole.clone();
        change(&mut bytes);
        let file = folder.path().join("w.gguf");
        std::fs::write(&file, bytes).unwrap();
        Gguf::open(&file).unwrap_err().to_string()
    };
    assert!(refused(&|bytes| bytes[0] = b'X').contains("does not begin with `GGUF`"));
    assert!(refused(&|bytes| bytes[4] = 1).contains("expected version 2 or 3, got 1"));
    assert!(refused(&|bytes| bytes[8..16].fill(0xff)).contains("at byte"));
    assert!(refused(&|bytes| bytes[16..24].fill(0xff)).contains("at byte"));
    assert!(refused(&|bytes| bytes.truncate(bytes.len() - 64)).contains("does not lie within the file"));
    let name = whole.windows(4).position(|bytes| bytes == b"q4\x02\x00").unwrap();
    let offset = name + 2 + 4 + 2 * 8 + 4;
    assert!(refused(&|bytes| bytes[offset] += 1).contains("is no multiple of 32"));
    assert!(refused(&|bytes| bytes[offset..offset + 8].fill(0)).contains("it lies over"));
    assert!(refused(&|bytes| bytes[offset - 4] = 200).contains("unknown type 200"));
}
