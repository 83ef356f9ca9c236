//! `nasnet doctor`: whether this installation answers as the reference does, and what it runs on.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;

use super::ExitStatus;
use crate::classifier::{Classifier, ClassifierOptions};
use crate::doctor::{self, Check};
use crate::engine::device::{self, DeviceChoice};
use crate::error::Error;
use crate::kernels::Kernels;
use crate::output;
use crate::output::text::{printable, wrapped};
use crate::run::open;
use crate::settings::{Common, Doctor, ModelSettings};
use crate::weights::{LoadedModel, Overrides};

/// Runs the command.
///
/// # Errors
/// When a requested model or device is unavailable.
pub fn run(settings: &Doctor, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let threads = open::threads(settings.threads)?;
    let (_, device) = device::open(settings.device)?;
    let mut models = Vec::new();
    for (name, model) in &settings.models {
        let located = model.source.locate();
        let present = !matches!(located, Err(Error::Missing { .. }));
        let checks = match located {
            Err(Error::Missing { .. }) if !settings.asked_for => Ok(Vec::new()),
            Err(error) => Err(error.into()),
            Ok(_) => examine(model, settings, threads, common),
        };
        let checks = match checks {
            Err(error) if !settings.asked_for => vec![doctor::unusable(format!("{error:#}"))],
            checks => checks?,
        };
        models.push(Examined { name: name.clone(), present, checks });
    }
    let report = DoctorReport::new(settings, device, threads, models);
    if settings.json {
        output::pretty(&report, stdout)?
    } else {
        report.print(stdout)?
    }
    Ok(if report.ok { ExitStatus::Success } else { ExitStatus::SomeFailed })
}

/// All that can be checked of a model.
fn examine(model: &ModelSettings, settings: &Doctor, threads: usize, common: Common) -> Result<Vec<Check>> {
    let loaded = open::weights(model, common.console)?;
    let as_recorded = ModelSettings { overrides: recorded(&model.overrides), ..model.clone() };
    let quiet = crate::output::console::Console { quiet: true, ..common.console };
    let own = open::weights(&as_recorded, quiet)?;
    let mut checks = vec![doctor::check_weights(&loaded), doctor::check_dialect(loaded.dialect, own.dialect)];

    // What is known of a model is known for its own size and preprocessing; its fingerprint is recorded, so that
    // changed tensors are held against the answer of those that they were.
    let same_size = loaded.config == own.config;
    let reference = doctor::reference(own.fingerprint()).filter(|_| same_size);
    let (device, _) = device::open(settings.device)?;
    let (precision, threads) = (settings.precision, NonZeroUsize::new(threads));
    let options = ClassifierOptions { preprocessing: None, device, threads, precision, keep_top: false };
    let classifier = Classifier::new(loaded.clone(), options)?;
    let got = doctor::answer(&classifier)?;
    checks.push(match reference {
        Some(want) => doctor::check_answer("answer", &got, want, "Keras'", settings.precision),
        None => engines(&classifier, &loaded, &got)?,
    });
    Ok(checks)
}

/// The fast engine against the slow one, where no reference has answered for these weights.
fn engines(classifier: &Classifier, loaded: &LoadedModel, got: &[f32]) -> Result<Check> {
    let want = doctor::portable_answer(classifier, loaded)?;
    let whose = "the portable engine's (no reference answer is known)";
    Ok(doctor::check_answer("engines", got, &want, whose, classifier.engine().precision()))
}

/// What the caller says, but for what the answer depends on.
fn recorded(overrides: &Overrides) -> Overrides {
    Overrides { dialect: None, input_size: None, skip_reduction: None, ..overrides.clone() }
}

/// Columns of a terminal that nobody has enlarged.
const WIDTH: usize = 80;

#[derive(Debug, Serialize)]
struct Examined {
    name: String,
    present: bool,
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct DoctorReport {
    ok: bool,
    version: &'static str,
    device: String,
    /// Name, memory and versions of a card.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    dtype: String,
    threads: usize,
    instruction_set: &'static str,
    cache: Option<PathBuf>,
    /// Why nothing can be kept there.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_problem: Option<String>,
    hub_cache: Option<PathBuf>,
    free_bytes: Option<u64>,
    environment: Vec<(&'static str, String)>,
    models: Vec<Examined>,
}

impl DoctorReport {
    fn new(settings: &Doctor, device: DeviceChoice, threads: usize, models: Vec<Examined>) -> Self {
        let cache_problem = settings.cache.as_deref().and_then(problem_of);
        DoctorReport {
            ok: models.iter().flat_map(|model| &model.checks).all(|check| check.ok)
                && cache_problem.is_none(),
            version: env!("CARGO_PKG_VERSION"),
            device: device.to_string(),
            card: device::describe(device),
            dtype: settings.precision.to_string(),
            threads,
            instruction_set: Kernels::computing_in(settings.precision)
                .unwrap_or(Kernels::best())
                .kind()
                .as_str(),
            cache: settings.cache.clone(),
            cache_problem,
            hub_cache: settings.hub.clone(),
            free_bytes: settings.cache.as_deref().and_then(free_bytes),
            environment: settings.variables.clone(),
            models,
        }
    }

    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut line = |name: &str, value: &str| {
            let mut name = printable(name);
            for value in wrapped(&printable(value), WIDTH - 15) {
                writeln!(out, "{name:<14} {value}")?;
                name = "".into();
            }
            Ok::<(), std::io::Error>(())
        };
        let folder = |path: &Option<PathBuf>| {
            path.as_ref().map_or("none".to_owned(), |path| path.display().to_string())
        };
        line("nasnet", self.version)?;
        line("device", &format!("{}, threads: {}, {}", self.device, self.threads, self.instruction_set))?;
        if let Some(card) = &self.card {
            line("card", &format!("{card}, {}", self.dtype))?;
        }
        line("cache", &folder(&self.cache))?;
        if let Some(problem) = &self.cache_problem {
            line("cache", &format!("OFF {problem}"))?;
        }
        line("hub cache", &folder(&self.hub_cache))?;
        let free = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
        line("free disk", &self.free_bytes.map_or("unknown".to_owned(), free))?;
        for (name, value) in &self.environment {
            line("environment", &format!("{name}={value}"))?;
        }
        for model in &self.models {
            if !model.present {
                line(&model.name, "not on this machine")?;
            }
            for check in &model.checks {
                let state = if check.ok { "ok" } else { "OFF" };
                line(&model.name, &format!("{state:<4}{}: {}", check.name, check.detail))?;
            }
        }
        line("", if self.ok { "everything is as it should be" } else { "something is off, see above" })
    }
}

/// Why a folder, which may not be there yet, can't be one.
fn problem_of(folder: &Path) -> Option<String> {
    let there = folder.ancestors().find(|path| path.exists())?;
    (!there.is_dir()).then(|| format!("{} is a file, expected a folder", there.display()))
}

/// Free space for what goes into a folder that may not be there yet.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}
