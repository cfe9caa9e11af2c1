//! When backups are made by themselves.

use crate::LibraryError;
use cronexpr::{Crontab, FallbackTimezoneOption, ParseOptions};
use jiff::Timestamp;

/// A cron line, such as `0 2 * * *` for two o'clock each night, local time, and when it was last looked at.
#[derive(Debug)]
pub struct Schedule {
    crontab: Crontab,
    looked: Timestamp,
}

impl Schedule {
    /// Reads a cron line of five fields, with a time zone's name as a sixth where it is not the machine's. Counts from
    /// `now` on.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(line: &str, now: Timestamp) -> Result<Self, LibraryError> {
        let mut options = ParseOptions::default();
        options.fallback_timezone_option = FallbackTimezoneOption::System;
        match cronexpr::parse_crontab_with(line, options) {
            Ok(crontab) => Ok(Self { crontab, looked: now }),
            Err(error) => Err(LibraryError::Schedule { line: line.to_owned(), reason: error.to_string() }),
        }
    }

    /// Whether a backup has become due since this was last asked; several at once count as one, as after a sleep of the
    /// machine.
    pub fn is_due(&mut self, now: Timestamp) -> bool {
        let next = self.crontab.find_next(self.looked).map(|time| time.timestamp());
        let due = next.is_ok_and(|next| next <= now);
        // A clock that is set back does not make what was done due again before its time comes.
        if due || now < self.looked {
            self.looked = now;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn it_is_due_once_each_time_the_line_says() {
        let mut nightly = Schedule::parse("0 2 * * * UTC", at("2026-03-01T12:00:00Z")).unwrap();
        assert!(!nightly.is_due(at("2026-03-02T01:59:59Z")));
        assert!(nightly.is_due(at("2026-03-02T02:00:00Z")));
        assert!(!nightly.is_due(at("2026-03-02T02:00:01Z")));
        assert!(!nightly.is_due(at("2026-03-03T01:00:00Z")));
        assert!(nightly.is_due(at("2026-03-06T09:00:00Z")), "four nights asleep are one backup");
        assert!(!nightly.is_due(at("2026-03-06T09:00:20Z")));
    }

    #[test]
    fn a_year_of_looking_every_twenty_seconds_finds_every_sunday() {
        let mut weekly = Schedule::parse("30 3 * * SUN UTC", at("2026-01-01T00:00:00Z")).unwrap();
        let (mut now, mut count) = (at("2026-01-01T00:00:00Z"), 0);
        while now < at("2026-03-01T00:00:00Z") {
            count += i32::from(weekly.is_due(now));
            now = now.checked_add(20.seconds()).unwrap();
        }
        assert_eq!(count, 8, "January and February 2026 have eight Sundays before March");
    }

    #[test]
    fn what_is_no_cron_line_is_refused_with_the_line() {
        for line in ["", "every night", "61 2 * * *", "0 2 * *"] {
            let refused = Schedule::parse(line, at("2026-03-01T12:00:00Z")).unwrap_err();
            assert!(refused.to_string().contains(line), "{refused}");
        }
    }
}
