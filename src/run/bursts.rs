//! Bursts are photos of one folder that were taken within seconds of each other, as camera traps take them. They get
//! one answer, from the mean of their probabilities. A burst is held until it is complete; of each photo only what
//! its record shows is kept.

use std::path::Path;

use super::pipeline::{Answered, Numbers};
use crate::answers::policy::Policy;

/// Photos that wait for the rest of their burst.
pub struct Bursts {
    /// The most seconds from one photo of a burst to the next.
    seconds: f64,
    waiting: Vec<Answered>,
    /// How many of them are photos; the others failed.
    photos: u64,
    /// The sum of the photos' probabilities.
    sum: Vec<f64>,
    /// When the last photo was taken.
    last: Option<Moment>,
}

/// Photos with one answer, in their order, and images between them that failed.
pub struct Burst {
    /// The photos, without their own scores.
    pub images: Vec<Answered>,
    /// How many of them did not fail.
    pub photos: u64,
    /// The mean of theirs.
    pub probabilities: Vec<f32>,
}

impl Bursts {
    /// Bursts whose photos follow each other within so many seconds.
    pub fn new(seconds: f64) -> Self {
        Bursts { seconds, waiting: Vec::new(), photos: 0, sum: Vec::new(), last: None }
    }

    /// Takes the next image; returns the burst that is complete now, if one is. A photo whose time is unknown is a
    /// burst of its own. An image that failed does not end a burst, since one photo of a series may be damaged.
    pub fn take(&mut self, mut image: Answered, policy: &Policy) -> Option<Burst> {
        let moment =
            image.result.as_ref().ok().and_then(|photo| Moment::parse(photo.notes.taken.as_deref()?));
        let goes_on = self.waiting.last().is_none_or(|before| folder(before) == folder(&image))
            && match (image.result.is_ok() && self.photos > 0, self.last, moment) {
                (false, ..) => true,
                (true, Some(last), Some(moment)) => moment.seconds_from(last) <= self.seconds,
                (true, ..) => false,
            };
        let complete = if goes_on { None } else { self.end() };
        if let Ok(Numbers { row, .. }) = &mut image.result {
            let probabilities = policy.probabilities(&std::mem::take(row));
            self.sum.resize(probabilities.len(), 0.0);
            self.sum.iter_mut().zip(&probabilities).for_each(|(sum, one)| *sum += f64::from(*one));
            self.photos += 1;
            self.last = moment;
        }
        self.waiting.push(image);
        complete
    }

    /// The burst that waits, which is complete if no image follows.
    pub fn end(&mut self) -> Option<Burst> {
        let images = std::mem::take(&mut self.waiting);
        let photos = std::mem::take(&mut self.photos);
        let sum = std::mem::take(&mut self.sum);
        self.last = None;
        let probabilities = sum.iter().map(|sum| (sum / photos as f64) as f32).collect();
        (!images.is_empty()).then_some(Burst { images, photos, probabilities })
    }
}

fn folder(image: &Answered) -> Option<&Path> {
    image.path.parent()
}

/// When a photo was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moment {
    /// Seconds on the camera's own clock.
    local: f64,
    /// Its offset from UTC in seconds, where the camera records it.
    ahead: Option<f64>,
}

impl Moment {
    /// Reads ISO 8601 as records have it, such as `2026-11-24T16:28:15+01:00`.
    fn parse(taken: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| taken.get(range)?.parse::<i64>().ok();
        let day = days(number(0..4)?, number(5..7)?, number(8..10)?);
        let local = 86_400 * day + 3600 * number(11..13)? + 60 * number(14..16)? + number(17..19)?;
        let ahead = match taken.get(19..)? {
            "" => None,
            "Z" => Some(0),
            offset => {
                let size = 3600 * number(20..22)? + 60 * number(23..25)?;
                Some(if offset.starts_with('-') { -size } else { size })
            }
        };
        Some(Moment { local: local as f64, ahead: ahead.map(|ahead| ahead as f64) })
    }

    fn seconds_from(self, other: Moment) -> f64 {
        let ahead = self.ahead.zip(other.ahead).map_or(0.0, |(own, others)| own - others);
        (self.local - other.local - ahead).abs()
    }
}

