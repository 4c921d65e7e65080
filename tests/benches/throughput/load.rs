//! A small load generator: connections that each send prepared requests one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant};

/// What a round gave.
pub(crate) struct Round {
    /// Answers a second.
    pub(crate) per_second: f64,
    /// Milliseconds at the median.
    pub(crate) p50: f64,
    /// Milliseconds that 99 in 100 stay under.
    pub(crate) p99: f64,
}

impl Round {
    pub(crate) fn print(&self, what: &str, limit: f64) {
        let ratio = self.per_second / limit;
        println!(
            "{what}: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms, ratio to POST + one verification {ratio:.2}",
            self.per_second, self.p50, self.p99
        );
    }
}

/// Sends every body once, from so many connections, in turn to each of these gateways; each must be answered with this status.
pub(crate) async fn send(addresses: &[std::net::SocketAddr], path: &str, bodies: Vec<Vec<u8>>, clients: usize, status: &str) -> Round {
    exchange(addresses, posts(path, bodies), clients, status, None).await
}

/// The same, so many a second, however long the answers take: the time of one runs from the instant at which it had to go.
pub(crate) async fn send_paced(
    addresses: &[std::net::SocketAddr],
    path: &str,
    bodies: Vec<Vec<u8>>,
    clients: usize,
    status: &str,
    per_second: f64,
) -> Round {
    exchange(addresses, posts(path, bodies), clients, status, Some(per_second)).await
}

fn posts(path: &str, bodies: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let request = |body: Vec<u8>| {
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        [head.as_bytes(), &body].concat()
    };
    bodies.into_iter().map(request).collect()
}

/// Fetches every path once, from so many connections.
pub(crate) async fn fetch(address: std::net::SocketAddr, paths: impl Iterator<Item = String>, clients: usize) -> Round {
    let request = |path: String| format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes();
    exchange(&[address], paths.map(request).collect(), clients, "200", None).await
}

async fn exchange(
    addresses: &[std::net::SocketAddr],
    requests: Vec<Vec<u8>>,
    clients: usize,
    status: &str,
    per_second: Option<f64>,
) -> Round {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let (requests, next, address) = (requests.clone(), next.clone(), addresses[client % addresses.len()]);
            let status = format!("HTTP/1.1 {status}");
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("a connection");
                stream.set_nodelay(true).expect("no delay");
                let (mut times, mut buffer) = (Vec::new(), Vec::with_capacity(16_384));
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(request) = requests.get(index) else { break };
                    let begin = match per_second {
                        Some(rate) => start + Duration::from_secs_f64(index as f64 / rate),
                        None => Instant::now(),
                    };
                    tokio::time::sleep_until(begin).await;
                    stream.write_all(request).await.expect("sent");
                    let answer = read_answer(&mut stream, &mut buffer).await;
                    assert!(answer.starts_with(&status), "{answer}");
                    times.push(begin.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a client"));
    }
    let elapsed = start.elapsed().as_secs_f64();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    Round { per_second: times.len() as f64 / elapsed, p50: at(0.5), p99: at(0.99) }
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> String {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.expect("an answer");
        assert!(read > 0, "the connection was closed");
        let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
        let length: usize = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next())
            .and_then(|n| n.parse().ok())
            .expect("a length");
        if buffer.len() >= end + 4 + length {
            return String::from_utf8_lossy(buffer).into_owned();
        }
    }
}
