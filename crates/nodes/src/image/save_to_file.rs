//! A picture kept once more, with a copy in a folder.

use invoke_graph::{ImageExport, Node, NodeError, choices, node};

use crate::Context;
use crate::fields::ImageField;
use crate::outputs::ImageOutput;

choices! {
    /// Kind of file.
    pub enum ExportFormat {
        Png = "png",
        Jpg = "jpg",
        Webp = "webp",
    }
}

node! {
    /// Keeps a copy of an image, and writes another into the server's folder for exports.
    #[node(
        kind = "save_image_to_file", class = "SaveImageToFileInvocation", title = "Save Image (Gallery + File Export)",
        tags = ["image", "export", "file", "save"], category = "image", version = "1.0.0", use_cache = false,
        board = true, metadata = true
    )]
    pub struct SaveImageToFile -> ImageOutput {
        /// The image to keep
        pub image: ImageField,
        /// Folder below the server's folder for exports; made where it is missing
        #[field(default = "")]
        pub output_directory: String,
        /// What the file's name begins with; the name of the kept image follows
        #[field(default = "")]
        pub prefix: String,
        /// What comes after the name of the kept image
        #[field(default = "")]
        pub suffix: String,
        /// Kind of file
        #[field(default = "png")]
        pub file_format: ExportFormat,
        /// Quality of JPEG and WebP files
        #[field(default = 95, ge = 1, le = 100)]
        pub quality: i64,
    }
}

impl Node<Context> for SaveImageToFile {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let image = context.load_image(&self.image)?;
        let kept = context.save_image(image)?;
        let format = match self.file_format {
            ExportFormat::Png => "png",
            ExportFormat::Jpg => "jpg",
            ExportFormat::Webp => "webp",
        };
        context.host().export_image(ImageExport {
            name: kept.image.image_name.clone(),
            folder: self.output_directory,
            prefix: self.prefix,
            suffix: self.suffix,
            format: format.to_owned(),
            quality: self.quality.clamp(1, 100) as u8,
        })?;
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context_on;
    use invoke_graph::testing::MemoryHost;
    use invoke_graph::{LoadedImage, PixelMode};
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn the_copy_is_of_the_kept_image() {
        let host = Arc::new(MemoryHost::default());
        let grey = LoadedImage { mode: PixelMode::L, width: 1, height: 1, pixels: vec![7], metadata: None };
        host.add_image("a.png", grey);
        let inputs = json!({
            "image": { "image_name": "a.png" }, "output_directory": "x/y", "prefix": "p_", "suffix": "_s",
            "file_format": "webp", "quality": 80
        });
        let kept =
            serde_json::from_value::<SaveImageToFile>(inputs).unwrap().run(&mut context_on(host.clone())).unwrap();
        assert_ne!(kept.image.image_name, "a.png");
        let wanted = ImageExport {
            name: kept.image.image_name,
            folder: "x/y".to_owned(),
            prefix: "p_".to_owned(),
            suffix: "_s".to_owned(),
            format: "webp".to_owned(),
            quality: 80,
        };
        assert_eq!(host.exports(), [wanted]);
    }
}
