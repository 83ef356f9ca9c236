//! Folders and network settings as plain values, from the environment variables of this tool and of the Hub. It opens
//! no file.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::registry::KERAS_URL;
use crate::error::{Error, Result};

/// Where the Hub is.
const ENDPOINT: &str = "https://huggingface.co";

/// Folders where weights may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CacheFolders {
    /// Weights that this tool converted (`NAME.safetensors`), and its notes on the files that it verified.
    pub converted: Option<PathBuf>,
    /// The Hub's cache, in the layout of Python's huggingface_hub.
    pub hub: Option<PathBuf>,
}

impl CacheFolders {
    /// The folders that environment variables name: NASNET_CACHE, else `nasnet` in the system's folder for caches;
    /// HF_HUB_CACHE, else `hub` in HF_HOME or ~/.cache/huggingface, which is the Hub's place on every system.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let folders = Folders(&variable);
        let native = || {
            if cfg!(target_os = "macos") {
                Some(folders.home()?.join("Library/Caches"))
            } else if cfg!(windows) {
                folders.named("LOCALAPPDATA")
            } else {
                folders.dot_cache()
            }
        };
        let converted = || Some(folders.xdg().or_else(native)?.join("nasnet"));
        let hub = || Some(folders.huggingface()?.join("hub"));
        CacheFolders {
            converted: folders.named("NASNET_CACHE").or_else(converted),
            hub: folders
                .named("HF_HUB_CACHE")
                .or_else(|| folders.named("HUGGINGFACE_HUB_CACHE"))
                .or_else(hub),
        }
    }
}

/// Folders as variables name them.
struct Folders<'a>(&'a dyn Fn(&str) -> Option<OsString>);

impl Folders<'_> {
    fn home(&self) -> Option<PathBuf> {
        (self.0)("HOME").or_else(|| (self.0)("USERPROFILE")).map(PathBuf::from)
    }

    /// The folder in a variable, which may begin with `~`.
    fn named(&self, name: &str) -> Option<PathBuf> {
        let path = (self.0)(name).map(PathBuf::from)?;
        match (path.strip_prefix("~"), self.home()) {
            (Ok(below), Some(home)) => Some(home.join(below)),
            _ => Some(path),
        }
    }

    fn dot_cache(&self) -> Option<PathBuf> {
        Some(self.home()?.join(".cache"))
    }

    /// By its specification, a relative path is ignored.
    fn xdg(&self) -> Option<PathBuf> {
        self.named("XDG_CACHE_HOME").filter(|path| path.is_absolute())
    }

    /// The home of the Hub's own tools.
    fn huggingface(&self) -> Option<PathBuf> {
        let usual = || Some(self.xdg().or_else(|| self.dot_cache())?.join("huggingface"));
        self.named("HF_HOME").or_else(usual)
    }
}

/// Time limits of a transfer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// For looking up a name, and for connecting.
    pub connect: Duration,
    /// Between one byte and the next.
    pub silence: Duration,
    /// Failed attempts in a row without a new byte.
    pub attempts: u32,
    /// Total time of failed attempts and of the waits after them.
    pub failures: Duration,
    /// The wait after the first failed attempt; each further one doubles it.
    pub first_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(10),
            attempts: 5,
            failures: Duration::from_secs(90),
            first_wait: Duration::from_secs(1),
        }
    }
}

/// A text that is kept out of logs and messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// How the network is used.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkOptions {
    /// No request is made.
    pub offline: bool,
    /// The Hub's address, without a slash at the end.
    pub endpoint: String,
    /// The address of Keras' files, without a slash at the end.
    pub keras_url: String,
    /// The access token for the Hub.
    pub token: Option<Secret>,
    /// The file that holds the token if no variable does.
    pub token_file: Option<PathBuf>,
    /// The proxy of http requests.
    pub http_proxy: Option<Secret>,
    /// The proxy of https requests.
    pub https_proxy: Option<Secret>,
    /// Hosts that are contacted without a proxy.
    pub no_proxy: Vec<String>,
    /// Certificates to trust instead of the built-in ones: a PEM file.
    pub certificates: Option<PathBuf>,
    /// Time limits.
    pub limits: Limits,
}

