//! safetensors files, sound and damaged.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::io::Write;

use invoke_tensor_files::{Dtype, TensorFile, TensorView, write_safetensors};

fn file_of(header: &str, data: &[u8]) -> tempfile::NamedTempFile {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    raw_file(&bytes)
}

fn raw_file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".safetensors").tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Opens a file with this header and data, and returns the error without the name of the file.
#[track_caller]
fn refused(header: &str, data: &[u8]) -> String {
    refused_file(&file_of(header, data))
}

#[track_caller]
fn refused_file(file: &tempfile::NamedTempFile) -> String {
    let error = TensorFile::open(file.path()).unwrap_err().to_string();
    let name = file.path().display().to_string();
    assert!(error.contains(&name), "{error} does not name the file");
    error.replace(&name, "F")
}

#[test]
fn tensors_are_found_by_name_with_shape_type_and_bytes() {
    let header = r#"{"__metadata__":{"format":"pt"},
        "b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},
        "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#;
    let file = file_of(header, &[0, 0, 128, 63, 1, 2, 3, 4]);
    let tensors = TensorFile::open(file.path()).unwrap();
    assert_eq!(tensors.names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(tensors.metadata()["format"], "pt");
    assert_eq!(tensors.tensor("a").unwrap(), TensorView { dtype: Dtype::F32, shape: &[], bytes: &1f32.to_le_bytes() });
    assert_eq!(tensors.tensor("b").unwrap(), TensorView { dtype: Dtype::F16, shape: &[2], bytes: &[1, 2, 3, 4] });
    let missing = tensors.tensor("c").unwrap_err().to_string();
    assert!(missing.ends_with("has no tensor `c`"), "{missing}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = TensorFile::open("/nowhere/unet.safetensors").unwrap_err().to_string();
    assert!(error.starts_with("cannot read `/nowhere/unet.safetensors`: No such file"), "{error}");
}

#[test]
fn cut_files_are_refused() {
    assert_eq!(refused_file(&raw_file(b"")), "`F` is not a valid safetensors file: it is empty");
    assert!(refused_file(&raw_file(b"abc")).ends_with("expected at least 8 bytes, got 3"));
    let whole = r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    assert_eq!(
        refused(whole, &[0; 5]),
        "`F` is damaged at tensor `w`: its bytes 0..8 are not within the 5 bytes of data"
    );
    let mut cut_header = 500u64.to_le_bytes().to_vec();
    cut_header.extend_from_slice(whole.as_bytes());
    assert!(refused_file(&raw_file(&cut_header)).ends_with("the header should have 500 bytes, the file ends after 54"));
}

#[test]
fn other_kinds_of_file_are_refused() {
    assert!(refused_file(&raw_file(b"MZ, some program that begins with these letters")).contains("at most 100000000"));
    assert!(refused("[1, 2]", &[]).contains("an object of tensors by name"));
    assert!(refused("{\"w\":", &[]).contains("EOF"));
}

#[test]
fn entries_that_contradict_themselves_are_refused() {
    let entry = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#"{{"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
    };
    assert!(refused(&entry("F32", "[3]", "[0,8]"), &[0; 8]).ends_with("shape [3] of F32 needs 12 bytes, it has 8"));
    assert!(
        refused(&entry("F32", "[1]", "[4,0]"), &[0; 4]).ends_with("its bytes 4..0 are not within the 4 bytes of data")
    );
    assert!(refused(&entry("Q4", "[1]", "[0,4]"), &[0; 4]).ends_with("tensor `w`: unknown type `Q4`"));
    assert!(refused(&entry("F32", "[-1]", "[0,4]"), &[0; 4]).contains("tensor `w`: its entry is not as expected"));
    let huge = entry("F32", "[9223372036854775807,16]", "[0,4]");
    assert!(refused(&huge, &[0; 4]).contains("needs more than memory can hold bytes"));
    assert!(refused(r#"{"w":{"dtype":"F32"}}"#, &[]).contains("missing field `shape`"));
}

#[test]
fn overlaps_gaps_and_leftovers_are_refused() {
    let two = |first: &str, second: &str| {
        format!(
            r#"{{"a":{{"dtype":"U8","shape":[4],"data_offsets":{first}}},
                "b":{{"dtype":"U8","shape":[4],"data_offsets":{second}}}}}"#
        )
    };
    assert!(refused(&two("[0,4]", "[2,6]"), &[0; 6]).contains("`b`: its bytes should start at 4"));
    assert!(refused(&two("[0,4]", "[6,10]"), &[0; 10]).contains("`b`: its bytes should start at 4"));
    assert!(refused(&two("[0,4]", "[4,8]"), &[0; 9]).ends_with("the tensors take 8 bytes, the file holds 9"));
    let twice =
        r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#;
    assert!(refused(twice, &[0; 4]).ends_with("tensor `a`: the header names it twice"));
}

#[test]
fn no_changed_byte_leads_outside_the_file() {
    let header = r#"{"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&[1; 16]);
    for position in 0..8 + header.len() {
        for value in [0, b'"', b'-', b'0', b'9', b'}', 0xff] {
            let mut changed = bytes.clone();
            changed[position] = value;
            let Ok(tensors) = TensorFile::open(raw_file(&changed).path()) else { continue };
            let read: usize = tensors.tensors().map(|(_, view)| view.bytes.len()).sum();
            assert_eq!(read, 16, "byte {position} as {value}");
        }
    }
}

#[test]
fn headers_that_unfold_are_refused() {
    let lengths = vec!["1"; 33].join(",");
    let header = format!(r#"{{"w":{{"dtype":"U8","shape":[{lengths}],"data_offsets":[0,1]}}}}"#);
    assert!(refused(&header, &[0]).contains("more than 32 dimensions"));
    let entries: Vec<String> =
        (0..120_000).map(|index| format!(r#""{index}":{{"dtype":"U8","shape":[],"data_offsets":[0,0]}}"#)).collect();
    assert!(refused(&format!("{{{}}}", entries.join(",")), &[]).contains("shape [] of U8 needs 1 bytes"));
    let entries: Vec<String> =
        (0..120_000).map(|index| format!(r#""{index}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#)).collect();
    assert!(
        refused(&format!("{{{}}}", entries.join(",")), &[])
            .ends_with("unfolds to more than twice the size of the file")
    );
}

#[test]
fn texts_beside_the_tensors_are_kept_and_anything_else_there_is_no_reason_to_refuse_them() {
    let header = r#"{"__metadata__":{"format":"pt","count":3,"list":[1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":[]}}"#;
    let file = file_of(header, &[9]);
    let tensors = TensorFile::open(file.path()).unwrap();
    assert_eq!(tensors.metadata().iter().collect::<Vec<_>>(), [(&"format".to_owned(), &"pt".to_owned())]);
    let none = file_of(r#"{"__metadata__":null}"#, &[]);
    assert_eq!(TensorFile::open(none.path()).unwrap().names().count(), 0);
}

#[test]
fn tensors_are_listed_in_the_order_of_their_bytes() {
    let header =
        r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    let file = file_of(header, &[1, 2]);
    let tensors = TensorFile::open(file.path()).unwrap();
    assert_eq!(tensors.outline().map(|(name, ..)| name).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn what_is_written_reads_as_it_was() {
    let header =
        r#"{"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#;
    let file = file_of(header, &[0, 0, 128, 63, 1, 2, 3, 4]);
    let tensors = TensorFile::open(file.path()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.safetensors");
    let renamed = tensors.tensors().map(|(name, view)| (if name == "a" { "first" } else { name }, view));
    write_safetensors(&path, renamed).unwrap();
    let copy = TensorFile::open(&path).unwrap();
    assert_eq!(copy.names().collect::<Vec<_>>(), ["b", "first"]);
    assert_eq!(copy.tensor("first").unwrap(), tensors.tensor("a").unwrap());
    assert_eq!(copy.tensor("b").unwrap(), tensors.tensor("b").unwrap());
    assert_eq!(copy.metadata()["format"], "pt");
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(u64::from_le_bytes(bytes[..8].try_into().unwrap()) % 8, 0);
    assert!(write_safetensors(&path, copy.tensors()).is_err(), "an existing file is not overwritten");
}
