//! Files with style presets: CSV with a header, or a JSON list. Both know the columns `name`, `prompt` (or
//! `positive_prompt`) and `negative_prompt`, and nothing else.

use super::NewPreset;
use invoke_domain::StylePreset;
use serde::Deserialize;

/// More presets than anybody can choose from are no library but a mistake.
const MOST_PRESETS: usize = 10_000;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
}

/// A file with style presets could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is not what it should be.
    #[error(
        "Invalid CSV format: must include columns 'name', 'prompt', and 'negative_prompt' and name cannot be blank"
    )]
    Csv,
    /// It is not what it should be.
    #[error(
        "Invalid JSON format: must be a list of objects with keys 'name', 'prompt', and 'negative_prompt' \
         and name cannot be blank"
    )]
    Json,
    /// It holds too many.
    #[error("Too many presets: {0}, at most {MOST_PRESETS} at once")]
    TooMany(usize),
    /// It could not be written.
    #[error("a CSV file could not be written")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A row of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default, alias = "prompt")]
    positive_prompt: String,
    #[serde(default)]
    negative_prompt: String,
}

impl Row {
    /// The preset, without white space around its texts; a name is required.
    fn preset(self) -> Option<NewPreset> {
        let name = self.name.trim();
        (!name.is_empty()).then(|| NewPreset {
            name: name.to_owned(),
            positive_prompt: self.positive_prompt.trim().to_owned(),
            negative_prompt: self.negative_prompt.trim().to_owned(),
            is_default: false,
            is_public: false,
        })
    }
}

/// The presets of a file.
pub(super) fn read(file: &[u8], kind: FileKind) -> Result<Vec<NewPreset>, ImportError> {
    let (rows, bad) = match kind {
        FileKind::Csv => (read_csv(file), ImportError::Csv),
        FileKind::Json => (serde_json::from_slice(file).ok(), ImportError::Json),
    };
    let Some(rows): Option<Vec<Row>> = rows else { return Err(bad) };
    if rows.len() > MOST_PRESETS {
        return Err(ImportError::TooMany(rows.len()));
    }
    rows.into_iter().map(Row::preset).collect::<Option<Vec<_>>>().ok_or(bad)
}

fn read_csv(file: &[u8]) -> Option<Vec<Row>> {
    // Spreadsheets put a byte order mark first, which is no part of the first column's name.
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    let mut reader = csv::ReaderBuilder::new().from_reader(file);
    // Without a header that can be read, columns would be told by their order. One without rows is looked at as well.
    let header = reader.headers().ok()?;
    if !header.is_empty() && !header.iter().any(|name| name == "name") {
        return None;
    }
    reader.deserialize().take(MOST_PRESETS + 1).collect::<Result<_, _>>().ok()
}

/// The presets as a CSV file, lines ended as spreadsheets end them.
pub(super) fn write(presets: &[StylePreset]) -> Result<Vec<u8>, ImportError> {
    let failed = |error: csv::Error| ImportError::Write(Box::new(error));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(["name", "prompt", "negative_prompt"]).map_err(failed)?;
    for preset in presets {
        writer.write_record([&preset.name, &preset.positive_prompt, &preset.negative_prompt]).map_err(failed)?;
    }
    writer.into_inner().map_err(|error| ImportError::Write(error.to_string().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(file: &str, kind: FileKind) -> Option<Vec<String>> {
        Some(read(file.as_bytes(), kind).ok()?.into_iter().map(|preset| preset.name).collect())
    }

    fn preset(name: &str, positive: &str, negative: &str) -> StylePreset {
        StylePreset {
            id: "p".into(),
            user_id: "u".into(),
            name: name.to_owned(),
            positive_prompt: positive.to_owned(),
            negative_prompt: negative.to_owned(),
            is_default: false,
            is_public: false,
        }
    }

    /// The text the reference exported for these three presets.
    #[test]
    fn a_file_looks_like_the_references() {
        let presets = [
            preset("Imp", "{prompt} x", "bad"),
            preset("ImpJ", "{prompt} y", "n"),
            preset("P2", "{prompt}, watercolor", "photo"),
        ];
        let expected = "name,prompt,negative_prompt\r\nImp,{prompt} x,bad\r\nImpJ,{prompt} y,n\r\nP2,\"{prompt}, watercolor\",photo\r\n";
        assert_eq!(String::from_utf8(write(&presets).unwrap()).unwrap(), expected);
    }

    #[test]
    fn both_names_of_the_prompt_and_any_order_of_columns_are_read() {
        let csv = "negative_prompt,name,positive_prompt\nbad, A ,\"x, y\"\n";
        let read = read(csv.as_bytes(), FileKind::Csv).unwrap();
        assert_eq!((read[0].name.as_str(), read[0].positive_prompt.as_str()), ("A", "x, y"));
        assert_eq!(names("\u{feff}name,prompt,negative_prompt\r\nA,b,c\r\n", FileKind::Csv).unwrap(), ["A"]);
        assert_eq!(names(r#"[{"name": "A", "prompt": "x"}, {"name": "B"}]"#, FileKind::Json).unwrap(), ["A", "B"]);
        assert_eq!(names("name\n", FileKind::Csv).unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_no_list_of_presets_is_refused() {
        for csv in [
            "prompt,negative_prompt\na,b\n",
            "name,prompt\n,x\n",
            "name,prompt\n  ,x\n",
            "name,prompt\na,b,c\n",
            "name,prompt,style\na,b,c\n",
        ] {
            assert_eq!(names(csv, FileKind::Csv), None, "{csv}");
        }
        for json in ["{\"a\": 1}", "[1]", "[{}]", "[{\"name\": \"\"}]", "[{\"name\": \"a\", \"x\": 1}]", "nonsense", ""]
        {
            assert_eq!(names(json, FileKind::Json), None, "{json}");
        }
        assert!(read(b"name,prompt\n\xff\xfe,x\n", FileKind::Csv).is_err());
        assert!(read(b"\xff\xfe\0,x\n1,2\n", FileKind::Csv).is_err());
        let nested = "[".repeat(10_000);
        assert!(read(nested.as_bytes(), FileKind::Json).is_err());
    }

    #[test]
    fn too_many_at_once_are_refused() {
        let file = format!("name\n{}", "a\n".repeat(MOST_PRESETS + 1));
        assert!(matches!(read(file.as_bytes(), FileKind::Csv), Err(ImportError::TooMany(_))));
    }

    proptest! {
        #[test]
        fn what_was_exported_can_be_imported(name in "[^\\s].{0,20}[^\\s]", positive in ".{0,30}", negative in ".{0,30}") {
            let file = write(&[preset(&name, &positive, &negative)]).unwrap();
            let read = read(&file, FileKind::Csv).unwrap();
            prop_assert_eq!(&read[0].name, name.trim());
            prop_assert_eq!(&read[0].positive_prompt, positive.trim());
            prop_assert_eq!(&read[0].negative_prompt, negative.trim());
        }

        #[test]
        fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, FileKind::Csv);
            let _ = read(&bytes, FileKind::Json);
        }
    }
}