impl NetworkOptions {
    /// Reads HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN, HF_HUB_OFFLINE,
    /// HF_HUB_DOWNLOAD_TIMEOUT, HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, and this tool's own
    /// NASNET_KERAS_URL, NASNET_RETRY_WAIT and NASNET_RETRY_LIMIT.
    ///
    /// # Errors
    /// Names the variable with a wrong value.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let text = |name: &str| -> Result<Option<String>> {
            let Some(value) = variable(name) else { return Ok(None) };
            let value = value.into_string().map_err(|value| wrong(name, "text", &value.to_string_lossy()))?;
            Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty()))
        };
        let url = |name: &str, usual: &str| -> Result<String> {
            let url = text(name)?.unwrap_or_else(|| usual.to_owned());
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(wrong(name, "an http:// or https:// address", &url));
            }
            Ok(url.trim_end_matches('/').to_owned())
        };
        let seconds = |name: &str, usual: Duration| -> Result<Duration> {
            let Some(value) = text(name)? else { return Ok(usual) };
            let number = value.parse().ok().filter(|number: &f64| (0.0..=86_400.0).contains(number));
            number.map(Duration::from_secs_f64).ok_or_else(|| wrong(name, "seconds", &value))
        };
        // Lower-case names win, as in curl and Python.
        let proxy = |name: &str| -> Result<Option<String>> {
            Ok(match text(&name.to_lowercase())? {
                Some(value) => Some(value),
                None => text(name)?,
            })
        };
        let any = proxy("ALL_PROXY")?;
        let usual = Limits::default();
        let folders = Folders(&variable);
        let yes = |name: &str| -> Result<bool> { Ok(text(name)?.is_some_and(|value| is_yes(&value))) };
        let mut token_file =
            folders.named("HF_TOKEN_PATH").or_else(|| Some(folders.huggingface()?.join("token")));
        let mut token = match text("HF_TOKEN")? {
            Some(token) => Some(token),
            None => text("HUGGING_FACE_HUB_TOKEN")?,
        };
        // As in Python's client, tokens from variables and files are then not sent.
        if yes("HF_HUB_DISABLE_IMPLICIT_TOKEN")? {
            (token, token_file) = (None, None);
        }
        // Python's client reads 0 as "not set".
        let silence = Some(seconds("HF_HUB_DOWNLOAD_TIMEOUT", usual.silence)?).filter(|wait| !wait.is_zero());
        Ok(NetworkOptions {
            offline: yes("HF_HUB_OFFLINE")?,
            endpoint: url("HF_ENDPOINT", ENDPOINT)?,
            keras_url: url("NASNET_KERAS_URL", KERAS_URL)?,
            token: token.map(Secret),
            token_file,
            http_proxy: proxy("HTTP_PROXY")?.or_else(|| any.clone()).map(Secret),
            https_proxy: proxy("HTTPS_PROXY")?.or(any).map(Secret),
            no_proxy: proxy("NO_PROXY")?
                .map(|list| list.split(',').map(|host| host.trim().to_lowercase()).collect())
                .unwrap_or_default(),
            certificates: variable("SSL_CERT_FILE").map(PathBuf::from),
            limits: Limits {
                silence: silence.unwrap_or(usual.silence),
                failures: seconds("NASNET_RETRY_LIMIT", usual.failures)?,
                first_wait: seconds("NASNET_RETRY_WAIT", usual.first_wait)?,
                ..usual
            },
        })
    }

    /// The proxy for requests to a host.
    pub fn proxy_for(&self, scheme: &str, host: &str) -> Option<&Secret> {
        let proxy = if scheme == "https" { &self.https_proxy } else { &self.http_proxy };
        let host = host.trim_matches(['[', ']']).to_lowercase();
        let direct = self.no_proxy.iter().any(|entry| {
            let entry = entry.trim_start_matches("*.").trim_start_matches('.');
            entry == "*" || host == entry || host.strip_suffix(entry).is_some_and(|rest| rest.ends_with('.'))
        });
        proxy.as_ref().filter(|_| !direct)
    }
}

/// The words that Python's client reads as true.
fn is_yes(value: &str) -> bool {
    ["1", "true", "yes", "on"].contains(&value.to_lowercase().as_str())
}

