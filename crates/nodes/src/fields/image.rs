//! Pictures by name, and colours.

use invoke_graph::object;

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
