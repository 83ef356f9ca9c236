//! One request and its redirects. The token is sent to the Hub's own host only. Every failure becomes a readable
//! error that says whether another attempt may help.

use std::cell::Cell;
use std::io::{ErrorKind, Read};
use std::time::SystemTime;

use ureq::http::{HeaderMap, Method, Request, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy, Timeout};

use super::retry::Failure;
use super::retry_headers::wait_asked_for;
use crate::error::{Error, FetchReason, Result};
use crate::store::environment::{NetworkOptions, Secret};
use crate::store::progress::Progress;

/// More redirects than this are a loop.
const MOST_REDIRECTS: usize = 10;
/// A listing of a repository is shorter than this.
const LONGEST_TEXT: u64 = 32 << 20;
const USER_AGENT: &str = concat!("nasnet/", env!("CARGO_PKG_VERSION"));
/// Hosts that answer as the Hub does: the Hub itself and its best known mirror.
const HUB_HOSTS: [&str; 4] = ["huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com"];

/// How a request is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct RequestOptions {
    /// Ask for the headers only.
    pub head: bool,
    /// The Hub's description of a file is wanted, not the file. A redirect to the storage behind the Hub carries that
    /// description, and is not followed.
    pub describes: bool,
    /// The first byte that is wanted.
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

    /// Whether it is an HTML page with a successful status, as proxies and login pages send in place of a file. The
    /// short page that comes with a redirect does not count.
    pub fn is_page(&self) -> bool {
        let html = |kind: &str| kind.trim_start().to_ascii_lowercase().starts_with("text/html");
        (200..300).contains(&self.status) && self.header("content-type").is_some_and(html)
    }

    /// Its bytes as they come.
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

/// The HTTP client.
pub struct Http<'a> {
    agent: Agent,
    network: &'a NetworkOptions,
    progress: &'a dyn Progress,
    token: Option<Secret>,
    /// The Hub refused the token, and is asked without it from then on.
    token_refused: Cell<bool>,
}

impl<'a> Http<'a> {
    /// A client that reports to `progress`. It reads the token and the certificates where files hold them, and opens no
    /// connection.
    ///
    /// # Errors
    /// When the certificates cannot be read.
    pub fn new(network: &'a NetworkOptions, progress: &'a dyn Progress) -> Result<Self> {
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
        Ok(Http { agent: agent.into(), network, progress, token, token_refused: Cell::new(false) })
    }

    /// How the network is used.
    pub fn network(&self) -> &NetworkOptions {
        self.network
    }

