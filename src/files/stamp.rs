//! What tells one state of a file from the next: its size and the time of its last change.

use std::fs::Metadata;
use std::time::UNIX_EPOCH;

/// A state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// How many bytes it has.
    pub bytes: u64,
    /// When it was last changed: nanoseconds since 1970.
    nanoseconds: i128,
}

impl Stamp {
    /// The state that a file is in.
    pub fn of(metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?;
        let nanoseconds = match modified.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        };
        Some(Stamp { bytes: metadata.len(), nanoseconds })
    }

    /// The same time for a part of so many bytes of the file.
    pub fn with_bytes(self, bytes: u64) -> Self {
        Stamp { bytes, ..self }
    }

    /// The time of the last change as ISO 8601, in UTC, to the nanosecond.
    pub fn modified(self) -> String {
        let (seconds, rest) =
            (self.nanoseconds.div_euclid(1_000_000_000), self.nanoseconds.rem_euclid(1_000_000_000));
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days as i64);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rest:09}Z")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the leap day is a year's last; an era is 400 years.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + 400 * era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        let text = |seconds: i128| Stamp { bytes: 0, nanoseconds: seconds * 1_000_000_000 + 7 }.modified();
        assert_eq!(text(0), "1970-01-01T00:00:00.000000007Z");
        assert_eq!(text(951_782_399), "2000-02-28T23:59:59.000000007Z");
        assert_eq!(text(951_782_400), "2000-02-29T00:00:00.000000007Z");
        assert_eq!(text(1_764_001_695), "2025-11-24T16:28:15.000000007Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.000000007Z");
    }
}
