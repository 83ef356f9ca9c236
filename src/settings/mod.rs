//! Flags, environment and terminal to plain settings. Every default and every check of flags against
//! each other is here; nothing after this sees the command line. No file is opened and no device touched.

mod actions;
mod classify;
mod doctor;
mod embed;
mod eval;
mod finetune;
mod inspect;
mod parquet;
mod pipeline;
mod weights;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use crate::cli;
use crate::engine::device::DeviceChoice;
use crate::error::{Error, Result};
use crate::graph::Activation;
use crate::image::preprocess::{Filter, Preprocessing, Preset, Resize};
use crate::inputs::{FolderOptions, InputOptions};
use crate::kernels::Precision;
use crate::output::TableStyle;
use crate::output::console::Console;
use crate::store::{Caches, ModelSource, Network};
use crate::weights::Overrides;
pub use actions::{Actions, Explain, SortInto, Way};
pub use classify::{Classify, Resume, Shard, classify};
pub use doctor::{Doctor, doctor};
pub use embed::{Embed, embed};
pub use eval::{Eval, eval};
pub use finetune::{Finetune, finetune};
pub use inspect::{Bench, Info, Merge, bench, info, merge};
pub use pipeline::Pipeline;
pub use weights::{Import, import, which};

/// What the process was born into.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// stdout goes to a person.
    pub stdout_is_terminal: bool,
    /// stderr goes to a person.
    pub stderr_is_terminal: bool,
    /// NO_COLOR is set to something, or the terminal knows no colours.
    pub no_color: bool,
    /// RAYON_NUM_THREADS.
    pub rayon_threads: Option<String>,
    /// Variables that change what the tool does and are set, with their values but for secrets.
    pub variables: Vec<(&'static str, String)>,
    /// Folders where weights may be.
    pub caches: Caches,
    /// How the network is used, or which variable makes no sense.
    pub network: Option<std::result::Result<Network, String>>,
}

impl Environment {
    /// Reads the process's environment, once.
    pub fn of_process() -> Self {
        let variable =
            |name: &str| -> Option<OsString> { std::env::var_os(name).filter(|value| !value.is_empty()) };
        let caches = Caches::from_variables(variable);
        let network = Network::from_variables(variable).map_err(|error| error.to_string());
        Environment {
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            no_color: variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|term| term == "dumb"),
            rayon_threads: variable("RAYON_NUM_THREADS").and_then(|value| value.into_string().ok()),
            variables: doctor::variables(variable),
            caches,
            network: Some(network),
        }
    }

    /// The network for weights; `None` where it is not to be used.
    fn network(&self, offline: bool) -> Result<Option<Network>> {
        if offline {
            return Ok(None);
        }
        let network = self.network.clone().transpose().map_err(Error::Config)?;
        Ok(network.filter(|network| !network.offline))
    }

    /// Weights, where they may be, and where they may come from.
    fn provided(&self, source: ModelSource, offline: bool) -> Result<ModelSource> {
        let source = source.in_caches(self.caches.clone());
        Ok(match self.network(offline || !source.is_remote())? {
            Some(network) => source.online(network),
            None => source,
        })
    }
}

/// What concerns every command.
#[derive(Debug, Clone, Copy)]
pub struct Common {
    /// How stderr is used.
    pub console: Console,
    /// How tables look on stdout.
    pub table: TableStyle,
}

/// Settings of [`cli::Cli`]'s global flags.
pub fn common(cli: &cli::Cli, environment: &Environment) -> Common {
    let colour = |is_terminal: bool| match cli.color.as_str() {
        "always" => true,
        "never" => false,
        _ => is_terminal && !environment.no_color,
    };
    Common {
        console: Console {
            colour: colour(environment.stderr_is_terminal),
            quiet: cli.quiet,
            progress: environment.stderr_is_terminal && !environment.stdout_is_terminal,
            terminal: environment.stderr_is_terminal,
        },
        table: TableStyle {
            is_terminal: environment.stdout_is_terminal,
            colour: colour(environment.stdout_is_terminal),
        },
    }
}

