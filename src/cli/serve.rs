//! `serve`: a built site on 127.0.0.1 with an author's lessons over its own. Answers GET and HEAD, nothing else.
//!
//! The page learns from a `meta` element where to ask whether anything was saved; so only a page that is served here asks.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::design::Problem;

use super::ServeArguments;
use super::run::{problem, told};

/// Where the page asks whether anything was saved.
const SAVED: &str = "__saved";
/// The largest request that is read, in bytes.
const REQUEST_BYTES_MAX: u64 = 16_384;
/// How long a browser may take to ask, or to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How deep below the lessons' folder saved files are looked for.
const DEPTH_MAX: usize = 8;

/// What is served.
struct Site {
    site: PathBuf,
    lessons: PathBuf,
    port: u16,
}

/// Serves until it is stopped.
pub fn serve(arguments: &ServeArguments) -> ExitCode {
    told(try_serve(arguments))
}

fn try_serve(arguments: &ServeArguments) -> Result<(), Vec<Problem>> {
    let folder = |path: &Path, hint: &str| {
        let read = fs::canonicalize(path);
        read.map_err(|error| vec![problem(path, format!("cannot be read: {error}"), hint)])
    };
    let site = folder(&arguments.site, "build it with `trunk build --release`, or give the folder of a built site")?;
    let lessons = folder(&arguments.lessons, "name the folder of your lessons with --lessons DIR")?;
    if !site.join("index.html").is_file() {
        return Err(vec![problem(
            &arguments.site,
            "this is no built site: it has no index.html".to_owned(),
            "give another folder",
        )]);
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).map_err(|error| {
        let message = format!("port {} cannot be had: {error}", arguments.port);
        vec![problem(&arguments.site, message, "choose another one with --port, or 0 for any")]
    })?;
    let port = listener.local_addr().map_or(arguments.port, |address| address.port());
    println!(
        "http://127.0.0.1:{port}/ shows {} with the lessons of {}",
        arguments.site.display(),
        arguments.lessons.display()
    );
    println!("The open lesson is read again when you save; Ctrl+C ends this.");
    let served = Arc::new(Site { site, lessons, port });
    for stream in listener.incoming().flatten() {
        let served = served.clone();
        // A browser that goes away in mid-answer is no news.
        thread::spawn(move || _ = answer(&served, stream));
    }
    Ok(())
}

fn answer(site: &Site, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Some(request) = Request::read(&stream)? else {
        return respond(&mut stream, "400 Bad Request", "text/plain", b"Bad request\n", true);
    };
    if !request.is_for(site.port) {
        return respond(&mut stream, "403 Forbidden", "text/plain", b"Only for this machine\n", request.body);
    }
    if request.path == SAVED {
        return respond(&mut stream, "200 OK", "text/plain", stamp(&site.lessons).as_bytes(), request.body);
    }
    match site.find(&request.path) {
        Some((kind, bytes)) => respond(&mut stream, "200 OK", kind, &bytes, request.body),
        None => respond(&mut stream, "404 Not Found", "text/plain", b"Not found\n", request.body),
    }
}

fn respond(stream: &mut TcpStream, status: &str, kind: &str, bytes: &[u8], body: bool) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-cache\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
        bytes.len()
    );
    stream.write_all(head.as_bytes())?;
    if body {
        stream.write_all(bytes)?;
    }
    stream.flush()
}

/// What a browser asks for.
struct Request {
    /// The path from the site's root, decoded, without its first `/`.
    path: String,
    host: String,
    /// Whether the answer has a body: GET, not HEAD.
    body: bool,
}

impl Request {
    fn read(stream: &TcpStream) -> std::io::Result<Option<Request>> {
        let mut lines = BufReader::new(stream.take(REQUEST_BYTES_MAX)).lines();
        let Some(first) = lines.next().transpose()? else { return Ok(None) };
        let mut host = String::new();
        for line in lines {
            let line = line?;
            match line.split_once(':') {
                _ if line.is_empty() => break,
                Some((name, value)) if name.eq_ignore_ascii_case("host") => host = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = target.split(['?', '#']).next().and_then(|path| decoded(path.strip_prefix('/')?));
        let body = method == "GET";
        Ok(path.filter(|_| body || method == "HEAD").map(|path| Request { path, host, body }))
    }

    /// Whether it asks for this machine by name: another name that leads here is somebody else's page.
    fn is_for(&self, port: u16) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| self.host == format!("{name}:{port}") || self.host == *name)
    }
}

/// Decodes `%20`; none for what is no text.
fn decoded(path: &str) -> Option<String> {
    let bytes = path.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let digits = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
                out.push(u8::from_str_radix(digits, 16).ok()?);
                at += 3;
            }
            byte => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok()
}

impl Site {
    /// The type and content of the file at this path.
    fn find(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        let path = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
        if path.split('/').any(|part| part.is_empty() || part.starts_with('.') || part.contains(['\\', '\0'])) {
            return None;
        }
        let own = path.strip_prefix("lessons/").and_then(|path| within(&self.lessons, path));
        let file = own.or_else(|| within(&self.site, &path))?;
        let bytes = fs::read(file).ok()?;
        match path.as_str() {
            "index.html" => Some((kind_of(&path), self.told(bytes))),
            _ => Some((kind_of(&path), bytes)),
        }
    }

    /// The page, told where to ask.
    fn told(&self, page: Vec<u8>) -> Vec<u8> {
        let Ok(page) = String::from_utf8(page) else { return Vec::new() };
        page.replacen("</title>", &format!("</title>\n<meta name=\"author-server\" content=\"{SAVED}\" />"), 1)
            .into_bytes()
    }
}

/// The file at this path below a folder; none for one that is not there, or that a link leads out to.
fn within(folder: &Path, path: &str) -> Option<PathBuf> {
    let file = fs::canonicalize(folder.join(path)).ok()?;
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "md" => "text/markdown; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "toml" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// Another text whenever a file was saved, added or taken away.
fn stamp(lessons: &Path) -> String {
    let mut seen = Seen::default();
    seen.look(lessons, DEPTH_MAX);
    format!("{}-{}-{}", seen.count, seen.bytes, seen.last.as_nanos())
}

/// What is seen of a folder's files.
#[derive(Default)]
struct Seen {
    count: u64,
    bytes: u64,
    last: Duration,
}

impl Seen {
    fn look(&mut self, folder: &Path, depth: usize) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() && depth > 0 {
                self.look(&entry.path(), depth - 1);
            }
            let saved = data.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
            self.count += 1;
            self.bytes += data.len();
            self.last = self.last.max(saved.unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded() {
        assert_eq!(decoded("a%20b%2Fc").as_deref(), Some("a b/c"));
        assert_eq!((decoded("%"), decoded("%zz"), decoded("%ff")), (None, None, None));
    }
}
