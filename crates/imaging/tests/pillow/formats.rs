//! PNG, JPEG and WebP against files Pillow wrote.

use crate::compare::{ONE_STEP, distance, expected, fixture, picture};
use invoke_imaging::{ImagingError, Limits, Mode, Pixels, jpeg, png, webp};
use proptest::prelude::*;

#[test]
fn kinds_of_png_we_never_write_are_read_as_pillow_reads_them() {
    for kind in ["palette", "one_bit", "grey_alpha", "palette_transparent"] {
        let (ours, _) = png::decode_bounded(&fixture(&format!("decode_{kind}.png")), Limits::default()).unwrap();
        assert_eq!(distance(&ours, &expected(&format!("decode_{kind}_expected"))), (0.0, 0), "{kind}");
    }
}

#[test]
fn text_chunks_of_all_three_kinds_are_read() {
    let bytes = fixture("text_chunks.png");
    let mut text = png::read_text(&bytes, Limits::default()).unwrap();
    text.sort();
    let expected = [
        ("invokeai_graph", r#"{"nodes": {}}"#),
        ("invokeai_metadata", r#"{"positive_prompt": "café"}"#),
        ("invokeai_workflow", r#"{"name": "狐"}"#),
    ];
    assert_eq!(text, expected.map(|(keyword, value)| (keyword.to_owned(), value.to_owned())));
    let mut while_decoding = png::decode_bounded(&bytes, Limits::default()).unwrap().1;
    while_decoding.sort();
    assert_eq!(while_decoding, text);
}

#[test]
fn latin_text_and_other_text_go_to_the_chunks_pillow_uses() {
    let bytes = png::encode(&picture(Mode::L, 3, 3), 1, &[("a", "café"), ("b", "狐")]).unwrap();
    let kinds = chunk_kinds(&bytes);
    assert_eq!(kinds, ["IHDR", "tEXt", "iTXt", "IDAT", "IEND"]);
}

#[test]
fn a_decompression_bomb_is_refused_from_its_header() {
    let error = png::decode_bounded(&fixture("bomb.png"), Limits::default()).unwrap_err();
    assert!(matches!(error, ImagingError::TooManyPixels { width: 60_000, height: 60_000, .. }), "{error}");
}

#[test]
fn a_bomb_in_the_text_is_refused() {
    let limits = Limits { max_text_bytes: 4, ..Limits::default() };
    let error = png::read_text(&fixture("text_chunks.png"), limits).unwrap_err();
    assert!(matches!(error, ImagingError::DecodePng(_)), "{error}");
}

#[test]
fn a_file_longer_than_allowed_is_refused_unread() {
    let limits = Limits { max_bytes: 10, ..Limits::default() };
    assert!(matches!(png::decode_bounded(&[0; 11], limits), Err(ImagingError::TooManyBytes { got: 11, limit: 10 })));
}

#[test]
fn a_png_cut_anywhere_is_an_error_and_no_panic() {
    let bytes = fixture("text_chunks.png");
    for length in 0..bytes.len() - 12 {
        assert!(png::decode_bounded(&bytes[..length], Limits::default()).is_err(), "{length} bytes");
    }
}

#[test]
fn every_compression_level_keeps_the_pixels() {
    for mode in [Mode::L, Mode::Rgb, Mode::Rgba] {
        let pixels = picture(mode, 61, 40);
        for level in 0..=9 {
            let bytes = png::encode(&pixels, level, &[]).unwrap();
            assert_eq!(png::decode_bounded(&bytes, Limits::default()).unwrap().0, pixels, "{mode} level {level}");
        }
    }
}

#[test]
fn webp_is_as_close_to_the_picture_as_pillows() {
    for mode in [Mode::Rgb, Mode::Rgba] {
        let bytes = webp::encode(&picture(mode, 80, 60), webp::DEFAULT_QUALITY).unwrap();
        let decoded = ::webp::Decoder::new(&bytes).decode().unwrap();
        let ours = Pixels::new(mode, decoded.width(), decoded.height(), decoded.to_vec()).unwrap();
        let (mean, _) = distance(&ours, &expected(&format!("lossy_{mode}_webp_expected")));
        assert!(mean <= ONE_STEP, "{mode}: mean {mean}");
        let theirs = fixture(&format!("lossy_{mode}.webp")).len();
        assert!(bytes.len().abs_diff(theirs) * 20 <= theirs, "{mode}: {} bytes, Pillow's {theirs}", bytes.len());
    }
}

#[test]
fn grey_becomes_a_webp_too() {
    let bytes = webp::encode(&picture(Mode::L, 80, 60), webp::DEFAULT_QUALITY).unwrap();
    assert_eq!(&bytes[8..12], b"WEBP");
}

#[test]
fn jpeg_has_pillows_tables_and_sampling() {
    for (mode, name) in [(Mode::Rgb, "lossy_RGB.jpg"), (Mode::L, "lossy_L.jpg")] {
        let ours = jpeg::encode(&picture(mode, 80, 60), jpeg::DEFAULT_QUALITY).unwrap();
        let theirs = fixture(name);
        // A grey picture may carry the table of the colours it lacks.
        assert!(quantisation(&ours).starts_with(&quantisation(&theirs)), "{name}: quantisation tables");
        assert_eq!(frame(&ours), frame(&theirs), "{name}: size and sampling");
        let (ours, theirs) = (entropy_coded(&ours), entropy_coded(&theirs));
        assert!(ours.abs_diff(theirs) * 50 <= theirs, "{name}: {ours} bytes, Pillow's {theirs}");
    }
}

#[test]
fn a_side_too_long_for_the_format_is_named() {
    let wide = Pixels::new(Mode::L, 70_000, 1, vec![0; 70_000]).unwrap();
    let error = jpeg::encode(&wide, 75).unwrap_err();
    assert_eq!(error.to_string(), "JPEG pictures have at most 65535 pixels a side, got 70000 x 1");
    assert!(matches!(webp::encode(&wide, 80.0), Err(ImagingError::SideTooLong { limit: 16_383, .. })));
}

proptest! {
    #[test]
    fn any_picture_and_any_text_survive_a_png(
        mode in prop_oneof![Just(Mode::L), Just(Mode::Rgb), Just(Mode::Rgba)],
        (width, height) in (1_u32..20, 1_u32..20),
        seed in any::<u64>(),
        text in "[^\0]{0,40}",
    ) {
        let length = width as usize * height as usize * mode.channels();
        let data = (0..length as u64).map(|i| (seed.wrapping_mul(i + 1) >> 37) as u8).collect();
        let pixels = Pixels::new(mode, width, height, data).unwrap();
        let bytes = png::encode(&pixels, 1, &[("invokeai_metadata", &text)]).unwrap();
        let (decoded, chunks) = png::decode_bounded(&bytes, Limits::default()).unwrap();
        prop_assert_eq!(decoded, pixels);
        prop_assert_eq!(chunks, vec![("invokeai_metadata".to_owned(), text)]);
    }

    #[test]
    fn noise_is_an_error_and_no_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let start = b"\x89PNG\r\n\x1a\n";
        let length = bytes.len().min(start.len());
        bytes[..length].copy_from_slice(&start[..length]);
        prop_assert!(png::decode_bounded(&bytes, Limits::default()).is_err());
    }
}

fn chunk_kinds(bytes: &[u8]) -> Vec<String> {
    let mut kinds = Vec::new();
    let mut rest = &bytes[8..];
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        kinds.push(String::from_utf8(rest[4..8].to_vec()).unwrap());
        rest = &rest[12 + length..];
    }
    kinds
}

/// Bytes of a JPEG after its headers.
fn entropy_coded(bytes: &[u8]) -> usize {
    bytes.len() - segments(bytes).iter().map(|(_, body)| body.len() + 4).sum::<usize>()
}

/// Marker and body of each JPEG segment before the entropy-coded data.
fn segments(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut segments = Vec::new();
    let mut at = 2;
    while bytes[at + 1] != 0xDA {
        let length = usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        segments.push((bytes[at + 1], bytes[at + 4..at + 2 + length].to_vec()));
        at += 2 + length;
    }
    segments
}

fn quantisation(bytes: &[u8]) -> Vec<u8> {
    segments(bytes).into_iter().filter(|(marker, _)| *marker == 0xDB).flat_map(|(_, body)| body).collect()
}

/// The baseline frame header: precision, size, and per component sampling and table. Ids are arbitrary and left out.
fn frame(bytes: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (_, body) = segments(bytes).into_iter().find(|(marker, _)| *marker == 0xC0).unwrap();
    (body[..6].to_vec(), body[6..].chunks(3).map(|component| component[1..].to_vec()).collect())
}
