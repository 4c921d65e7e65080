//! A tiny HTTP server for tests: scripted answers, one connection each, and what was asked is kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A request as it came.
pub(crate) struct Asked {
    /// Method and target, such as `GET /v1/ledgers`.
    pub(crate) line: String,
    /// The media type of the body; empty without one.
    pub(crate) media_type: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// What the server does with one connection.
pub(crate) enum Scripted {
    /// Closes it without a word.
    HangUp,
    /// Answers with this status line, these headers and this body.
    Answer(&'static str, String, String),
}

/// Listens on a free port until it is finished.
pub(crate) struct Stub {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Asked>>,
}

pub(crate) fn json(status: &'static str, body: &str) -> Scripted {
    Scripted::Answer(status, "content-type: application/json\r\n".into(), body.into())
}

pub(crate) fn problem(status: &'static str, body: &str) -> Scripted {
    Scripted::Answer(status, "content-type: application/problem+json\r\n".into(), body.into())
}

pub(crate) fn acceptance(entry: u64) -> String {
    format!(
        r#"{{"entry":{entry},"acceptedAt":"2006-03-01T09:00:00.000Z","ledger":"example.nl/l","receipt":"c2sp.org/tlog-proof@v1\nindex {entry}\n"}}"#
    )
}

impl Stub {
    /// Gives these answers in order, and hangs up on whatever comes after them.
    pub(crate) fn start(script: Vec<Scripted>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let (mut script, mut asked) = (script.into_iter(), Vec::new());
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                asked.extend(serve(stream, script.next().unwrap_or(Scripted::HangUp)));
            }
            asked
        });
        Self { address, stop, thread }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops, and says what was asked.
    pub(crate) fn finish(self) -> Vec<Asked> {
        self.stop.store(true, Ordering::SeqCst);
        TcpStream::connect(self.address).unwrap(); // wakes the thread that waits for the next connection
        self.thread.join().unwrap()
    }
}

fn serve(mut stream: TcpStream, scripted: Scripted) -> Option<Asked> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let (mut length, mut media_type) = (0, String::new());
    while let Some(header) = line().filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once(':')?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "content-type" => media_type = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if let Scripted::Answer(status, headers, text) = scripted {
        let answer = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{text}", text.len());
        stream.write_all(answer.as_bytes()).ok()?;
    }
    let line = first.strip_suffix(" HTTP/1.1").unwrap_or(&first).to_owned();
    Some(Asked { line, media_type, body })
}
