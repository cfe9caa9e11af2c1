//! A hidden text read.

use invoke_graph::{Node, NodeError, node};
use invoke_imaging::{Mode, watermark};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::StringOutput;

node! {
    /// Reads a text hidden in an image; gives nothing where there is none.
    #[node(
        kind = "decode_watermark", class = "DecodeInvisibleWatermarkInvocation", title = "Decode Invisible Watermark",
        tags = ["image", "watermark"], category = "image", version = "1.0.0"
    )]
    pub struct ReadWatermark -> StringOutput {
        /// The image to read
        pub image: ImageField,
        /// Length of the text in bytes
        #[field(default = 8)]
        pub length: i64,
    }
}

impl Node<Context> for ReadWatermark {
    fn run(self, context: &mut Context) -> Result<StringOutput, NodeError> {
        let image = context.load_image_as(&self.image, Mode::Rgb)?;
        let length = usize::try_from(self.length).unwrap_or(0).min(1 << 20);
        let bytes = watermark::read(&image, length).unwrap_or_default();
        // What is no text is left out.
        let text: String = bytes.utf8_chunks().map(|chunk| chunk.valid()).collect();
        Ok(StringOutput { value: text.trim_end_matches('\0').to_owned() })
    }
}
