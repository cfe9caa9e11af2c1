//! Resizing and thumbnails against Pillow's.

use crate::compare::{distance, expected, fixture, picture};
use invoke_imaging::{Filter, Mode, resize, thumbnail};

const FILTERS: [(&str, Filter); 6] = [
    ("nearest", Filter::Nearest),
    ("box", Filter::Box),
    ("bilinear", Filter::Bilinear),
    ("hamming", Filter::Hamming),
    ("bicubic", Filter::Bicubic),
    ("lanczos", Filter::Lanczos),
];

fn check_resize(mode: Mode, (width, height): (u32, u32)) {
    let source = picture(mode, 97, 61);
    for (name, filter) in FILTERS {
        let ours = resize(&source, width, height, filter).unwrap();
        let (mean, largest) = distance(&ours, &expected(&format!("resize_{mode}_{name}_{width}x{height}")));
        assert!(mean <= 0.05 && largest <= 1, "{mode} {name} {width}x{height}: mean {mean}, largest {largest}");
    }
}

#[test]
fn every_filter_shrinks_and_enlarges_as_pillow_does() {
    for size in [(40, 33), (97, 20), (30, 61), (150, 90)] {
        check_resize(Mode::L, size);
    }
}

#[test]
fn colours_are_resized_as_pillow_does() {
    check_resize(Mode::Rgb, (40, 33));
}

#[test]
fn colours_are_weighted_by_alpha_as_pillow_does() {
    let source = picture(Mode::Rgba, 97, 61);
    for (name, filter) in FILTERS {
        let ours = resize(&source, 40, 33, filter).unwrap();
        let apart = distance(&ours, &expected(&format!("resize_RGBA_{name}_40x33")));
        assert_eq!(apart, (0.0, 0), "{name}: mean and largest difference");
    }
}

#[test]
fn thumbnails_equal_those_of_pillow() {
    for mode in [Mode::L, Mode::Rgb, Mode::Rgba] {
        for (width, height) in [(330, 205), (175, 275), (150, 125), (500, 8), (65, 64)] {
            let ours = thumbnail(&picture(mode, width, height), 64).unwrap();
            let apart = distance(&ours, &expected(&format!("thumbnail_{mode}_{width}x{height}_64")));
            assert_eq!(apart, (0.0, 0), "{mode} {width}x{height}: mean and largest difference");
        }
    }
    let ours = thumbnail(&picture(Mode::L, 1300, 820), 256).unwrap();
    assert_eq!(distance(&ours, &expected("thumbnail_L_1300x820_256")), (0.0, 0));
}

/// Python's `zlib.crc32`.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let bit = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        (0..8).fold(crc ^ u32::from(*byte), bit)
    })
}

#[test]
fn pictures_of_any_size_are_resized_as_pillow_does() {
    let rows: Vec<(String, u32, u32, u32, u32, serde_json::Value, u32)> =
        serde_json::from_slice(&fixture("any_size.json")).unwrap();
    assert!(rows.len() > 700, "the fixture holds only {} rows", rows.len());
    let mut wrong = Vec::new();
    for (mode, width, height, wanted_width, wanted_height, how, theirs) in &rows {
        let source = picture(Mode::parse(mode).unwrap(), *width, *height);
        let ours = match how.as_str() {
            Some(name) => {
                let (_, filter) = FILTERS.iter().find(|(known, _)| *known == name).unwrap();
                resize(&source, *wanted_width, *wanted_height, *filter).unwrap()
            }
            None => thumbnail(&source, how.as_u64().unwrap() as u32).unwrap(),
        };
        let size = (ours.width(), ours.height());
        if size != (*wanted_width, *wanted_height) || crc32(ours.data()) != *theirs {
            wrong.push(format!("{mode} {width}x{height} -> {wanted_width}x{wanted_height} {how}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn the_same_size_gives_the_same_picture() {
    let source = picture(Mode::Rgba, 9, 7);
    assert_eq!(resize(&source, 9, 7, Filter::Bicubic).unwrap(), source);
}

#[test]
fn no_size_is_refused() {
    assert!(resize(&picture(Mode::L, 9, 7), 0, 7, Filter::Box).is_err());
}
