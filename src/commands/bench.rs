//! `nasnet bench`: how fast a model is on this machine, and where the time goes.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::ExitStatus;
use crate::classifier::Classifier;
use crate::engine::NetworkOutput;
use crate::engine::cpu::Profile;
use crate::error::Error;
use crate::output;
use crate::output::text::{count, printable};
use crate::run::open;
use crate::settings::{Bench, Common};

/// Runs the command. A pass goes from pixels in memory to scores in memory.
///
/// # Errors
/// When weights or device are unavailable, or the device fails.
pub fn run(settings: &Bench, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let threads = open::threads(settings.threads)?;
    let Bench { model, device, precision, .. } = settings;
    let classifier = open::plain(model, *device, *precision, threads, common.console)?;
    let output =
        if classifier.config().classes.is_some() { NetworkOutput::Logits } else { NetworkOutput::Pooled };
    let elements = classifier.engine().input().elements();
    let pixels = pixels(settings.batch_size.min((DISTINCT / elements).max(1)) * elements)?;
    let images: Vec<&[f32]> = pixels.chunks(elements).cycle().take(settings.batch_size).collect();
    let pass = || classifier.engine().run(&images, output);
    for _ in 0..settings.warmup {
        pass()?;
    }
    start_profile(&classifier, settings.profile);
    let mut times = Vec::with_capacity(settings.iterations);
    for _ in 0..settings.iterations {
        let start = Instant::now();
        pass()?;
        times.push(start.elapsed());
    }
    let profile = settings.profile.then(|| take_profile(&classifier)).flatten();
    let report = BenchReport::new(&classifier, settings, threads, &times, profile.as_ref());
    if settings.json {
        output::pretty(&report, stdout)?;
    } else {
        report.print(stdout)?;
    }
    Ok(ExitStatus::Success)
}

/// Steps that the table shows one by one.
const SLOWEST: usize = 10;

/// Numbers of images that differ, a quarter of a gigabyte; a larger batch has the same ones several times.
const DISTINCT: usize = 64 << 20;

/// Numbers from -1 to 1 in no particular order: the time of a pass does not depend on them.
fn pixels(count: usize) -> Result<Vec<f32>, Error> {
    let mut pixels = Vec::new();
    let short = |_| Error::Memory(format!("no memory for images of {count} numbers"));
    pixels.try_reserve_exact(count).map_err(short)?;
    pixels.extend(
        (0..count)
            .map(|index| ((index as u32).wrapping_mul(0x9e37_79b9) >> 8) as f32 / (1 << 23) as f32 - 1.0),
    );
    Ok(pixels)
}

fn start_profile(classifier: &Classifier, wanted: bool) {
    if let Some(engine) = classifier.engine().as_cpu() {
        let mut engine = engine.lock().unwrap_or_else(PoisonError::into_inner);
        engine.with_profile(wanted);
    }
}

fn take_profile(classifier: &Classifier) -> Option<Profile> {
    let (height, width) = classifier.config().input_size;
    let mut engine = classifier.engine().as_cpu()?.lock().unwrap_or_else(PoisonError::into_inner);
    engine.take_profile(height, width)
}

#[derive(Debug, Serialize)]
struct BenchReport {
    model: String,
    device: String,
    dtype: String,
    instruction_set: Option<&'static str>,
    threads: usize,
    input: (usize, usize),
    batch_size: usize,
    iterations: usize,
    latency_ms: Latency,
    images_per_second: f64,
    gflops: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<Vec<StepReport>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_by_kind: Option<Vec<KindReport>>,
}

/// Of one pass over the whole batch.
#[derive(Debug, Serialize)]
struct Latency {
    min: f64,
    median: f64,
    max: f64,
}

#[derive(Debug, Serialize)]
struct StepReport {
    step: String,
    multiply_adds: u64,
    /// Of all threads together, for one image.
    microseconds: f64,
    /// Of one thread while it is at the step.
    gflops: f64,
    /// Of the time of all steps.
    share: f64,
}

/// The steps of one kind together.
#[derive(Debug, Serialize)]
struct KindReport {
    kind: &'static str,
    steps: usize,
    /// Of all threads together, for one image.
    microseconds: f64,
    /// Of one thread while it is at such a step.
    gflops: f64,
    /// Of the time of all steps.
    share: f64,
}

