//! Pictures by name, and colours.

use invoke_graph::{NULL, object};

object! {
    /// An image primitive field
    pub struct ImageField {
        /// The name of the image
        pub image_name: String,
    }
}

object! {
    /// A color primitive field
    pub struct ColorField {
        /// The red component
        #[field(ge = 0, le = 255)]
        pub r: i64,
        /// The green component
        #[field(ge = 0, le = 255)]
        pub g: i64,
        /// The blue component
        #[field(ge = 0, le = 255)]
        pub b: i64,
        /// The alpha component
        #[field(ge = 0, le = 255)]
        pub a: i64,
    }
}

impl ColorField {
    /// Red, green, blue and alpha as bytes.
    pub fn samples(&self) -> [u8; 4] {
        [self.r, self.g, self.b, self.a].map(|component| component.clamp(0, 255) as u8)
    }
}

object! {
    /// A rectangle in a picture.
    #[object(extends = "BoundingBox")]
    pub struct BoundingBoxField {
        /// Left edge, in the rectangle
        pub x_min: i64,
        /// Right edge, one past the last pixel
        pub x_max: i64,
        /// Top edge, in the rectangle
        pub y_min: i64,
        /// Bottom edge, one past the last pixel
        pub y_max: i64,
        /// How sure the detector is that found it, from 0 to 1
        #[field(default = NULL, ge = 0.0, le = 1.0)]
        pub score: Option<f64>,
    }
}
