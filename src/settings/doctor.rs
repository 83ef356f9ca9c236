//! Settings of `nasnet doctor`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::device::{device, threads};
use super::model::overrides;
use super::{Environment, ModelSettings};
use crate::cli;
use crate::engine::device::DeviceChoice;
use crate::error::Result;
use crate::kernels::Precision;
use crate::store::ModelSource;

/// The variables that change what the tool does, and whether their values are secret.
const VARIABLES: [(&str, bool); 27] = [
    ("HF_ENDPOINT", false),
    ("HF_HOME", false),
    ("HF_HUB_CACHE", false),
    ("HUGGINGFACE_HUB_CACHE", false),
    ("HF_TOKEN", true),
    ("HUGGING_FACE_HUB_TOKEN", true),
    ("HF_TOKEN_PATH", false),
    ("HF_HUB_DISABLE_IMPLICIT_TOKEN", false),
    ("HF_HUB_OFFLINE", false),
    ("HF_HUB_DOWNLOAD_TIMEOUT", false),
    ("HTTP_PROXY", true),
    ("HTTPS_PROXY", true),
    ("ALL_PROXY", true),
    ("NO_PROXY", false),
    ("http_proxy", true),
    ("https_proxy", true),
    ("all_proxy", true),
    ("no_proxy", false),
    ("SSL_CERT_FILE", false),
    ("NASNET_CACHE", false),
    ("NASNET_KERAS_URL", false),
    ("NASNET_RETRY_WAIT", false),
    ("NASNET_RETRY_LIMIT", false),
    ("XDG_CACHE_HOME", false),
    ("NO_COLOR", false),
    ("RAYON_NUM_THREADS", false),
    ("CUDA_VISIBLE_DEVICES", false),
];

/// The variables that are set, with their values unless they are secret.
pub(super) fn variables(variable: impl Fn(&str) -> Option<OsString>) -> Vec<(&'static str, String)> {
    let value = |(name, secret): (&'static str, bool)| {
        let value = variable(name)?;
        Some((name, if secret { "set".to_owned() } else { value.to_string_lossy().into_owned() }))
    };
    VARIABLES.into_iter().filter_map(value).collect()
}

/// Settings of `nasnet doctor`.
#[derive(Debug, Clone)]
pub struct Doctor {
    /// Models to check, with their names.
    pub models: Vec<(String, ModelSettings)>,
    /// A model was asked for: that it is not on this machine is an error.
    pub asked_for: bool,
    /// Which device.
    pub device: DeviceChoice,
    /// The number type of the arithmetic.
    pub precision: Precision,
    /// How many threads; `None` for one per core.
    pub threads: Option<usize>,
    /// The folder of converted weights.
    pub cache: Option<PathBuf>,
    /// The folder of the Hub's files.
    pub hub: Option<PathBuf>,
    /// The variables that are set, with their values unless they are secret.
    pub variables: Vec<(&'static str, String)>,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet doctor`.
///
/// # Errors
/// Names the flag at fault.
pub fn doctor(flags: &cli::Doctor, environment: &Environment) -> Result<Doctor> {
    let (device, precision) = device(&flags.run)?;
    let names = match &flags.model {
        Some(model) => vec![model.as_str()],
        None => vec!["tiny", "mobile", "large"],
    };
    let overrides = overrides(&flags.identity)?;
    let model = |name: &str| {
        let source = ModelSource::parse(name)?.in_caches(environment.caches.clone());
        Ok((name.to_owned(), ModelSettings { source, overrides: overrides.clone(), labels: None }))
    };
    Ok(Doctor {
        models: names.into_iter().map(model).collect::<Result<_>>()?,
        asked_for: flags.model.is_some(),
        device,
        precision,
        threads: threads(flags.run.threads, environment)?,
        cache: environment.caches.converted.clone(),
        hub: environment.caches.hub.clone(),
        variables: environment.variables.clone(),
        json: flags.json,
    })
}
