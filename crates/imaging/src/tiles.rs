//! A picture cut into overlapping tiles: where they lie, in three ways of counting. The rules are the reference's
//! (`backend/tiles/tiles.py`).

use crate::ImagingError;

/// Distances from the four sides, or the four edges, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edges {
    /// Upper.
    pub top: i64,
    /// Lower.
    pub bottom: i64,
    /// Left.
    pub left: i64,
    /// Right.
    pub right: i64,
}

/// Where a tile lies, and how far its neighbours reach into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tile {
    /// Its edges in the picture.
    pub coords: Edges,
    /// What it shares with each neighbour.
    pub overlap: Edges,
}

/// Width and height in pixels, or a number of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Across.
    pub width: i64,
    /// Down.
    pub height: i64,
}

/// More tiles than anybody needs.
const MOST_TILES: i64 = 100_000;
/// Pixels of a picture per latent.
const LATENT: i64 = 8;

fn require(holds: bool, rule: &str) -> Result<(), ImagingError> {
    if holds { Ok(()) } else { Err(ImagingError::Broken(rule.to_owned())) }
}

fn counted(columns: i64, rows: i64) -> Result<(), ImagingError> {
    let few = columns.checked_mul(rows).is_some_and(|count| count <= MOST_TILES);
    require(few, &format!("at most {MOST_TILES} tiles"))
}

fn divided_up(value: i64, by: i64) -> i64 {
    value.div_euclid(by) + i64::from(value.rem_euclid(by) != 0)
}

/// Tiles of one size that overlap by `overlap`; those in the last row and column by more, so that they end with the picture.
pub fn with_overlap(picture: Size, tile: Size, overlap: i64) -> Result<Vec<Tile>, ImagingError> {
    require(picture.height >= tile.height && picture.width >= tile.width, "a tile is at most as large as the picture")?;
    require(overlap < tile.height && overlap < tile.width, "the overlap is smaller than a tile")?;
    let columns = divided_up(picture.width - overlap, tile.width - overlap);
    let rows = divided_up(picture.height - overlap, tile.height - overlap);
    counted(columns, rows)?;
    let span = |index: i64, whole: i64, side: i64| {
        let first = (index * (side - overlap)).min(whole - side);
        (first, first + side)
    };
    Ok(grid(
        columns,
        rows,
        |column| span(column, picture.width, tile.width),
        |row| span(row, picture.height, tile.height),
    ))
}

/// A number of tiles across and down, with sides that are multiples of eight.
pub fn even_split(picture: Size, count: Size, overlap: i64) -> Result<Vec<Tile>, ImagingError> {
    require(
        picture.width % LATENT == 0 && picture.height % LATENT == 0,
        &format!("image size (({}, {})) must be divisible by {LATENT}", picture.width, picture.height),
    )?;
    counted(count.width, count.height)?;
    let side = |whole: i64, count: i64| {
        if count <= 1 {
            return Ok::<_, ImagingError>(whole);
        }
        require(overlap <= whole - LATENT * (count - 1), "the overlap leaves room for all tiles")?;
        let side = LATENT * ((whole + overlap * (count - 1)).div_euclid(count)).div_euclid(LATENT);
        require(overlap < side, "the overlap is smaller than a tile")?;
        Ok(side)
    };
    let (width, height) = (side(picture.width, count.width)?, side(picture.height, count.height)?);
    let span = |index: i64, whole: i64, side: i64, count: i64| {
        let first = index * (side - overlap);
        (first, if index == count - 1 { whole } else { (first + side).min(whole) })
    };
    Ok(grid(
        count.width,
        count.height,
        |column| span(column, picture.width, width, count.width),
        |row| span(row, picture.height, height, count.height),
    ))
}

/// Tiles of one size that overlap by at least `overlap`, evenly spread.
pub fn min_overlap(picture: Size, tile: Size, overlap: i64) -> Result<Vec<Tile>, ImagingError> {
    require(overlap < tile.height && overlap < tile.width, "the overlap is smaller than a tile")?;
    let tile = Size { width: tile.width.min(picture.width), height: tile.height.min(picture.height) };
    require(overlap != tile.width && overlap != tile.height, "the overlap differs from the picture's sides")?;
    let columns = divided_up(picture.width - overlap, tile.width - overlap);
    let rows = divided_up(picture.height - overlap, tile.height - overlap);
    counted(columns, rows)?;
    let span = |index: i64, whole: i64, side: i64, count: i64| {
        let first = if count > 1 { index * (whole - side) / (count - 1) } else { 0 };
        (first, first + side)
    };
    Ok(grid(
        columns,
        rows,
        |column| span(column, picture.width, tile.width, columns),
        |row| span(row, picture.height, tile.height, rows),
    ))
}

/// All tiles row by row, with what each shares with its neighbours.
fn grid(columns: i64, rows: i64, across: impl Fn(i64) -> (i64, i64), down: impl Fn(i64) -> (i64, i64)) -> Vec<Tile> {
    let shared = |(_, end): (i64, i64), (start, _): (i64, i64)| (end - start).max(0);
    let mut tiles = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let ((left, right), (top, bottom)) = (across(column), down(row));
            let mut overlap = Edges::default();
            if column > 0 {
                overlap.left = shared(across(column - 1), across(column));
            }
            if column + 1 < columns {
                overlap.right = shared(across(column), across(column + 1));
            }
            if row > 0 {
                overlap.top = shared(down(row - 1), down(row));
            }
            if row + 1 < rows {
                overlap.bottom = shared(down(row), down(row + 1));
            }
            tiles.push(Tile { coords: Edges { top, bottom, left, right }, overlap });
        }
    }
    tiles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_the_picture_and_overlap() {
        let tiles = with_overlap(Size { width: 100, height: 64 }, Size { width: 64, height: 64 }, 16).unwrap();
        let edges: Vec<_> = tiles.iter().map(|tile| (tile.coords.left, tile.coords.right, tile.overlap.left)).collect();
        assert_eq!(edges, [(0, 64, 0), (36, 100, 28)]);
    }

    #[test]
    fn an_overlap_as_large_as_a_tile_is_refused() {
        let size = Size { width: 64, height: 64 };
        assert!(with_overlap(size, size, 64).is_err() && min_overlap(size, size, 64).is_err());
    }
}
