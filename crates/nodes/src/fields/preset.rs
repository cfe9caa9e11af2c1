//! Style presets by id.

use invoke_graph::object;

object! {
    /// A style preset.
    pub struct StylePresetField {
        /// Its id
        pub style_preset_id: String,
    }
}