impl BenchReport {
    fn new(
        classifier: &Classifier,
        settings: &Bench,
        threads: usize,
        times: &[Duration],
        profile: Option<&Profile>,
    ) -> Self {
        let mut times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let middle = times.len() / 2;
        let median = if times.len().is_multiple_of(2) {
            (times[middle - 1] + times[middle]) / 2.0
        } else {
            times[middle]
        };
        let images_per_second = settings.batch_size as f64 * 1e3 / median;
        let multiply_adds = classifier.weights().graph.total_multiply_adds() as f64;
        BenchReport {
            model: classifier.name().to_owned(),
            device: classifier.device(),
            dtype: classifier.engine().precision().to_string(),
            instruction_set: classifier.engine().instruction_set(),
            threads,
            input: classifier.config().input_size,
            batch_size: settings.batch_size,
            iterations: times.len(),
            latency_ms: Latency { min: times[0], median, max: times[times.len() - 1] },
            images_per_second,
            gflops: 2e-9 * multiply_adds * images_per_second,
            profile: profile.map(steps),
            profile_by_kind: profile.map(kinds),
        }
    }

    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let isa = self.instruction_set.map_or(String::new(), |isa| format!(" ({isa})"));
        let (height, width) = self.input;
        let Latency { min, median, max } = self.latency_ms;
        writeln!(
            out,
            "model        {}, {height} x {width}, batch {}",
            printable(&self.model),
            self.batch_size
        )?;
        writeln!(
            out,
            "device       {}{isa}, {}, {}",
            self.device,
            self.dtype,
            count(self.threads as u64, "thread")
        )?;
        writeln!(
            out,
            "latency      {median:.3} ms (least {min:.3}, most {max:.3}, {} passes)",
            self.iterations
        )?;
        writeln!(out, "throughput   {:.1} images/s, {:.1} GFLOP/s", self.images_per_second, self.gflops)?;
        for kind in self.profile_by_kind.iter().flatten().enumerate() {
            let (place, KindReport { kind, steps, microseconds, gflops, share }) = kind;
            if place == 0 {
                writeln!(out, "\n{:>10}{:>8}{:>10}{:>7}  kind", "us", "share", "GFLOP/s", "steps")?;
            }
            writeln!(out, "{microseconds:>10.1}{:>6.1} %{gflops:>10.1}{steps:>7}  {kind}", share * 100.0)?;
        }
        if let Some(steps) = &self.profile {
            let mut slowest: Vec<&StepReport> = steps.iter().collect();
            slowest.sort_by(|a, b| b.microseconds.total_cmp(&a.microseconds));
            slowest.truncate(SLOWEST);
            let heading =
                format!("the {} slowest of {} steps (--format json has all)", slowest.len(), steps.len());
            writeln!(out, "\n{:>10}{:>8}{:>10}  {heading}", "us", "share", "GFLOP/s")?;
            for StepReport { microseconds, share, gflops, step, .. } in slowest {
                writeln!(out, "{microseconds:>10.1}{:>6.1} %{gflops:>10.1}  {step}", share * 100.0)?;
            }
        }
        Ok(())
    }
}

/// What the time of all threads together is set against.
struct Scale {
    images: f64,
    /// Seconds of all steps and of waiting.
    all: f64,
}

impl Scale {
    fn of(profile: &Profile) -> Self {
        let busy: f64 = profile.steps.iter().map(|step| step.busy.as_secs_f64()).sum();
        Scale { images: profile.images.max(1) as f64, all: busy + profile.waiting.as_secs_f64() }
    }

    /// Microseconds of an image, billions of operations a second, and the share of all time.
    fn figures(&self, busy: Duration, multiply_adds: u64) -> (f64, f64, f64) {
        let busy = busy.as_secs_f64();
        let gflops = 2e-9 * multiply_adds as f64 * self.images / busy.max(1e-12);
        (busy / self.images * 1e6, gflops, busy / self.all)
    }
}

/// What threads do that have no step.
const WAITING: &str = "waiting for other threads";

fn steps(profile: &Profile) -> Vec<StepReport> {
    let scale = Scale::of(profile);
    let report = |step: String, busy, multiply_adds| {
        let (microseconds, gflops, share) = scale.figures(busy, multiply_adds);
        StepReport { step, multiply_adds, microseconds, gflops, share }
    };
    let steps = profile.steps.iter().map(|step| report(step.line.clone(), step.busy, step.multiply_adds));
    steps.chain([report(WAITING.to_owned(), profile.waiting, 0)]).collect()
}

/// The kinds of steps, the slowest first.
fn kinds(profile: &Profile) -> Vec<KindReport> {
    let scale = Scale::of(profile);
    let mut sums: BTreeMap<&'static str, (usize, Duration, u64)> = BTreeMap::new();
    for step in &profile.steps {
        let (steps, busy, multiply_adds) = sums.entry(step.kind).or_default();
        *steps += 1;
        *busy += step.busy;
        *multiply_adds += step.multiply_adds;
    }
    sums.insert(WAITING, (0, profile.waiting, 0));
    let report = |(kind, (steps, busy, multiply_adds))| {
        let (microseconds, gflops, share) = scale.figures(busy, multiply_adds);
        KindReport { kind, steps, microseconds, gflops, share }
    };
    let mut kinds: Vec<KindReport> = sums.into_iter().map(report).collect();
    kinds.sort_by(|a, b| b.microseconds.total_cmp(&a.microseconds));
    kinds
}
