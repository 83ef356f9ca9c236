//! Decides when a failed request is repeated and when to give up.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};
use crate::store::environment::Limits;
use crate::store::progress::Progress;

/// Waits double up to this one.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A request that failed.
#[derive(Debug)]
pub struct Failure {
    /// What happened.
    pub error: Error,
    /// Whether another attempt may help.
    pub kind: FailureKind,
    /// The wait that the server asks for.
    pub wait: Option<Duration>,
}

/// Whether another attempt may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It may: the server is busy, or the connection broke.
    Transient,
    /// It may only if the network worked a moment ago: the host's name does not resolve, or no route leads to it.
    NoNetwork,
    /// It will not.
    Permanent,
}

impl Failure {
    /// A failure that another attempt will not change.
    pub fn permanent(error: Error) -> Self {
        Failure { error, kind: FailureKind::Permanent, wait: None }
    }

    /// A failure that may be over soon.
    pub fn transient(error: Error) -> Self {
        Failure { error, kind: FailureKind::Transient, wait: None }
    }

    /// No network.
    pub fn no_network(error: Error) -> Self {
        Failure { error, kind: FailureKind::NoNetwork, wait: None }
    }
}

/// The attempts and the time left for one file.
#[derive(Debug)]
pub struct RetryBudget {
    limits: Limits,
    /// Failed attempts since the last progress.
    attempts: u32,
    /// Time that failed attempts and the waits after them took.
    failing: Duration,
    /// Whether the network worked at all.
    progressed: bool,
}

impl RetryBudget {
    /// A full budget.
    pub fn new(limits: Limits) -> Self {
        RetryBudget { limits, attempts: 0, failing: Duration::ZERO, progressed: false }
    }

    /// New bytes came: attempts are counted from zero again. The time that failures took still counts.
    pub fn progressed(&mut self) {
        self.attempts = 0;
        self.progressed = true;
    }

    /// How long to wait before the next attempt, after one that took `spent`.
    ///
    /// # Errors
    /// The failure's own error, with the number of attempts, when there is no next attempt.
    fn next(&mut self, failure: Failure, spent: Duration) -> Result<Duration> {
        match failure.kind {
            FailureKind::Permanent => return Err(failure.error),
            FailureKind::NoNetwork if !self.progressed => return Err(failure.error),
            FailureKind::NoNetwork | FailureKind::Transient => {}
        }
        self.attempts += 1;
        self.failing = self.failing.saturating_add(spent);
        let doubled = self.limits.first_wait.saturating_mul(1 << (self.attempts - 1).min(16));
        let wait = failure.wait.unwrap_or_default().max(jittered(doubled.min(LONGEST_WAIT)));
        if self.attempts >= self.limits.attempts {
            return Err(counted(failure.error, &format!("after {} attempts", self.attempts)));
        }
        if self.failing.saturating_add(wait) > self.limits.failures {
            let limit = self.limits.failures.as_secs_f32();
            let times = if self.attempts == 1 { "1 attempt" } else { &format!("{} attempts", self.attempts) };
            let given_up = match failure.wait {
                Some(asked) if asked == wait => {
                    let asked = asked.as_secs();
                    format!(
                        "after {times}; it asks for a wait of {asked} s, which is over the limit of {limit} s"
                    )
                }
                _ => format!("after {times} and {limit} s of failures"),
            };
            return Err(counted(failure.error, &given_up));
        }
        self.failing += wait;
        Ok(wait)
    }

    /// Notes the failure and waits for the next attempt.
    ///
    /// # Errors
    /// As [`RetryBudget::next`].
    pub fn wait(&mut self, failure: Failure, spent: Duration, progress: &dyn Progress) -> Result<()> {
        let reason = failure.error.to_string();
        let wait = self.next(failure, spent)?;
        progress.note(&format!("{reason}; trying again in {:.1} s", wait.as_secs_f32()));
        thread::sleep(wait);
        Ok(())
    }
}

/// Adds up to a quarter at random, so that machines that failed together do not all retry together.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FetchReason;

    fn failure(wait: Option<u64>) -> Failure {
        let error = Error::fetch(FetchReason::Server, "503", "");
        Failure { wait: wait.map(Duration::from_secs), ..Failure::transient(error) }
    }

    #[test]
    fn five_attempts_wait_longer_each_time() {
        let mut budget = RetryBudget::new(Limits::default());
        for seconds in [1.0, 2.0, 4.0, 8.0] {
            let wait = budget.next(failure(None), Duration::ZERO).unwrap().as_secs_f64();
            assert!((seconds..=seconds * 1.25).contains(&wait), "{wait}");
        }
        let error = budget.next(failure(None), Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "503 (after 5 attempts)");
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_within_the_limit() {
        let mut budget = RetryBudget::new(Limits::default());
        assert_eq!(budget.next(failure(Some(7)), Duration::ZERO).unwrap(), Duration::from_secs(7));
        let error = budget.next(failure(Some(3600)), Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("a wait of 3600 s") && error.contains("limit of 90 s"), "{error}");
    }

    #[test]
    fn a_wait_without_end_is_not_waited_for() {
        let mut budget = RetryBudget::new(Limits::default());
        assert!(budget.next(failure(Some(u64::MAX)), Duration::ZERO).is_err());
    }

    #[test]
    fn failures_that_take_too_long_in_all_end_it_however_much_came_between() {
        let mut budget = RetryBudget::new(Limits::default());
        let mut failures = 0;
        while budget.next(failure(None), Duration::from_secs(10)).is_ok() {
            failures += 1;
            budget.progressed();
        }
        assert!((7..=8).contains(&failures), "{failures}");
    }

    #[test]
    fn a_network_that_is_not_there_is_tried_once_and_one_that_was_there_again() {
        let gone = || Failure::no_network(Error::fetch(FetchReason::Network, "no such host", ""));
        let mut budget = RetryBudget::new(Limits::default());
        let error = budget.next(gone(), Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "no such host");
        budget.progressed();
        assert!(budget.next(gone(), Duration::ZERO).is_ok());
    }
}
