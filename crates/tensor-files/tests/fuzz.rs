//! Any bytes at all: no reader panics, reads outside the file, or takes more memory than twice the file. In CI for some
//! seconds; for longer, `PROPTEST_CASES=2000000 cargo nextest run -p invoke-tensor-files fuzz`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use invoke_tensor_files::{Gguf, TensorFile};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// Counts what this thread has allocated and how much of it at once.
struct Counting;

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let now = NOW.get().saturating_add_signed(bytes);
    NOW.set(now);
    MOST.set(MOST.get().max(now));
}

#[expect(unsafe_code, reason = "to count allocations there is no other way")]
// SAFETY: everything is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's pointer and layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What every file may take, however small: see `budget.rs`. Half of it is for what is not counted there, such as errors.
const SMALL: usize = 8 << 20;

/// Opens the bytes with every reader and looks at all they find.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    let folder = scratch();
    let file = folder.join(format!("{:?}", std::thread::current().id()));
    std::fs::write(&file, bytes).unwrap();
    let before = NOW.get();
    MOST.set(before);
    let mut looked_at = 0usize;
    if let Ok(tensors) = TensorFile::open(&file) {
        for (name, view) in tensors.tensors() {
            let elements: usize = view.shape.iter().product();
            prop_assert_eq!(view.bytes.len(), elements * view.dtype.size(), "{}", name);
            looked_at += view.bytes.len();
        }
        prop_assert!(looked_at <= 2 * bytes.len());
        prop_assert_eq!(tensors.names().count(), tensors.outline().count());
    }
    if let Ok(gguf) = Gguf::open(&file) {
        for (name, tensor) in gguf.tensors() {
            let (elements, size) = tensor.kind.block();
            let count: usize = tensor.shape.iter().product();
            prop_assert_eq!(tensor.bytes.len(), count / elements * size, "{}", name);
        }
    }
    // Header and copies of strided tensors are bounded each by twice the file.
    let most = MOST.get() - before;
    prop_assert!(most <= (4 * bytes.len()).max(SMALL), "{} bytes for a file of {}", most, bytes.len());
    Ok(())
}

