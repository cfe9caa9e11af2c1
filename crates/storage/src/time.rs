//! Times as text: UTC, `YYYY-MM-DD HH:MM:SS.SSS`, as the reference writes them and as its triggers do.

use crate::StorageError;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// The text of `time`, to the millisecond.
pub fn to_text(time: Timestamp) -> String {
    let utc = TimeZone::UTC.to_datetime(time);
    let (date, clock) = (utc.date(), utc.time());
    format!("{date} {:02}:{:02}:{:02}.{:03}", clock.hour(), clock.minute(), clock.second(), clock.millisecond())
}

/// The text of `time` to the microsecond with an offset, the form of `users.last_login_at`.
pub fn to_text_with_offset(time: Timestamp) -> String {
    let utc = TimeZone::UTC.to_datetime(time);
    let (date, clock) = (utc.date(), utc.time());
    let micros = clock.subsec_nanosecond() / 1_000;
    format!("{date}T{:02}:{:02}:{:02}.{micros:06}+00:00", clock.hour(), clock.minute(), clock.second())
}

/// Reads either form, with or without fraction and offset; without one it is UTC.
pub fn from_text(text: &str) -> Option<Timestamp> {
    match text.parse::<DateTime>() {
        // A date-time is also read from text with an offset, which must not be dropped.
        Ok(utc) if !has_offset(text) => TimeZone::UTC.to_timestamp(utc).ok(),
        _ => text.parse().ok(),
    }
}

fn has_offset(text: &str) -> bool {
    text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']))
}

/// A time as a column holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SqlTime(pub(crate) Timestamp);

impl FromSql for SqlTime {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        from_text(text).map(Self).ok_or_else(|| malformed("time", text))
    }
}

impl ToSql for SqlTime {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(to_text(self.0).into())
    }
}

/// A column holds a value that is none of `what`.
pub(crate) fn malformed(what: &'static str, value: &str) -> FromSqlError {
    FromSqlError::other(StorageError::Malformed { what, value: value.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_found_in_databases_is_read() {
        let expected = at("2026-11-20T21:30:46.868Z");
        assert_eq!(from_text("2026-11-20 21:30:46.868"), Some(expected));
        assert_eq!(from_text("2026-11-20T21:30:46.868+00:00"), Some(expected));
        assert_eq!(from_text("2026-11-20T23:30:46.868+02:00"), Some(expected));
        assert_eq!(from_text("2026-11-20T21:30:46.868Z"), Some(expected));
        assert_eq!(from_text("2026-11-20 21:30:46"), Some(at("2026-11-20T21:30:46Z")));
        assert_eq!(from_text("2026-11-20T21:30:46.868874+00:00"), Some(at("2026-11-20T21:30:46.868874Z")));
        assert_eq!(from_text("yesterday"), None);
        assert_eq!(from_text(""), None);
    }

    #[test]
    fn both_forms_are_written_as_the_reference_writes_them() {
        let time = at("2026-01-02T03:04:05.006007Z");
        assert_eq!(to_text(time), "2026-01-02 03:04:05.006");
        assert_eq!(to_text_with_offset(time), "2026-01-02T03:04:05.006007+00:00");
    }

    proptest! {
        #[test]
        fn a_time_survives_being_written_to_the_millisecond(millis in 0_i64..4_102_444_800_000) {
            let time = Timestamp::from_millisecond(millis).unwrap();
            prop_assert_eq!(from_text(&to_text(time)), Some(time));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = from_text(&text);
        }
    }
}