/// Which weights, and what is said about them that they do not tell.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// Where they are to be found.
    pub source: ModelSource,
    /// What the caller knows better.
    pub overrides: Overrides,
    /// A label file.
    pub labels: Option<PathBuf>,
}

/// Single changes to a model's preprocessing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PreprocessingOverrides {
    /// A whole reference pipeline.
    pub preset: Option<Preset>,
    /// What becomes of another aspect ratio.
    pub resize: Option<Resize>,
    /// How pixels are resampled.
    pub filter: Option<Filter>,
    /// Share that a crop keeps.
    pub crop_pct: Option<f64>,
}

impl PreprocessingOverrides {
    /// The preprocessing of a model that records `own`, changed as asked.
    ///
    /// # Errors
    /// When the share to keep is none.
    pub fn apply(&self, own: Option<Preprocessing>) -> Result<Preprocessing> {
        let base = match (self.preset, own) {
            (Some(preset), _) => preset.into(),
            (None, own) => own.unwrap_or_default(),
        };
        let changed = Preprocessing {
            resize: self.resize.unwrap_or(base.resize),
            filter: self.filter.unwrap_or(base.filter),
            crop_pct: self.crop_pct.unwrap_or(base.crop_pct),
        };
        changed.validate().map_err(Error::Config)?;
        Ok(changed)
    }

    fn of_flags(
        preset: Option<&str>,
        resize: Option<&str>,
        filter: Option<&str>,
        crop_pct: Option<f64>,
    ) -> Result<Self> {
        let overrides = PreprocessingOverrides {
            preset: word("--preset", preset)?,
            resize: word("--resize", resize)?,
            filter: word("--filter", filter)?,
            crop_pct,
        };
        overrides.apply(None).map_err(|error| Error::Config(format!("--crop-pct: {error}")))?;
        Ok(overrides)
    }
}

fn inputs(flags: &cli::Inputs) -> InputOptions {
    InputOptions {
        paths: flags.paths.clone(),
        files_from: flags.files_from.clone(),
        null: flags.null,
        folders: FolderOptions {
            max_depth: flags.max_depth.map(|depth| depth as usize),
            follow: flags.follow,
            hidden: flags.hidden,
            extensions: flags.ext.iter().map(|ext| ext.trim_start_matches('.').to_lowercase()).collect(),
            except: None,
            unsorted: flags.unsorted,
        },
    }
}

fn model(flags: &cli::Model, environment: &Environment) -> Result<ModelSettings> {
    if flags.hub.repo.is_none() && (flags.hub.file.is_some() || flags.hub.revision != "main") {
        return Err(Error::Config("--revision and --file: they need --repo".to_owned()));
    }
    let source = match &flags.hub.repo {
        Some(repo) => ModelSource::hub(repo, &flags.hub.revision, flags.hub.file.as_deref())?,
        None => ModelSource::named(&flags.model),
    };
    let source = environment.provided(source, flags.hub.offline)?;
    Ok(ModelSettings { source, overrides: overrides(&flags.identity)?, labels: flags.labels.clone() })
}

fn overrides(flags: &cli::Identity) -> Result<Overrides> {
    Ok(Overrides {
        input_size: flags.size.as_deref().map(size).transpose()?,
        skip_reduction: flags.skip_reduction,
        dialect: flags.dialect.as_deref().map(str::parse).transpose()?,
        activation: flags.activation.as_deref().and_then(Activation::named),
        ..Overrides::default()
    })
}

/// `N` or `HxW`.
fn size(text: &str) -> Result<(usize, usize)> {
    const LARGEST: usize = 1 << 14;
    let side = |text: &str| text.parse::<usize>().ok().filter(|side| (32..=LARGEST).contains(side));
    let sides = match text.split_once(['x', 'X']) {
        Some((height, width)) => side(height).zip(side(width)),
        None => side(text).map(|side| (side, side)),
    };
    sides.ok_or_else(|| {
        Error::Config(format!("--size: expected N or HxW with sides from 32 to {LARGEST}, got {text:?}"))
    })
}