/// Days from 1 March of the year 0 in the Gregorian calendar: years begin in March here, so that the leap day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::predictions::Notes;
    use crate::error::{ImageError, ImageErrorKind};

    fn photo(path: &str, taken: Option<&str>, row: &[f32]) -> Answered {
        let notes = Notes { taken: taken.map(str::to_owned), ..Notes::default() };
        let numbers = Numbers { width: 3, height: 2, notes, row: row.to_vec(), thumbnail: None, scene: None };
        Answered { seq: 0, path: path.into(), stamp: None, result: Ok(numbers) }
    }

    fn failed(path: &str) -> Answered {
        let error = ImageError::new(ImageErrorKind::Decode, "torn".to_owned());
        Answered { seq: 0, path: path.into(), stamp: None, result: Err(error) }
    }

    /// The names of each burst.
    fn bursts(seconds: f64, images: Vec<Answered>) -> Vec<(u64, String)> {
        let (mut bursts, policy) = (Bursts::new(seconds), Policy::default());
        let mut found: Vec<Burst> =
            images.into_iter().filter_map(|image| bursts.take(image, &policy)).collect();
        found.extend(bursts.end());
        let names = |burst: &Burst| {
            let names: Vec<_> = burst.images.iter().map(|image| image.path.to_string_lossy()).collect();
            names.join(" ")
        };
        found.iter().map(|burst| (burst.photos, names(burst))).collect()
    }

    #[test]
    fn a_burst_is_a_chain_of_near_times_in_one_folder() {
        let at = |path: &str, time: &str| photo(path, Some(&format!("2026-12-31T{time}")), &[0.0, 1.0]);
        let images = vec![
            at("a/1", "23:59:50"),
            at("a/2", "23:59:52"),
            photo("a/3", Some("2026-12-31T23:59:54+01:00"), &[0.0, 1.0]),
            failed("a/4"),
            photo("a/5", Some("2027-01-01T00:59:56+02:00"), &[0.0, 1.0]),
            photo("a/6", Some("2027-01-01T00:00:00+02:00"), &[0.0, 1.0]),
            photo("a/7", None, &[0.0, 1.0]),
            photo("a/8", None, &[0.0, 1.0]),
            at("a/9", "10:00:00"),
            at("b/1", "10:00:00"),
            failed("c/1"),
            failed("c/2"),
        ];
        let want = [(4, "a/1 a/2 a/3 a/4 a/5"), (1, "a/6"), (1, "a/7"), (1, "a/8"), (1, "a/9"), (1, "b/1")];
        let mut want: Vec<(u64, String)> = want.iter().map(|(n, names)| (*n, (*names).to_owned())).collect();
        want.push((0, "c/1 c/2".to_owned()));
        assert_eq!(bursts(2.0, images), want);
        let around_midnight = vec![at("1", "23:59:59"), photo("2", Some("2027-01-01T00:00:01"), &[1.0])];
        assert_eq!(bursts(2.0, around_midnight), [(2, "1 2".to_owned())]);
    }

    #[test]
    fn the_answer_is_the_mean_of_the_probabilities() {
        let (mut bursts, policy) = (Bursts::new(1.0), Policy::default());
        let time = Some("2024-02-29T12:00:00Z");
        assert!(bursts.take(photo("1", time, &[0.0, 3f32.ln()]), &policy).is_none());
        assert!(bursts.take(photo("2", time, &[0.0, 0.0]), &policy).is_none());
        let burst = bursts.end().unwrap();
        let mean = &burst.probabilities;
        assert!((mean[0] - 0.375).abs() < 1e-7 && (mean[1] - 0.625).abs() < 1e-7, "{mean:?}");
        assert!(bursts.end().is_none());
        // A burst of one photo gets the photo's own answer, to the bit.
        let row = [0.3, -1.7, 0.9];
        let _ = bursts.take(photo("3", None, &row), &policy);
        assert_eq!(bursts.end().unwrap().probabilities, policy.probabilities(&row));
    }

    #[test]
    fn times_are_counted_over_months_and_leap_years() {
        let between =
            |one: &str, other: &str| Moment::parse(one).unwrap().seconds_from(Moment::parse(other).unwrap());
        assert_eq!(between("2024-02-28T23:59:59", "2024-03-01T00:00:00"), 86_401.0);
        assert_eq!(between("2023-02-28T23:59:59", "2023-03-01T00:00:00"), 1.0);
        assert_eq!(between("2025-12-31T00:00:00", "2026-01-01T00:00:00"), 86_400.0);
        assert_eq!(between("2000-01-01T00:00:00", "2100-01-01T00:00:00"), 36_525.0 * 86_400.0);
        assert_eq!(between("2026-07-01T10:00:00-03:30", "2026-07-01T13:30:00Z"), 0.0);
        assert_eq!(Moment::parse("yesterday"), None);
    }
}
