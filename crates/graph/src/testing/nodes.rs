//! The toy nodes.

use super::ToyContext;
use crate::{Host, NULL, NewImage, Node, NodeError, OneOrMany, PixelMode, Progress, RunContext, node, object, output};
use invoke_domain::ImageCategory;
use serde_json::json;

output! {
    /// Base class for nodes that output a single integer
    #[output(kind = "integer_output")]
    pub struct IntegerOutput {
        /// The output integer
        pub value: i64,
    }
}

output! {
    /// Base class for nodes that output a collection of integers
    #[output(kind = "integer_collection_output")]
    pub struct IntegerCollectionOutput {
        /// The int collection
        pub collection: Vec<i64>,
    }
}

output! {
    /// Base class for nodes that output a collection of booleans
    #[output(kind = "boolean_collection_output")]
    pub struct BooleanCollectionOutput {
        /// The output boolean collection
        pub collection: Vec<bool>,
    }
}

output! {
    /// Base class for nodes that output a single string
    #[output(kind = "string_output")]
    pub struct StringOutput {
        /// The output string
        pub value: String,
    }
}

output! {
    /// Base class for nodes that output a single float
    #[output(kind = "float_output")]
    pub struct FloatOutput {
        /// The output float
        pub value: f64,
    }
}

output! {
    /// Base class for nodes that output a single boolean
    #[output(kind = "boolean_output")]
    pub struct BooleanOutput {
        /// The output boolean
        pub value: bool,
    }
}

output! {
    /// Base class for nodes that output a single image
    #[output(kind = "image_output")]
    pub struct ImageOutput {
        /// The output image
        pub image: ImageField,
        /// The width of the image in pixels
        pub width: i64,
        /// The height of the image in pixels
        pub height: i64,
    }
}

object! {
    /// An image primitive field
    pub struct ImageField {
        /// The name of the image
        pub image_name: String,
    }
}

node! {
    /// An integer primitive value
    #[node(
        kind = "integer", class = "IntegerInvocation", title = "Integer Primitive", tags = ["primitives", "integer"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Integer -> IntegerOutput {
        /// The integer value
        #[field(default = 0)]
        pub value: i64,
    }
}

impl<C: RunContext> Node<C> for Integer {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        Ok(IntegerOutput { value: self.value })
    }
}

node! {
    /// A float primitive value
    #[node(
        kind = "float", class = "FloatInvocation", title = "Float Primitive", tags = ["primitives", "float"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Float -> FloatOutput {
        /// The float value
        #[field(default = 0.0)]
        pub value: f64,
    }
}

impl<C: RunContext> Node<C> for Float {
    fn run(self, _: &mut C) -> Result<FloatOutput, NodeError> {
        Ok(FloatOutput { value: self.value })
    }
}

node! {
    /// A boolean primitive value
    #[node(
        kind = "boolean", class = "BooleanInvocation", title = "Boolean Primitive", tags = ["primitives", "boolean"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Boolean -> BooleanOutput {
        /// The boolean value
        #[field(default = false)]
        pub value: bool,
    }
}

impl<C: RunContext> Node<C> for Boolean {
    fn run(self, _: &mut C) -> Result<BooleanOutput, NodeError> {
        Ok(BooleanOutput { value: self.value })
    }
}

node! {
    /// A string primitive value
    #[node(
        kind = "string", class = "StringInvocation", title = "String Primitive", tags = ["primitives", "string"],
        category = "primitives", version = "1.0.1"
    )]
    pub struct Text -> StringOutput {
        /// The string value
        #[field(default = "", ui_component = "textarea")]
        pub value: String,
    }
}

impl<C: RunContext> Node<C> for Text {
    fn run(self, _: &mut C) -> Result<StringOutput, NodeError> {
        Ok(StringOutput { value: self.value })
    }
}

node! {
    /// Adds two numbers
    #[node(
        kind = "add", class = "AddInvocation", title = "Add Integers", tags = ["math", "add"], category = "math",
        version = "1.0.1"
    )]
    pub struct Add -> IntegerOutput {
        /// The first number
        #[field(default = 0)]
        pub a: i64,
        /// The second number
        #[field(default = 0)]
        pub b: i64,
    }
}

impl<C: RunContext> Node<C> for Add {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        let sum = self.a.checked_add(self.b).ok_or_else(|| NodeError::new("OverflowError", "The sum is too large"))?;
        Ok(IntegerOutput { value: sum })
    }
}

node! {
    /// Creates a range of numbers from start to stop with step
    #[node(
        kind = "range", class = "RangeInvocation", title = "Integer Range", tags = ["collection", "integer", "range"],
        category = "batch", version = "1.0.0"
    )]
    pub struct Range -> IntegerCollectionOutput {
        /// The start of the range
        #[field(default = 0)]
        pub start: i64,
        /// The stop of the range
        #[field(default = 10)]
        pub stop: i64,
        /// The step of the range
        #[field(default = 1)]
        pub step: i64,
    }
}

