//! When a failed request is made again, and when it is given up.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};
use crate::store::environment::Limits;
use crate::store::progress::Progress;

/// Waits grow up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A request that failed.
#[derive(Debug)]
pub struct Failure {
    /// Whether it may go better next time.
    pub passing: bool,
    /// The wait that the server asks for.
    pub after: Option<Duration>,
    /// What happened.
    pub error: Error,
}

impl Failure {
    /// A failure that will not go away.
    pub fn lasting(error: Error) -> Self {
        Failure { passing: false, after: None, error }
    }

    /// A failure that may go away.
    pub fn passing(error: Error) -> Self {
        Failure { passing: true, after: None, error }
    }
}

/// What is left of the patience with one file.
#[derive(Debug)]
pub struct Patience {
    limits: Limits,
    attempts: u32,
    failing: Duration,
}

impl Patience {
    /// All of it.
    pub fn new(limits: Limits) -> Self {
        Patience { limits, attempts: 0, failing: Duration::ZERO }
    }

    /// Something new came: attempts count from the start again. The time that failures took still counts.
    pub fn progressed(&mut self) {
        self.attempts = 0;
    }

    /// How long to wait before the next attempt.
    ///
    /// # Errors
    /// The failure's own, with the count of attempts, when there is to be none.
    fn next(&mut self, failure: Failure, spent: Duration) -> Result<Duration> {
        if !failure.passing {
            return Err(failure.error);
        }
        self.attempts += 1;
        self.failing = self.failing.saturating_add(spent);
        let doubled = self.limits.first_wait.saturating_mul(1 << (self.attempts - 1).min(16));
        let wait = failure.after.unwrap_or_default().max(jittered(doubled.min(LONGEST_WAIT)));
        if self.attempts >= self.limits.attempts {
            return Err(counted(failure.error, &format!("after {} attempts", self.attempts)));
        }
        if self.failing.saturating_add(wait) > self.limits.failures {
            let limit = self.limits.failures.as_secs_f32();
            let times = if self.attempts == 1 { "1 attempt" } else { &format!("{} attempts", self.attempts) };
            let given_up = match failure.after {
                Some(after) if after == wait => {
                    format!(
                        "after {times}; it asks for a wait of {} s, which is over the limit of {limit} s",
                        after.as_secs()
                    )
                }
                _ => format!("after {times} and {limit} s of failures"),
            };
            return Err(counted(failure.error, &given_up));
        }
        self.failing += wait;
        Ok(wait)
    }

    /// Waits for the next attempt, and says why.
    ///
    /// # Errors
    /// When there is to be none.
    pub fn wait(&mut self, failure: Failure, spent: Duration, progress: &dyn Progress) -> Result<()> {
        let reason = failure.error.to_string();
        let wait = self.next(failure, spent)?;
        progress.note(&format!("{reason}; trying again in {:.1} s", wait.as_secs_f32()));
        thread::sleep(wait);
        Ok(())
    }
}

/// Up to a quarter more, so that many machines that failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    wait + wait.mul_f64(f64::from(nanos % 1000) / 4000.0)
}

fn counted(error: Error, given_up: &str) -> Error {
    match error {
        Error::Fetch { reason, what, hint } => {
            Error::Fetch { reason, what: format!("{what} ({given_up})"), hint }
        }
        other => other,
    }
}

/// The wait in a Retry-After header: seconds, or a date as HTTP writes it (`Sun, 06 Nov 1994 08:49:37 GMT`).
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = words[..] else { return None };
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|name| *name == month)? as u64;
    let [day, year]: [u64; 2] = [day.parse().ok()?, year.parse().ok()?];
    let clock: Vec<u64> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = clock[..] else { return None };
    let in_a_day = hours < 24 && minutes < 60 && seconds < 61;
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) || !in_a_day {
        return None;
    }
    // Days before a year and before a month of the Gregorian calendar.
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days_of_years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let days_of_months: u64 = (0..month)
        .map(|month| match month {
            1 => 28 + u64::from(leap(year)),
            3 | 5 | 8 | 10 => 30,
            _ => 31,
        })
        .sum();
    let days = days_of_years + days_of_months + day - 1;
    let then = UNIX_EPOCH + Duration::from_secs(days * 86_400 + hours * 3600 + minutes * 60 + seconds);
    Some(then.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FetchReason;

    fn failure(after: Option<u64>) -> Failure {
        let error = Error::fetch(FetchReason::Server, "503", "");
        Failure { passing: true, after: after.map(Duration::from_secs), error }
    }

    #[test]
    fn five_attempts_wait_longer_each_time() {
        let mut patience = Patience::new(Limits::default());
        for seconds in [1.0, 2.0, 4.0, 8.0] {
            let wait = patience.next(failure(None), Duration::ZERO).unwrap().as_secs_f64();
            assert!((seconds..=seconds * 1.25).contains(&wait), "{wait}");
        }
        let error = patience.next(failure(None), Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "503 (after 5 attempts)");
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_within_the_limit() {
        let mut patience = Patience::new(Limits::default());
        assert_eq!(patience.next(failure(Some(7)), Duration::ZERO).unwrap(), Duration::from_secs(7));
        let error = patience.next(failure(Some(3600)), Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("a wait of 3600 s") && error.contains("limit of 90 s"), "{error}");
    }

    #[test]
    fn a_wait_without_end_is_not_waited_for() {
        let mut patience = Patience::new(Limits::default());
        assert!(patience.next(failure(Some(u64::MAX)), Duration::ZERO).is_err());
        let now = UNIX_EPOCH;
        assert_eq!(retry_after("99999999999999999999", now), None);
        assert_eq!(retry_after("Sun, 99 Nov 1994 99999999999999999:49:37 GMT", now), None);
    }

    #[test]
    fn failures_that_take_too_long_in_all_end_it_however_much_came_between() {
        let mut patience = Patience::new(Limits::default());
        let mut failures = 0;
        while patience.next(failure(None), Duration::from_secs(10)).is_ok() {
            failures += 1;
            patience.progressed();
        }
        assert!((7..=8).contains(&failures), "{failures}");
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777); // 06 Nov 1994 08:49:37
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:50:07 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(Duration::ZERO));
        for bad in ["", "soon", "-1", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1 08:49 GMT"] {
            assert_eq!(retry_after(bad, now), None, "{bad}");
        }
    }
}
