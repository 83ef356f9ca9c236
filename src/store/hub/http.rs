//! One request and its redirects. The token goes to the Hub's own host and to no other; every failure comes back as
//! one of the reasons that people are told, with whether trying again may help.

use std::io::Read;
use std::time::SystemTime;

use ureq::http::{HeaderMap, Method, Request, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy};

use super::retry::{Failure, retry_after};
use crate::error::{Error, FetchReason, Result};
use crate::store::environment::{Network, Secret};

/// A chain of redirects longer than this is a loop.
const MOST_REDIRECTS: usize = 10;
/// A listing of a repository is shorter than this.
const LONGEST_TEXT: u64 = 32 << 20;
const USER_AGENT: &str = concat!("nasnet/", env!("CARGO_PKG_VERSION"));

/// What a request may say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask {
    /// Only the headers.
    pub head: bool,
    /// A redirect to another host is not followed: its headers are the answer.
    pub stay: bool,
    /// The first byte that is wanted, where it is not the first of all.
    pub from: u64,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status: 2xx, 3xx (where a redirect was not followed), 401, 403, 404, 405, 416 or 501.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    body: Body,
}

impl Reply {
    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header's number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.trim().parse().ok()
    }

    /// Whether it is a page for people, as proxies and login pages send in place of a file.
    pub fn is_page(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.trim_start().starts_with("text/html"))
    }

    /// The bytes as they come.
    pub fn into_reader(self) -> impl Read {
        self.body.into_reader()
    }

    /// A short body as text.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn into_text(self) -> std::io::Result<String> {
        let mut text = String::new();
        self.body.into_reader().take(LONGEST_TEXT).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// The way to the network.
#[derive(Debug)]
pub struct Http<'a> {
    agent: Agent,
    network: &'a Network,
    token: Option<Secret>,
}

impl<'a> Http<'a> {
    /// Reads the token and the certificates, if files hold them. No connection is made.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn new(network: &'a Network) -> Result<Self> {
        let limits = network.limits;
        let mut tls = TlsConfig::builder();
        if let Some(path) = &network.certificates {
            tls = tls.root_certs(certificates(path)?);
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .user_agent(USER_AGENT)
            .accept_encoding("identity")
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_per_read(Some(limits.silence))
            .timeout_per_write(Some(limits.silence))
            .timeout_recv_response(Some(limits.silence * 2))
            .tls_config(tls.build())
            .build();
        let from_file = || {
            let text = std::fs::read_to_string(network.token_file.as_ref()?).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let token = network.token.clone().or_else(|| from_file().map(Secret::from));
        Ok(Http { agent: agent.into(), network, token })
    }

    /// How the network is used.
    pub fn network(&self) -> &Network {
        self.network
    }

    /// Whether somebody is known to ask.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Asks for `url`, following redirects.
    ///
    /// # Errors
    /// When nobody answers, or the answer is no.
    pub fn ask(&self, url: &str, ask: Ask) -> std::result::Result<Reply, Failure> {
        let mut at = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let reply = self.once(&at, ask)?;
            let location = reply.header("location").filter(|_| (300..400).contains(&reply.status));
            let Some(location) = location else { return checked(reply, &at) };
            let next = joined(&at, location);
            if at.starts_with("https:") && !next.starts_with("https:") {
                let what = format!("{url}: redirects from https to {next}");
                return Err(Failure::lasting(Error::fetch(FetchReason::Server, what, PROXY_HINT)));
            }
            if ask.stay && origin(&next) != origin(&at) {
                return Ok(reply);
            }
            at = next;
        }
        let what = format!("{url}: more than {MOST_REDIRECTS} redirects");
        Err(Failure::lasting(Error::fetch(FetchReason::Server, what, PROXY_HINT)))
    }

