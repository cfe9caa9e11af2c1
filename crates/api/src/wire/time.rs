//! The three ways the reference writes a time.

use invoke_storage::{to_text, to_text_with_offset};
use jiff::Timestamp;

/// As in the rows of boards, images and queue: `2026-11-20 21:19:58.844`.
pub(crate) fn row(time: Timestamp) -> String {
    to_text(time)
}

/// As in accounts: `2026-11-20T21:18:48.264000`, without fraction when it is zero.
pub(crate) fn iso(time: Timestamp) -> String {
    let text = to_text_with_offset(time);
    let text = text.trim_end_matches("+00:00");
    text.strip_suffix(".000000").unwrap_or(text).to_owned()
}

/// The same with its zone: `2026-11-20T21:18:48.755308Z`.
pub(crate) fn iso_utc(time: Timestamp) -> String {
    iso(time) + "Z"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_look_as_recorded() {
        let time: Timestamp = "2026-11-20T21:18:48.755308Z".parse().unwrap();
        assert_eq!(row(time), "2026-11-20 21:18:48.755");
        assert_eq!(iso(time), "2026-11-20T21:18:48.755308");
        assert_eq!(iso_utc(time), "2026-11-20T21:18:48.755308Z");
        assert_eq!(iso("2026-11-20T21:18:48Z".parse().unwrap()), "2026-11-20T21:18:48");
    }
}
