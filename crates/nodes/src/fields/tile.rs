//! Tiles of pictures.

use invoke_graph::object;

use crate::fields::ImageField;

object! {
    /// Four edges or four widths, in pixels.
    pub struct TBLR {
        /// Upper
        pub top: i64,
        /// Lower
        pub bottom: i64,
        /// Left
        pub left: i64,
        /// Right
        pub right: i64,
    }
}

object! {
    /// A tile of a picture.
    pub struct Tile {
        /// Its edges in the picture
        pub coords: TBLR,
        /// What it shares with its neighbours
        pub overlap: TBLR,
    }
}

object! {
    /// A tile with its image.
    pub struct TileWithImage {
        /// The tile
        pub tile: Tile,
        /// Its image
        pub image: ImageField,
    }
}