    fn once(&self, url: &str, ask: Ask) -> std::result::Result<Reply, Failure> {
        let method = if ask.head { Method::HEAD } else { Method::GET };
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = self.token.as_ref().filter(|_| origin(url) == origin(&self.network.endpoint)) {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        if ask.from > 0 {
            request = request.header("range", format!("bytes={}-", ask.from));
        }
        let request = request.body(()).map_err(|error| {
            Failure::lasting(Error::Config(format!("{url:?} or the token cannot be sent: {error}")))
        })?;
        let (scheme, host, _) = origin(url);
        let proxy = match self.network.proxy_for(&scheme, &host) {
            None => None,
            Some(proxy) => Some(Proxy::new(proxy.reveal()).map_err(|_| {
                let name = format!("{}_PROXY", scheme.to_uppercase());
                Failure::lasting(Error::Config(format!("{name}: expected the address of a proxy")))
            })?),
        };
        let request = self.agent.configure_request(request).proxy(proxy).build();
        let (parts, body) = self.agent.run(request).map_err(|error| unreached(url, &error))?.into_parts();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

const PROXY_HINT: &str = "a proxy or a login page may be in between; HF_ENDPOINT names a mirror";

const OFFLINE_HINT: &str =
    "check the network, HTTPS_PROXY and HF_ENDPOINT; `--model tiny` is built in and needs no network";

/// What an answer's status means, but for those that depend on what was asked for.
fn checked(reply: Reply, url: &str) -> std::result::Result<Reply, Failure> {
    let status = reply.status;
    if matches!(status, 200..=299 | 401 | 403 | 404 | 405 | 416 | 501) {
        return Ok(reply);
    }
    let error = Error::fetch(FetchReason::Server, format!("{url}: the server answers {status}"), SERVER_HINT);
    let after = reply.header("retry-after").and_then(|value| retry_after(value, SystemTime::now()));
    Err(Failure { passing: matches!(status, 408 | 425 | 429 | 500..=599), after, error })
}

const SERVER_HINT: &str = "try again later: what is here already is kept; HF_ENDPOINT names a mirror";

fn unreached(url: &str, error: &ureq::Error) -> Failure {
    use ureq::Error as Cause;
    let (scheme, host, port) = origin(url);
    let place = if port.is_empty() { host } else { format!("{host}:{port}") };
    match error {
        Cause::Rustls(_) | Cause::Tls(_) => {
            let what = format!("{place}: no secure connection: {error}");
            let hint = "where a company's proxy signs connections, SSL_CERT_FILE names its certificates";
            Failure::lasting(Error::fetch(FetchReason::Network, what, hint))
        }
        Cause::Io(io) if io.get_ref().is_some_and(|inner| inner.to_string().contains("certificate")) => {
            let what = format!("{place}: no secure connection: {io}");
            let hint = "where a company's proxy signs connections, SSL_CERT_FILE names its certificates";
            Failure::lasting(Error::fetch(FetchReason::Network, what, hint))
        }
        Cause::BadUri(_) | Cause::InvalidProxyUrl | Cause::RequireHttpsOnly(_) => {
            Failure::lasting(Error::Config(format!("{scheme}://{place}: {error}")))
        }
        Cause::HostNotFound => Failure::passing(Error::fetch(
            FetchReason::Network,
            format!("no network: the host {place} is not found"),
            OFFLINE_HINT,
        )),
        Cause::Timeout(_) => Failure::passing(Error::fetch(
            FetchReason::Network,
            format!("{place} does not answer in time ({error})"),
            OFFLINE_HINT,
        )),
        _ => Failure::passing(Error::fetch(
            FetchReason::Network,
            format!("no connection to {place}: {error}"),
            OFFLINE_HINT,
        )),
    }
}

/// Whether reading an answer failed because nothing came for too long.
pub fn is_silence(error: &std::io::Error) -> bool {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    error.kind() == std::io::ErrorKind::TimedOut || matches!(cause, Some(ureq::Error::Timeout(_)))
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> (String, String, String) {
    let Ok(uri) = url.parse::<Uri>() else { return Default::default() };
    let scheme = uri.scheme_str().unwrap_or_default().to_lowercase();
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = uri.port_u16().filter(|port| *port != usual).map(|port| port.to_string());
    (scheme, uri.host().unwrap_or_default().to_lowercase(), port.unwrap_or_default())
}

/// The address that `location` means when `base` says it.
fn joined(base: &str, location: &str) -> String {
    let is_scheme =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if location.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return location.to_owned();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    if let Some(host) = location.strip_prefix("//") {
        return format!("{scheme}://{host}");
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match location.strip_prefix('/') {
        Some(path) => format!("{scheme}://{host}/{path}"),
        None => {
            let path = rest.split(['?', '#']).next().unwrap_or_default();
            let folder = path.rfind('/').map_or(path, |slash| &path[..slash]);
            format!("{scheme}://{folder}/{location}")
        }
    }
}

fn certificates(path: &std::path::Path) -> Result<RootCerts> {
    let pem = std::fs::read(path).map_err(|error| Error::io(path, error))?;
    let found: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(Error::Config(format!("SSL_CERT_FILE: no certificate in {}", path.display())));
    }
    Ok(RootCerts::new_with_certs(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_taken_from_where_it_was_said() {
        let base = "http://hub:1/a/b/resolve/main/f?x=1";
        for (location, expected) in [
            ("https://cdn/x", "https://cdn/x"),
            ("//cdn/x", "http://cdn/x"),
            ("/c/d", "http://hub:1/c/d"),
            ("g", "http://hub:1/a/b/resolve/main/g"),
        ] {
            assert_eq!(joined(base, location), expected);
        }
    }

    #[test]
    fn another_port_or_scheme_is_another_host() {
        assert_eq!(origin("https://Hub.example/a"), origin("https://hub.example:443"));
        assert_ne!(origin("http://hub.example"), origin("https://hub.example"));
        assert_ne!(origin("http://hub.example:1"), origin("http://hub.example:2"));
        assert_ne!(origin("http://hub.example.evil"), origin("http://hub.example"));
        assert_ne!(origin("http://hub.example@evil/"), origin("http://hub.example"));
    }
}
