//! A hub on the loopback that answers as the real one does, and misbehaves as it is told. It keeps what it was asked.

#![allow(dead_code, reason = "the unit tests of the store, which include this file, use a part of it")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
pub const REPO: &str = "owner/toy";

/// What goes wrong with one answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This status, with these header lines.
    Status(u16, &'static str),
    /// A page for people with status 200; `true`: as long as the file.
    Page(bool),
    /// So many bytes of the announced ones, then the end.
    Drop(usize),
    /// So many bytes, then silence.
    Stall(usize),
    /// The right length, wrong bytes.
    Wrong,
    /// Fewer bytes than the file has, announced as such.
    Short(usize),
    /// This length is announced, whatever follows.
    Length(usize),
    /// Nothing is announced, and so many bytes come.
    Unannounced(usize),
    /// The file, whatever range was asked for.
    NoRange,
    /// Elsewhere, with the headers that the Hub sends along.
    Redirect(String),
    /// A pause after each so many bytes.
    Slow(usize),
    /// This status line, these headers and this body, with the length of the body.
    Answer(String, &'static str),
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

struct Step {
    method: &'static str,
    part: &'static str,
    left: usize,
    fault: Fault,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    script: Mutex<Vec<Step>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    commit: Mutex<String>,
}

/// A running server.
pub struct Hub {
    pub url: String,
    state: Arc<State>,
}

impl Hub {
    /// Serves these files as `owner/toy`, and below `/keras/`.
    pub fn of(files: &[(&str, Vec<u8>)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        let state = Arc::new(State { files, commit: Mutex::new(COMMIT.to_owned()), ..State::default() });
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serving.connections.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&serving);
                thread::spawn(move || {
                    let _ = answer(&state, stream); // the client may go at any time
                });
            }
        });
        Hub { url, state }
    }

    /// The next `times` requests of `method` whose path holds `part` go wrong.
    pub fn fault(&self, method: &'static str, part: &'static str, times: usize, fault: Fault) -> &Self {
        self.state.script.lock().unwrap().push(Step { method, part, left: times, fault });
        self
    }

    /// No more faults.
    pub fn mend(&self) {
        self.state.script.lock().unwrap().clear();
    }

    /// The branch moves.
    pub fn move_main(&self, commit: &str) {
        *self.state.commit.lock().unwrap() = commit.to_owned();
    }

    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    /// The requests for content.
    pub fn gets(&self) -> Vec<Seen> {
        let content = |seen: &Seen| seen.method == "GET" && !seen.path.starts_with("/api/");
        self.seen().into_iter().filter(content).collect()
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(state: &State, stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let mut seen = Seen { method: words.next().unwrap_or_default().to_owned(), ..Seen::default() };
    seen.path = words.next().unwrap_or_default().to_owned();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        seen.headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    state.seen.lock().unwrap().push(seen.clone());
    if seen.method == "CONNECT" {
        // As a proxy, it plays the host that it is to connect to.
        write!(&stream, "HTTP/1.1 200 OK\r\n\r\n")?;
        return answer(state, stream);
    }
    let fault = {
        let mut script = state.script.lock().unwrap();
        let step = script
            .iter_mut()
            .find(|step| step.left > 0 && step.method == seen.method && seen.path.contains(step.part));
        step.map(|step| {
            step.left -= 1;
            step.fault.clone()
        })
    };
    respond(state, &seen, fault, stream)
}

fn respond(state: &State, seen: &Seen, fault: Option<Fault>, mut out: TcpStream) -> std::io::Result<()> {
    let commit = state.commit.lock().unwrap().clone();
    if let Some(Fault::Status(status, lines)) = &fault {
        return write!(out, "HTTP/1.1 {status} X\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n");
    }
    if let Some(Fault::Answer(head, body)) = &fault {
        let length = body.len();
        let body = if seen.method == "HEAD" { "" } else { body };
        return write!(out, "HTTP/1.1 {head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    }
    let api = format!("/api/models/{REPO}");
    if let Some(rest) = seen.path.strip_prefix(&api) {
        let revision = rest.strip_prefix("/revision/").map(|rest| rest.split('?').next().unwrap_or(rest));
        if !rest.is_empty() && !revision.is_some_and(|revision| revision == "main" || revision == commit) {
            return missing(&mut out, "RevisionNotFound");
        }
        let names: Vec<String> =
            state.files.keys().map(|name| format!("{{\"rfilename\": \"{name}\"}}")).collect();
        let body = format!("{{\"sha\": \"{commit}\", \"siblings\": [{}]}}", names.join(", "));
        let body = if matches!(fault, Some(Fault::Page(_))) { "<html>".to_owned() } else { body };
        let length = body.len();
        return write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    }
    let path = seen.path.split('?').next().unwrap_or_default();
    let file = match path.strip_prefix(&format!("/{REPO}/resolve/")).and_then(|rest| rest.split_once('/')) {
        Some((revision, file)) if revision == "main" || revision == commit => file,
        Some(_) => return missing(&mut out, "RevisionNotFound"),
        None => match path.strip_prefix("/keras/").or(path.strip_prefix("/cdn/")) {
            Some(file) => file,
            None => return missing(&mut out, "RepoNotFound"),
        },
    };
    let Some(bytes) = state.files.get(file) else { return missing(&mut out, "EntryNotFound") };
    content(seen, bytes, &commit, fault, out)
}

fn missing(out: &mut TcpStream, code: &str) -> std::io::Result<()> {
    write!(out, "HTTP/1.1 404 X\r\nX-Error-Code: {code}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

fn content(
    seen: &Seen,
    bytes: &[u8],
    commit: &str,
    fault: Option<Fault>,
    mut out: TcpStream,
) -> std::io::Result<()> {
    let (sum, size) = (sha256(bytes), bytes.len());
    let mut headers =
        format!("X-Repo-Commit: {commit}\r\nX-Linked-Etag: \"{sum}\"\r\nX-Linked-Size: {size}\r\n");
    headers += "Accept-Ranges: bytes\r\nConnection: close\r\n";
    if let Some(Fault::Redirect(to)) = &fault {
        return write!(out, "HTTP/1.1 302 Found\r\n{headers}Location: {to}\r\nContent-Length: 0\r\n\r\n");
    }
    headers += &format!("ETag: \"{sum}\"\r\n");
    let from =
        seen.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let from: usize = from.filter(|_| !matches!(fault, Some(Fault::NoRange))).unwrap_or(0);
    if from > 0 && from >= size {
        return write!(out, "HTTP/1.1 416 X\r\nContent-Range: bytes */{size}\r\nContent-Length: 0\r\n\r\n");
    }
    let mut body = bytes[from..].to_vec();
    let mut length = Some(body.len());
    let mut kind = "application/octet-stream";
    match fault {
        Some(Fault::Page(long)) => {
            kind = "text/html; charset=utf-8";
            headers = "Connection: close\r\n".to_owned();
            let page = b"<html>log in</html> ";
            body = page.iter().copied().cycle().take(if long { size } else { page.len() }).collect();
            length = Some(body.len());
        }
        Some(Fault::Drop(count) | Fault::Stall(count)) => body.truncate(count),
        Some(Fault::Wrong) => body.iter_mut().for_each(|byte| *byte ^= 1),
        Some(Fault::Short(count)) => {
            body.truncate(count);
            length = Some(count);
        }
        Some(Fault::Length(count)) => length = Some(count),
        Some(Fault::Unannounced(count)) => {
            length = None;
            body = body.into_iter().cycle().take(count).collect();
        }
        _ => {}
    }
    let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
    write!(out, "HTTP/1.1 {status}\r\n{headers}Content-Type: {kind}\r\n")?;
    if from > 0 {
        write!(out, "Content-Range: bytes {from}-{}/{size}\r\n", size - 1)?;
    }
    if let Some(length) = length {
        write!(out, "Content-Length: {length}\r\n")?;
    }
    out.write_all(b"\r\n")?;
    if seen.method == "HEAD" {
        return out.flush();
    }
    match fault {
        Some(Fault::Slow(count)) => {
            for part in body.chunks(count) {
                out.write_all(part)?;
                thread::sleep(Duration::from_millis(5));
            }
        }
        _ => out.write_all(&body)?,
    }
    out.flush()?;
    if matches!(fault, Some(Fault::Stall(_))) {
        // Until the client has enough of it.
        let _ = out.set_read_timeout(Some(Duration::from_secs(60))).and_then(|()| out.read(&mut [0]));
    }
    Ok(())
}