/// Files so large that twice their size is more than what any file may take, filled with what needs most memory for its
/// length: opening them takes at most twice their size, or they are refused.
#[test]
fn large_files_take_no_more_memory_than_twice_their_size() {
    let whole = |header: String| [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    let entries = |name: fn(usize) -> String, count: usize| {
        let entry = |index| format!(r#""{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, name(index));
        whole(format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(",")))
    };
    let gguf = |values: u64, tensors: u64, rest: &[u8]| {
        [b"GGUF".as_slice(), &3u32.to_le_bytes(), &tensors.to_le_bytes(), &values.to_le_bytes(), rest].concat()
    };
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let pickle = |instructions: &[u8]| {
        let legacy = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}(X\x0d\x00\x00\x00little_endian\x88u.\x80\x02";
        [legacy.as_slice(), instructions, b".\x80\x02]."].concat()
    };
    const MANY: usize = 6 << 20;
    let lists: Vec<u8> =
        [text("a"), 9u32.to_le_bytes().to_vec(), 0u32.to_le_bytes().to_vec(), (MANY as u64).to_le_bytes().to_vec()]
            .concat();
    let value = |index: usize| [text(&format!("{index:x}")), 0u32.to_le_bytes().to_vec(), vec![1]].concat();
    let tensor = |index: usize| {
        let dimensions = [4u32.to_le_bytes().to_vec(), [1u64.to_le_bytes(); 4].concat()].concat();
        [text(&format!("{index:x}")), dimensions, 0u32.to_le_bytes().to_vec(), 0u64.to_le_bytes().to_vec()].concat()
    };
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("many short names", entries(|index| format!("{index:x}"), 100_000)),
        ("many long names", entries(|index| format!("{index:0>200}"), 20_000)),
        ("one long name", entries(|_| "a".repeat(MANY), 1)),
        (
            "metadata",
            whole(format!(
                r#"{{"__metadata__":{{{}}}}}"#,
                (0..400_000).map(|index| format!(r#""{index:x}":"x""#)).collect::<Vec<_>>().join(",")
            )),
        ),
        ("deep lists", whole("[".repeat(MANY))),
        (
            "long shapes",
            whole(format!(r#"{{"a":{{"dtype":"U8","shape":[{}0],"data_offsets":[0,0]}}}}"#, "1,".repeat(MANY / 2))),
        ),
        ("gguf list of numbers", gguf(1, 0, &[lists.as_slice(), &vec![1; MANY]].concat())),
        ("gguf values", gguf(400_000, 0, &(0..400_000).flat_map(value).collect::<Vec<u8>>())),
        ("gguf tensors", gguf(0, 80_000, &(0..80_000).flat_map(tensor).collect::<Vec<u8>>())),
        ("pickled numbers", pickle(&b"K\x01".repeat(MANY / 2))),
        ("pickled lists", pickle(&b"]".repeat(MANY))),
        ("pickled dictionaries", pickle(&b"}".repeat(MANY))),
        ("pickled marks", pickle(&b"(".repeat(MANY))),
        (
            "pickled notes",
            pickle(
                &[
                    b"]".as_slice(),
                    &(0..1_000_000u32)
                        .flat_map(|index| [b"r".as_slice(), &index.to_le_bytes()].concat())
                        .collect::<Vec<u8>>(),
                ]
                .concat(),
            ),
        ),
        ("pickled texts", pickle(&b"X\x01\0\0\0a".repeat(MANY / 6))),
        ("pickled tuples", pickle(&b"K\x01\x85".repeat(MANY / 3))),
        ("pickled tuples in tuples", pickle(&[b"K\x01".as_slice(), &b"\x85".repeat(MANY)].concat())),
    ];
    for (name, bytes) in files {
        let file = scratch().join("large");
        std::fs::write(&file, &bytes).unwrap();
        assert!(2 * bytes.len() > SMALL, "{name} is small: {}", bytes.len());
        let before = NOW.get();
        MOST.set(before);
        let tensors = TensorFile::open(&file).map(|_| ()).map_err(|error| error.to_string());
        let gguf = Gguf::open(&file).map(|_| ()).map_err(|error| error.to_string());
        let most = MOST.get() - before;
        assert!(most <= 2 * bytes.len(), "{name}: {most} bytes for {}: {tensors:?} {gguf:?}", bytes.len());
    }
}

fn scratch() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tensor-files-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Sound files and hostile ones, from which most bytes that get anywhere are a few changes away.
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/tensors");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension != "json"));
    files.sort();
    let mut seeds: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    seeds.retain(|seed| seed.len() < 8 << 10);
    let header = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}"#;
    seeds.push([&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[1; 16]].concat());
    assert!(seeds.len() > 20);
    seeds
}

#[derive(Debug, Clone)]
enum Change {
    Byte(usize, u8),
    Number(usize, u64),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Repeat(usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let numbers = prop_oneof![
        Just(u64::MAX),
        Just(1 << 63),
        Just(u64::from(u32::MAX)),
        Just(1 << 31),
        Just(0),
        (0u64..1 << 20),
        any::<u64>()
    ];
    prop_oneof![
        6 => (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        3 => (any::<usize>(), numbers).prop_map(|(at, number)| Change::Number(at, number)),
        1 => any::<usize>().prop_map(Change::Cut),
        2 => (any::<usize>(), prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        2 => (any::<usize>(), 1usize..200, 1usize..200).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let length = bytes.len().max(1);
    match change {
        Change::Byte(at, byte) => {
            if let Some(place) = bytes.get_mut(at % length) {
                *place = *byte;
            }
        }
        Change::Number(at, number) => {
            let at = at % length;
            for (place, byte) in bytes[at.min(length - 1)..].iter_mut().zip(number.to_le_bytes()) {
                *place = byte;
            }
        }
        Change::Cut(at) => bytes.truncate(at % length),
        Change::Insert(at, new) => {
            let at = (at % length).min(bytes.len());
            bytes.splice(at..at, new.iter().copied());
        }
        Change::Repeat(at, size, times) => {
            let at = (at % length).min(bytes.len());
            let part = bytes[at..(at + size).min(bytes.len())].repeat(*times);
            bytes.splice(at..at, part);
        }
    }
}

/// Some seconds' worth, or as many as `PROPTEST_CASES` says.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(1000)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn changed_files_are_read_or_refused(which in any::<prop::sample::Index>(), changes in prop::collection::vec(change(), 1..8)) {
        let seeds = SEEDS.with(Clone::clone);
        let mut bytes = which.get(&seeds).clone();
        for change in &changes {
            apply(&mut bytes, change);
        }
        read(&bytes)?;
    }

    #[test]
    fn any_pickle_is_read_or_refused(instructions in prop::collection::vec(instruction(), 0..300)) {
        let legacy = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}(X\x0d\x00\x00\x00little_endian\x88u.";
        let mut bytes = legacy.to_vec();
        bytes.extend_from_slice(b"\x80\x02");
        bytes.extend(instructions.into_iter().flatten());
        bytes.extend_from_slice(b".\x80\x02].");
        read(&bytes)?;
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..4000), start in 0..5) {
        let starts: [&[u8]; 5] = [b"", b"GGUF\x03\0\0\0", b"PK\x03\x04", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.", b"\x40\0\0\0\0\0\0\0{"];
        read(&[starts[start as usize], &bytes].concat())?;
    }
}

thread_local! {
    static SEEDS: std::rc::Rc<Vec<Vec<u8>>> = std::rc::Rc::new(seeds());
}

/// Instructions of a pickle, whole ones, so that they get somewhere.
fn instruction() -> impl Strategy<Value = Vec<u8>> {
    let fixed: Vec<&'static [u8]> = vec![
        b"N",
        b"\x88",
        b"\x89",
        b"(",
        b"}",
        b"]",
        b")",
        b"t",
        b"a",
        b"e",
        b"s",
        b"u",
        b"Q",
        b"R",
        b"b",
        b"\x81",
        b"\x85",
        b"\x86",
        b"\x87",
        b"\x8f",
        b"q\x00",
        b"q\x01",
        b"q\x02",
        b"h\x00",
        b"h\x01",
        b"h\x02",
        b"K\x01",
        b"K\x02",
        b"X\x07\0\0\0storage",
        b"X\x01\0\0\x000",
        b"U\x03cpu",
        b"ctorch._utils\n_rebuild_tensor_v2\n",
        b"ctorch\nFloatStorage\n",
        b"ctorch\nSize\n",
        b"ccollections\nOrderedDict\n",
        b"ctorch.nn.parameter\nParameter\n",
        b"cos\nsystem\n",
    ];
    // A storage and a tensor over it, which chance would not put together.
    let storage = |elements: u8| {
        [b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000U\x03cpuK".as_slice(), &[elements], b"tQ"].concat()
    };
    prop_oneof![
        20 => prop::sample::select(fixed).prop_map(<[u8]>::to_vec),
        1 => any::<i32>().prop_map(|number| [b"J".as_slice(), &number.to_le_bytes()].concat()),
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(|bytes| [&[0x8a, bytes.len() as u8], bytes.as_slice()].concat()),
        1 => any::<u8>().prop_map(storage),
        1 => (any::<u8>(), any::<u8>(), any::<u8>()).prop_map(move |(elements, length, stride)| {
            [b"X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(".to_vec(), storage(elements), vec![b'K', 0, b'K', length, 0x85, b'K', stride, 0x85, 0x89, b'N', b't', b'R', b's']].concat()
        }),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ]
}
