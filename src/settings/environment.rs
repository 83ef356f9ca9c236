//! What the process was started with: its terminal and its variables.

use std::ffi::OsString;
use std::io::IsTerminal;

use super::doctor;
use crate::error::{Error, Result};
use crate::store::{CacheFolders, ModelSource, NetworkOptions};

/// Terminal and variables, read once.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// stdout is a terminal.
    pub stdout_is_terminal: bool,
    /// stderr is a terminal.
    pub stderr_is_terminal: bool,
    /// NO_COLOR is set, or the terminal has no colours.
    pub no_color: bool,
    /// RAYON_NUM_THREADS.
    pub rayon_threads: Option<String>,
    /// The variables that are set and change what the tool does; secrets have no value here.
    pub variables: Vec<(&'static str, String)>,
    /// The folders that weights can be in.
    pub caches: CacheFolders,
    /// How the network is used, or which variable is wrong.
    pub network: Option<std::result::Result<NetworkOptions, String>>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let variable =
            |name: &str| -> Option<OsString> { std::env::var_os(name).filter(|value| !value.is_empty()) };
        let caches = CacheFolders::from_variables(variable);
        let network = NetworkOptions::from_variables(variable).map_err(|error| error.to_string());
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

    /// The network for weights; `None` where it must not be used.
    fn network(&self, offline: bool) -> Result<Option<NetworkOptions>> {
        if offline {
            return Ok(None);
        }
        let network = self.network.clone().transpose().map_err(Error::Config)?;
        Ok(network.filter(|network| !network.offline))
    }

    /// The weights, with the folders that they can be in and the network that they can come from.
    pub(super) fn provided(&self, source: ModelSource, offline: bool) -> Result<ModelSource> {
        let source = source.in_caches(self.caches.clone());
        Ok(match self.network(offline || !source.is_remote())? {
            Some(network) => source.online(network),
            None => source,
        })
    }
}