    /// Where failures and received bytes are reported.
    pub fn progress(&self) -> &'a dyn Progress {
        self.progress
    }

    /// Whether requests to the Hub carried a token.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether the Hub refused the token.
    pub fn token_refused(&self) -> bool {
        self.token_refused.get()
    }

    /// Requests `url` and follows redirects.
    ///
    /// # Errors
    /// When there is no answer, or none that a caller can use.
    pub fn get(&self, url: &str, options: RequestOptions) -> std::result::Result<Reply, Failure> {
        let mut at = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let reply = self.once(&at, options)?;
            let location = reply.header("location").filter(|_| (300..400).contains(&reply.status));
            let Some(location) = location else { return checked(reply, &at) };
            let next = joined(&at, location);
            if at.starts_with("https:") && !next.starts_with("https:") {
                let what = format!("{url}: redirects from https to {next}");
                return Err(Failure::permanent(Error::fetch(FetchReason::Server, what, PROXY_HINT)));
            }
            if options.describes && origin(&next) != origin(&at) && !self.describes_elsewhere(&reply, &next) {
                return Ok(reply);
            }
            at = next;
        }
        let what = format!("{url}: more than {MOST_REDIRECTS} redirects");
        Err(Failure::permanent(Error::fetch(FetchReason::Server, what, PROXY_HINT)))
    }

    /// Whether to follow a redirect to another host for a file's description: the redirect carries none itself, and
    /// either it is permanent (a mirror that points to the Hub) or the other host answers as the Hub does.
    fn describes_elsewhere(&self, redirect: &Reply, next: &str) -> bool {
        let described =
            ["x-repo-commit", "x-linked-etag"].iter().any(|name| redirect.headers.contains_key(*name));
        let (_, host, _) = origin(next);
        let is_hub = HUB_HOSTS.contains(&&*host) || origin(next) == origin(&self.network.endpoint);
        !described && (matches!(redirect.status, 301 | 308) || is_hub)
    }

    /// One request. If the Hub refuses it with a token, it is made once more without one, so that an expired login
    /// does not block public weights.
    fn once(&self, url: &str, options: RequestOptions) -> std::result::Result<Reply, Failure> {
        let to_hub = origin(url) == origin(&self.network.endpoint);
        let token = self.token.as_ref().filter(|_| to_hub && !self.token_refused.get());
        let reply = self.send(url, options, token)?;
        if token.is_none() || reply.status != 401 {
            return Ok(reply);
        }
        self.token_refused.set(true);
        let reply = self.send(url, options, None)?;
        if reply.status < 400 {
            self.progress
                .note("the Hub refuses the access token (401): it may have expired; going on without it");
        }
        Ok(reply)
    }

    fn send(
        &self,
        url: &str,
        options: RequestOptions,
        token: Option<&Secret>,
    ) -> std::result::Result<Reply, Failure> {
        let method = if options.head { Method::HEAD } else { Method::GET };
        let mut request = Request::builder().method(method).uri(url);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        if options.from > 0 {
            request = request.header("range", format!("bytes={}-", options.from));
        }
        let request = request.body(()).map_err(|error| {
            Failure::permanent(Error::Config(format!("can't send {url:?} or the token: {error}")))
        })?;
        let (scheme, host, _) = origin(url);
        let proxy = match self.network.proxy_for(&scheme, &host) {
            None => None,
            Some(proxy) => Some(Proxy::new(proxy.reveal()).map_err(|_| {
                let name = format!("{}_PROXY", scheme.to_uppercase());
                Failure::permanent(Error::Config(format!("{name}: expected the address of a proxy")))
            })?),
        };
        let proxied = proxy.is_some();
        let request = self.agent.configure_request(request).proxy(proxy).build();
        let reply = self.agent.run(request).map_err(|error| unreached(url, proxied, &error))?;
        let (parts, body) = reply.into_parts();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

const PROXY_HINT: &str = "a proxy or a login page may be in between; HF_ENDPOINT names a mirror";

/// What to do without a network.
pub const OFFLINE_HINT: &str = "check the network, HTTPS_PROXY and HF_ENDPOINT. Without a network: `--model tiny` is built in; `nasnet weights pack` on another machine and `unpack` here, or `nasnet weights import FILE`, bring other models; HF_HUB_OFFLINE=1 skips this attempt";

/// Splits answers by status: those that the caller interprets, and failures.
fn checked(reply: Reply, url: &str) -> std::result::Result<Reply, Failure> {
    let status = reply.status;
    if matches!(status, 200..=299 | 401 | 403 | 404 | 405 | 416 | 501) {
        return Ok(reply);
    }
    let error = Error::fetch(FetchReason::Server, format!("{url}: the server answers {status}"), SERVER_HINT);
    if !matches!(status, 408 | 425 | 429 | 500..=599) {
        return Err(Failure::permanent(error));
    }
    Err(Failure { wait: wait_asked_for(&reply.headers, SystemTime::now()), ..Failure::transient(error) })
}

const SERVER_HINT: &str =
    "try again later: the part that is already here is kept; HF_ENDPOINT names a mirror";

fn unreached(url: &str, proxied: bool, error: &ureq::Error) -> Failure {
    use ureq::Error as Cause;
    let (scheme, host, port) = origin(url);
    let mut place = if port.is_empty() { host } else { format!("{host}:{port}") };
    if proxied {
        place += &format!(" (through {}_PROXY)", scheme.to_uppercase());
    }
    let network = |what: String| Error::fetch(FetchReason::Network, what, OFFLINE_HINT);
    let no_tls = |cause: &dyn std::fmt::Display| {
        let what = format!("{place}: no secure connection: {cause}");
        let hint = "where a company's proxy signs connections, SSL_CERT_FILE names its certificates";
        Failure::permanent(Error::fetch(FetchReason::Network, what, hint))
    };
    match error {
        Cause::Rustls(_) | Cause::Tls(_) => no_tls(error),
        Cause::Io(io) if io.get_ref().is_some_and(|inner| inner.to_string().contains("certificate")) => {
            no_tls(io)
        }
        Cause::BadUri(_) | Cause::InvalidProxyUrl | Cause::RequireHttpsOnly(_) => {
            Failure::permanent(Error::Config(format!("{scheme}://{place}: {error}")))
        }
        Cause::HostNotFound => {
            Failure::no_network(network(format!("no network: the name {place} does not resolve")))
        }
        Cause::Timeout(Timeout::Resolve) => {
            Failure::no_network(network(format!("no network: the name {place} does not resolve ({error})")))
        }
        Cause::Io(io) if is_lookup(io) => {
            Failure::no_network(network(format!("no network: the name {place} does not resolve ({io})")))
        }
        Cause::Io(io) if is_without_route(io.kind()) => {
            Failure::no_network(network(format!("no network: no route to {place} ({io})")))
        }
        Cause::Timeout(_) => {
            Failure::transient(network(format!("{place} does not answer in time ({error})")))
        }
        _ => Failure::transient(network(format!("no connection to {place}: {error}"))),
    }
}

/// Whether a host's name could not be resolved. The standard library has no error kind for this, so it goes by the
/// message, and on Windows by the code.
fn is_lookup(error: &std::io::Error) -> bool {
    let windows = cfg!(windows) && matches!(error.raw_os_error(), Some(11001..=11004));
    windows || error.to_string().starts_with("failed to lookup address")
}

fn is_without_route(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown)
}

/// Whether reading an answer timed out.
pub fn is_silence(error: &std::io::Error) -> bool {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    error.kind() == ErrorKind::TimedOut || matches!(cause, Some(ureq::Error::Timeout(_)))
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> (String, String, String) {
    let Ok(uri) = url.parse::<Uri>() else { return Default::default() };
    let scheme = uri.scheme_str().unwrap_or_default().to_lowercase();
    let usual = if scheme == "https" { 443 } else { 80 };
    let port = uri.port_u16().filter(|port| *port != usual).map(|port| port.to_string());
    (scheme, uri.host().unwrap_or_default().to_lowercase(), port.unwrap_or_default())
}

/// The address that the Location header of an answer from `base` means.
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
    fn a_redirect_may_be_relative() {
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
