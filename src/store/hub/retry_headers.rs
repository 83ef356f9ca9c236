//! How long a busy server asks to wait: the headers `Retry-After` and `RateLimit`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::HeaderMap;

/// The longest wait that the headers of an answer ask for.
pub fn wait_asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let after = text("retry-after").and_then(|value| retry_after(value, now));
    let limits = headers.get_all("ratelimit").iter().filter_map(|value| rate_limit(value.to_str().ok()?));
    after.into_iter().chain(limits).max()
}

/// The wait in a RateLimit header as the Hub sends it: `"api";r=0;t=55` means that nothing remains for 55 seconds. It
/// may list several limits; those that leave requests ask for no wait.
fn rate_limit(value: &str) -> Option<Duration> {
    let seconds = |limit: &str| -> Option<u64> {
        let parameter = |name: &str| {
            let mut parameters = limit.split(';').filter_map(|part| part.split_once('='));
            parameters.find(|(key, _)| key.trim() == name)?.1.trim().parse::<u64>().ok()
        };
        parameter("t").filter(|_| parameter("r").is_none_or(|remaining| remaining == 0))
    };
    value.split(',').filter_map(seconds).max().map(Duration::from_secs)
}

/// The wait in a Retry-After header: seconds, or a date as HTTP writes it (`Sun, 06 Nov 1994 08:49:37 GMT`).
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
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
        assert_eq!(retry_after("99999999999999999999", now), None);
        assert_eq!(retry_after("Sun, 99 Nov 1994 99999999999999999:49:37 GMT", now), None);
    }

    #[test]
    fn a_rate_limit_asks_for_a_wait_when_nothing_remains() {
        for (value, seconds) in [
            ("\"api\";r=0;t=55", Some(55)),
            ("r=0;t=55", Some(55)),
            ("\"resolvers\" ; r = 0 ; t = 7", Some(7)),
            ("\"api\";r=3;t=55", None),
            ("\"api\";r=3;t=55, \"pages\";r=0;t=9", Some(9)),
            ("t=5", Some(5)),
            ("\"api\";r=0", None),
            ("", None),
        ] {
            assert_eq!(rate_limit(value), seconds.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn the_longest_wait_counts() {
        let wait = |headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            wait_asked_for(&map, UNIX_EPOCH).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(&[("retry-after", "2"), ("ratelimit", "\"api\";r=0;t=55")]), Some(55));
        assert_eq!(wait(&[("retry-after", "60"), ("ratelimit", "\"api\";r=0;t=55")]), Some(60));
        assert_eq!(wait(&[("ratelimit", "\"a\";r=9;t=55"), ("ratelimit", "\"b\";r=0;t=3")]), Some(3));
        assert_eq!(wait(&[]), None);
    }
}
