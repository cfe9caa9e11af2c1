//! A picture laid over another.

use invoke_graph::{NULL, Node, NodeError, choices, node};
use invoke_imaging::layers::{self, BlendMode, Space};

use crate::Context;
use crate::fields::ImageField;
use crate::image::{failed, fitted};
use crate::outputs::ImageOutput;

choices! {
    /// How layers are blended.
    pub enum LayerMode {
        Normal = "Normal",
        LightenOnly = "Lighten Only",
        DarkenOnly = "Darken Only",
        LightenOnlyEal = "Lighten Only (EAL)",
        DarkenOnlyEal = "Darken Only (EAL)",
        Hue = "Hue",
        Saturation = "Saturation",
        Color = "Color",
        Luminosity = "Luminosity",
        LinearDodge = "Linear Dodge (Add)",
        Subtract = "Subtract",
        Multiply = "Multiply",
        Divide = "Divide",
        Screen = "Screen",
        Overlay = "Overlay",
        LinearBurn = "Linear Burn",
        Difference = "Difference",
        HardLight = "Hard Light",
        SoftLight = "Soft Light",
        VividLight = "Vivid Light",
        LinearLight = "Linear Light",
        ColorBurn = "Color Burn",
        ColorDodge = "Color Dodge",
    }
}

choices! {
    /// Where layers are blended.
    pub enum LayerSpace {
        Rgb = "RGB",
        Linear = "Linear RGB",
        Hsl = "HSL (RGB)",
        Hsv = "HSV (RGB)",
        Okhsl = "Okhsl",
        Okhsv = "Okhsv",
        Oklch = "Oklch (Oklab)",
        Lch = "LCh (CIELab)",
    }
}

node! {
    /// Lays an image over another one, with a blend mode, an opacity and a mask.
    #[node(
        kind = "invokeai_img_blend", class = "InvokeImageBlendInvocation", title = "Image Layer Blend",
        tags = ["image", "blend", "layer", "alpha", "composite", "dodge", "burn"], category = "image",
        version = "1.2.0", board = true, metadata = true
    )]
    pub struct BlendImages -> ImageOutput {
        /// The upper image
        #[field(ui_order = 1)]
        pub layer_upper: ImageField,
        /// How they are blended
        #[field(default = "Normal", ui_order = 2)]
        pub blend_mode: LayerMode,
        /// Opacity of the upper image
        #[field(default = 1.0, ge = 0, ui_order = 3)]
        pub opacity: f64,
        /// Where not to blend: white is left out
        #[field(default = NULL, ui_order = 4)]
        pub mask: Option<ImageField>,
        /// Whether to scale the upper image to the lower one's width
        #[field(default = false, ui_order = 5)]
        pub fit_to_width: bool,
        /// Whether to scale the upper image to the lower one's height
        #[field(default = true, ui_order = 6)]
        pub fit_to_height: bool,
        /// The lower image
        #[field(ui_order = 7)]
        pub layer_base: ImageField,
        /// Colour space to blend in
        #[field(default = "RGB", ui_order = 8)]
        pub color_space: LayerSpace,
        /// From 0 (off): how much chroma is kept, at the cost of lightness
        #[field(default = 0.0, ge = 0, ui_order = 9)]
        pub adaptive_gamut: f64,
        /// Whether to look closer for the edge of sRGB
        #[field(default = true, ui_order = 10)]
        pub high_precision: bool,
    }
}

impl Node<Context> for BlendImages {
    fn run(self, context: &mut Context) -> Result<ImageOutput, NodeError> {
        let upper = context.load_image(&self.layer_upper)?;
        let base = context.load_image(&self.layer_base)?;
        let mask = self.mask.as_ref().map(|mask| context.load_image(mask)).transpose()?;
        let fit = |image| fitted(image, &base, self.fit_to_width, self.fit_to_height);
        let (upper, mask) = (fit(upper)?, mask.map(fit).transpose()?);
        let blend = layers::Blend {
            mode: self.blend_mode.into(),
            space: self.color_space.into(),
            opacity: self.opacity as f32,
            adaptive_gamut: self.adaptive_gamut as f32,
            high_precision: self.high_precision,
        };
        let blended = layers::blend_layers(&upper, &base, mask.as_ref(), blend).map_err(failed)?;
        context.save_image(blended.convert(base.mode()))
    }
}

impl From<LayerMode> for BlendMode {
    fn from(mode: LayerMode) -> Self {
        match mode {
            LayerMode::Normal => Self::Normal,
            LayerMode::LightenOnly => Self::LightenOnly,
            LayerMode::DarkenOnly => Self::DarkenOnly,
            LayerMode::LightenOnlyEal => Self::LightenOnlyEal,
            LayerMode::DarkenOnlyEal => Self::DarkenOnlyEal,
            LayerMode::Hue => Self::Hue,
            LayerMode::Saturation => Self::Saturation,
            LayerMode::Color => Self::Color,
            LayerMode::Luminosity => Self::Luminosity,
            LayerMode::LinearDodge => Self::LinearDodge,
            LayerMode::Subtract => Self::Subtract,
            LayerMode::Multiply => Self::Multiply,
            LayerMode::Divide => Self::Divide,
            LayerMode::Screen => Self::Screen,
            LayerMode::Overlay => Self::Overlay,
            LayerMode::LinearBurn => Self::LinearBurn,
            LayerMode::Difference => Self::Difference,
            LayerMode::HardLight => Self::HardLight,
            LayerMode::SoftLight => Self::SoftLight,
            LayerMode::VividLight => Self::VividLight,
            LayerMode::LinearLight => Self::LinearLight,
            LayerMode::ColorBurn => Self::ColorBurn,
            LayerMode::ColorDodge => Self::ColorDodge,
        }
    }
}

impl From<LayerSpace> for Space {
    fn from(space: LayerSpace) -> Self {
        match space {
            LayerSpace::Rgb => Self::Rgb,
            LayerSpace::Linear => Self::Linear,
            LayerSpace::Hsl => Self::Hsl,
            LayerSpace::Hsv => Self::Hsv,
            LayerSpace::Okhsl => Self::Okhsl,
            LayerSpace::Okhsv => Self::Okhsv,
            LayerSpace::Oklch => Self::Oklch,
            LayerSpace::Lch => Self::Lch,
        }
    }
}