impl<C: RunContext> Node<C> for Range {
    fn run(self, _: &mut C) -> Result<IntegerCollectionOutput, NodeError> {
        let step = usize::try_from(self.step.unsigned_abs()).unwrap_or(usize::MAX);
        if step == 0 {
            return Err(NodeError::value("range() arg 3 must not be zero"));
        }
        let collection = if self.step > 0 {
            (self.start..self.stop).step_by(step).collect()
        } else {
            (self.stop..self.start).rev().map(|number| number + 1).step_by(step).collect()
        };
        Ok(IntegerCollectionOutput { collection })
    }
}

node! {
    /// A collection of integer primitive values
    #[node(
        kind = "integer_collection", class = "IntegerCollectionInvocation", title = "Integer Collection Primitive",
        tags = ["primitives", "integer", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct IntegerCollection -> IntegerCollectionOutput {
        /// The collection of integer values
        #[field(default = json!([]))]
        pub collection: Vec<i64>,
    }
}

impl<C: RunContext> Node<C> for IntegerCollection {
    fn run(self, _: &mut C) -> Result<IntegerCollectionOutput, NodeError> {
        Ok(IntegerCollectionOutput { collection: self.collection })
    }
}

node! {
    /// A collection of boolean primitive values
    #[node(
        kind = "boolean_collection", class = "BooleanCollectionInvocation", title = "Boolean Collection Primitive",
        tags = ["primitives", "boolean", "collection"], category = "primitives", version = "1.0.2"
    )]
    pub struct BooleanCollection -> BooleanCollectionOutput {
        /// The collection of boolean values
        #[field(default = json!([]))]
        pub collection: Vec<bool>,
    }
}

impl<C: RunContext> Node<C> for BooleanCollection {
    fn run(self, _: &mut C) -> Result<BooleanCollectionOutput, NodeError> {
        Ok(BooleanCollectionOutput { collection: self.collection })
    }
}

node! {
    /// Gives its number once the test opens the gate
    #[node(kind = "toy_wait", title = "Wait", category = "toys", version = "1.0.0", use_cache = false)]
    pub struct WaitForGate -> IntegerOutput {
        /// The number
        #[field(default = 0)]
        pub value: i64,
    }
}

impl Node<ToyContext> for WaitForGate {
    fn run(self, context: &mut ToyContext) -> Result<IntegerOutput, NodeError> {
        context.host.progress(Progress { message: "Waiting".to_owned(), percentage: Some(0.0), preview: None });
        context.host.gate.pass()?;
        Ok(IntegerOutput { value: self.value })
    }
}

node! {
    /// Fails
    #[node(kind = "toy_fail", title = "Fail", category = "toys", version = "1.0.0", use_cache = false)]
    pub struct Fail -> IntegerOutput {
        /// What it says
        #[field(default = "It failed")]
        pub message: String,
        /// Panics instead
        #[field(default = false)]
        pub panic: bool,
    }
}

impl<C: RunContext> Node<C> for Fail {
    fn run(self, _: &mut C) -> Result<IntegerOutput, NodeError> {
        if self.panic {
            panic!("{}", self.message);
        }
        Err(NodeError::value(self.message))
    }
}

node! {
    /// Makes a grey image
    #[node(
        kind = "toy_image", title = "Toy Image", category = "toys", version = "1.0.0", board = true, metadata = true
    )]
    pub struct ToyImage -> ImageOutput {
        /// Width in pixels
        #[field(default = 8, gt = 0, le = 4096, multiple_of = 8)]
        pub width: i64,
        /// Height in pixels
        #[field(default = 8, gt = 0, le = 4096)]
        pub height: i64,
        /// Shade of grey, or several to take the mean of
        #[field(default = 128, ge = 0, le = 255)]
        pub shade: OneOrMany<i64>,
        /// An image to take the size of
        #[field(default = NULL)]
        pub like: Option<ImageField>,
    }
}

impl Node<ToyContext> for ToyImage {
    fn run(self, context: &mut ToyContext) -> Result<ImageOutput, NodeError> {
        let (width, height) = match &self.like {
            Some(image) => {
                let image = context.host.load_image(&image.image_name)?;
                (image.width, image.height)
            }
            None => (self.width as u32, self.height as u32),
        };
        let shades = self.shade.into_vec();
        let shade = shades.iter().sum::<i64>() / (shades.len().max(1) as i64);
        let stored = context.host.store_image(NewImage {
            mode: PixelMode::L,
            width,
            height,
            pixels: vec![shade as u8; (width * height) as usize],
            category: ImageCategory::General,
            is_intermediate: context.node.is_intermediate,
            board_id: context.node.board.clone(),
            metadata: context.node.metadata.clone(),
            node_id: context.node.id.clone(),
        })?;
        Ok(ImageOutput {
            image: ImageField { image_name: stored.name },
            width: i64::from(stored.width),
            height: i64::from(stored.height),
        })
    }
}

node! {
    /// Takes an image that must be there
    #[node(kind = "toy_resize", title = "Toy Resize", category = "toys", version = "1.0.0")]
    pub struct ToyResize -> ImageOutput {
        /// The image
        pub image: ImageField,
    }
}

impl Node<ToyContext> for ToyResize {
    fn run(self, context: &mut ToyContext) -> Result<ImageOutput, NodeError> {
        let image = context.host.load_image(&self.image.image_name)?;
        Ok(ImageOutput { image: self.image, width: i64::from(image.width), height: i64::from(image.height) })
    }
}