fn wrong(name: &str, expected: &str, got: &str) -> Error {
    Error::Config(format!("{name}: expected {expected}, got {got:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Set = &'static [(&'static str, &'static str)];

    fn variables(set: Set) -> impl Fn(&str) -> Option<OsString> {
        |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    }

    fn network(set: Set) -> Result<NetworkOptions> {
        NetworkOptions::from_variables(variables(set))
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn folders_come_from_the_variables_in_their_order() {
        let folders = |set| {
            let CacheFolders { converted, hub } = CacheFolders::from_variables(variables(set));
            [converted, hub].map(|path| path.unwrap().display().to_string())
        };
        assert_eq!(folders(&[("HOME", "/h")]), ["/h/.cache/nasnet", "/h/.cache/huggingface/hub"]);
        let set = &[("HOME", "/h"), ("XDG_CACHE_HOME", "/x"), ("HF_HOME", "~/f")];
        assert_eq!(folders(set), ["/x/nasnet", "/h/f/hub"]);
        let set = &[("NASNET_CACHE", "/n"), ("HF_HUB_CACHE", "/c"), ("HF_HOME", "/f")];
        assert_eq!(folders(set), ["/n", "/c"]);
        let set = &[("HOME", "/h"), ("XDG_CACHE_HOME", "relative")];
        assert_eq!(folders(set), ["/h/.cache/nasnet", "/h/.cache/huggingface/hub"]);
    }

    #[test]
    fn offline_is_said_with_the_words_of_the_hub() {
        for (value, expected) in [("1", true), ("TRUE", true), ("yes", true), ("on", true), ("0", false)] {
            let set: Set = Box::leak(Box::new([("HF_HUB_OFFLINE", value)]));
            assert_eq!(network(set).unwrap().offline, expected, "{value}");
        }
        assert!(!network(&[]).unwrap().offline);
    }

    #[test]
    fn the_token_comes_from_its_variable_or_its_file_and_is_never_shown() {
        let set = &[("HF_TOKEN", " hf_x\n"), ("HF_HOME", "/f"), ("HF_HUB_CACHE", "/elsewhere")];
        let network = network(set).unwrap();
        assert_eq!(network.token.as_ref().map(Secret::reveal), Some("hf_x"));
        assert_eq!(network.token_file, Some(PathBuf::from("/f/token")));
        assert!(!format!("{network:?}").contains("hf_x"));
    }

    #[test]
    fn no_token_is_sent_where_implicit_tokens_are_disabled() {
        let set: Set = &[("HF_TOKEN", "hf_x"), ("HF_HOME", "/f"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")];
        let silent = network(set).unwrap();
        assert_eq!((silent.token, silent.token_file), (None, None));
        let set: Set = &[("HF_TOKEN", "hf_x"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "0")];
        assert!(network(set).unwrap().token.is_some());
    }

    #[test]
    fn a_timeout_of_zero_is_the_usual_one() {
        for (value, seconds) in [("0", 10.0), ("0.0", 10.0), ("", 10.0), ("30", 30.0), ("0.5", 0.5)] {
            let set: Set = Box::leak(Box::new([("HF_HUB_DOWNLOAD_TIMEOUT", value)]));
            assert_eq!(network(set).unwrap().limits.silence.as_secs_f64(), seconds, "{value:?}");
        }
    }

    #[test]
    fn a_proxy_is_chosen_by_scheme_and_passed_by_for_listed_hosts() {
        let set = &[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", "localhost, .corp.example,hub.example")];
        let network = network(set).unwrap();
        let proxy = |scheme, host| network.proxy_for(scheme, host).map(Secret::reveal);
        assert_eq!(proxy("https", "huggingface.co"), Some("http://p:1"));
        assert_eq!(proxy("http", "huggingface.co"), None);
        for host in ["localhost", "a.corp.example", "hub.example", "cdn.HUB.example"] {
            assert_eq!(proxy("https", host), None, "{host}");
        }
        assert!(proxy("https", "nothub.example").is_some());
    }

    #[test]
    fn a_variable_that_makes_no_sense_is_named() {
        for set in [&[("HF_ENDPOINT", "hub.example")], &[("HF_HUB_DOWNLOAD_TIMEOUT", "soon")]] {
            let error = network(set).unwrap_err().to_string();
            assert!(error.contains(set[0].0) && error.contains(set[0].1), "{error}");
        }
    }
}