/// `--threads`, else RAYON_NUM_THREADS, of which 0 means one a core.
fn threads(flag: Option<u32>, environment: &Environment) -> Result<Option<usize>> {
    if let Some(threads) = flag {
        return Ok(Some(threads as usize));
    }
    match environment.rayon_threads.as_deref().map(str::parse::<usize>) {
        None | Some(Ok(0)) => Ok(None),
        Some(Ok(threads)) => Ok(Some(threads.min(1024))),
        Some(Err(_)) => Err(Error::Config(format!(
            "RAYON_NUM_THREADS: expected a number of threads, got {:?}",
            environment.rayon_threads.as_deref().unwrap_or_default()
        ))),
    }
}

/// A flag's word as the type that it names.
fn word<T: std::str::FromStr>(flag: &str, text: Option<&str>) -> Result<Option<T>>
where
    T::Err: std::fmt::Display,
{
    text.map(str::parse).transpose().map_err(|error: T::Err| Error::Config(format!("{flag}: {error}")))
}

/// `--device` and `--dtype`; only CUDA computes in other numbers than f32.
fn device(run: &cli::Run) -> Result<(DeviceChoice, Precision)> {
    let (device, precision) = (run.device.parse()?, run.dtype.parse()?);
    if precision == Precision::F32 || matches!(device, DeviceChoice::Cuda(_)) {
        return Ok((device, precision));
    }
    Err(Error::Config(format!(
        "--dtype {precision}: arithmetic is in f32 only on --device {device}, which reads f16 and bf16 weight files too; other numbers need --device cuda"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_a_side_or_height_by_width() {
        assert_eq!(size("224").unwrap(), (224, 224));
        assert_eq!(size("97x65").unwrap(), (97, 65));
        for bad in ["31", "x", "224x", "0x224", "-5", "1e3", "99999"] {
            assert!(size(bad).unwrap_err().to_string().contains(&format!("got {bad:?}")), "{bad}");
        }
    }

    #[test]
    fn only_cuda_computes_in_other_numbers_than_f32() {
        let run = |device: &str, dtype: &str| cli::Run {
            device: device.to_owned(),
            threads: None,
            dtype: dtype.to_owned(),
            batch_size: None,
        };
        assert_eq!(device(&run("cpu", "f32")).unwrap(), (DeviceChoice::Cpu, Precision::F32));
        assert_eq!(device(&run("cuda:1", "bf16")).unwrap(), (DeviceChoice::Cuda(1), Precision::Bf16));
        for elsewhere in ["auto", "cpu", "metal"] {
            let text = device(&run(elsewhere, "f16")).unwrap_err().to_string();
            assert!(text.starts_with("--dtype f16") && text.contains(elsewhere), "{text}");
        }
    }

    #[test]
    fn a_threads_flag_wins_over_the_environment() {
        let with =
            |text: &str| Environment { rayon_threads: Some(text.to_owned()), ..Environment::default() };
        assert_eq!(threads(Some(3), &with("5")).unwrap(), Some(3));
        assert_eq!(threads(None, &with("5")).unwrap(), Some(5));
        assert_eq!(threads(None, &with("0")).unwrap(), None);
        assert!(threads(None, &with("many")).is_err());
    }

    #[test]
    fn a_preset_replaces_what_a_model_records_and_single_flags_change_one_thing() {
        let own = Preprocessing { resize: Resize::Crop, filter: Filter::Bicubic, crop_pct: 0.911 };
        let none = PreprocessingOverrides::default();
        assert_eq!(none.apply(Some(own)).unwrap(), own);
        assert_eq!(none.apply(None).unwrap(), Preset::Timm.into());
        let keras = PreprocessingOverrides { preset: Some(Preset::Keras), ..none };
        assert_eq!(keras.apply(Some(own)).unwrap(), Preset::Keras.into());
        let filter = PreprocessingOverrides { filter: Some(Filter::Box), ..none };
        assert_eq!(filter.apply(Some(own)).unwrap(), Preprocessing { filter: Filter::Box, ..own });
        let crop = PreprocessingOverrides { crop_pct: Some(0.0), ..none };
        assert!(crop.apply(Some(own)).is_err());
    }
}
