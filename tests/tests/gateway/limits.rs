//! Limits: whoever is too many, too slow or too late is told so, and nothing that was promised is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use gateway::api::router_within;
use gateway::server;
use gateway::settings::Limits;
use harness::gate::{Gate, STATEMENTS, Signer};
use ledger::envelope::Type;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const AT: &str = "2006-02-15T09:00:00Z";

fn stranger(seed: u8) -> (Signer, Vec<u8>) {
    let signer = Signer::new(Box::leak(format!("stranger-{seed}").into_boxed_str()), seed);
    let jws = signer.says(Type::Registration, "r", &signer.registration("other")).jws;
    (signer, jws)
}

async fn post(gate: &Gate, jws: &[u8]) -> (StatusCode, Option<String>, Value) {
    let request = axum::http::Request::post(STATEMENTS).header("content-type", "application/jose+json");
    let response =
        tower::ServiceExt::oneshot(gate.router.clone(), request.body(axum::body::Body::from(jws.to_vec())).unwrap()).await.unwrap();
    let retry = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, retry, serde_json::from_slice(&body).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_gives_503_with_retry_after_and_every_sender_that_comes_back_gets_its_receipt_once() {
    const SENDERS: u8 = 64;
    let gate = Gate::open_within(AT, &Limits { queue: 8, ..Limits::default() }).await;
    let other = gate.home().hold().await;
    let full = AtomicBool::new(false);
    let sending = async |seed: u8| {
        let (_, jws) = stranger(seed + 10);
        loop {
            let (status, retry, answer) = post(&gate, &jws).await;
            assert!(gate.host.ledger("gm0599").unwrap().queue().0 <= 8);
            if status != StatusCode::SERVICE_UNAVAILABLE {
                assert!(status.is_success(), "{answer}");
                return answer["entry"].as_u64().unwrap();
            }
            assert_eq!(retry.as_deref(), Some("1"), "{answer}");
            if answer["detail"] == "the queue is full; sending again is safe" {
                full.store(true, Ordering::Release);
            }
            tokio::task::yield_now().await;
        }
    };
    let unlocking = async {
        while !full.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        other.release().await;
    };
    let senders = async {
        let mut entries = Vec::new();
        let mut pending: Vec<_> = (0..SENDERS).map(|seed| Box::pin(sending(seed))).collect();
        // All at once; then each is waited for in turn.
        std::future::poll_fn(|cx| {
            pending.retain_mut(|sender| match sender.as_mut().poll(cx) {
                std::task::Poll::Ready(entry) => {
                    entries.push(entry);
                    false
                }
                std::task::Poll::Pending => true,
            });
            if pending.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
        entries
    };
    let ((), mut entries) = tokio::join!(unlocking, senders);
    entries.sort_unstable();
    assert_eq!(entries, (1..=u64::from(SENDERS)).collect::<Vec<_>>());
    assert_eq!(gate.size(), 1 + u64::from(SENDERS));
}

#[tokio::test]
async fn a_batch_that_is_longer_than_the_queue_is_taken_as_far_as_it_goes() {
    let gate = Gate::open_within(AT, &Limits { queue: 10, ..Limits::default() }).await;
    let envelope = |seed| json!({ "statement": serde_json::from_slice::<Value>(&stranger(seed).1).unwrap() });
    let batch = json!({ "statements": (10..40).map(envelope).collect::<Vec<_>>() });
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", batch.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::OK);
    let statuses: Vec<u64> = answer["answers"].as_array().unwrap().iter().map(|answer| answer["status"].as_u64().unwrap()).collect();
    let (taken, told) = statuses.split_at(10);
    assert!(taken.iter().all(|status| *status == 201) && told.iter().all(|status| *status == 503), "{statuses:?}");
    assert!(answer["answers"].as_array().unwrap()[10..].iter().all(|answer| answer["retryAfter"] == 1), "{answer}");
    assert_eq!(gate.size(), 11);
}

#[tokio::test]
async fn a_body_above_the_limit_is_413_and_says_the_limit() {
    let gate = Gate::open_within(AT, &Limits { max_body_bytes: 2_000, ..Limits::default() }).await;
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", vec![b' '; 2_001]).await;
    assert_eq!((status, &answer["rule"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too-large")));
    assert_eq!(answer["detail"], "a request has at most 2000 bytes");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_to_come_back_and_may() {
    let gate = Gate::open_within(AT, &Limits { request_timeout_seconds: 1, ..Limits::default() }).await;
    let other = gate.home().hold().await;
    let (_, jws) = stranger(10);
    let (status, retry, answer) = post(&gate, &jws).await;
    assert_eq!((status, retry.as_deref()), (StatusCode::SERVICE_UNAVAILABLE, Some("1")));
    assert_eq!(answer["detail"], "there was no answer in time; sending again is safe");
    other.release().await;
    // It was in the queue all the while: it stands once, whoever asks again.
    let mut answer = post(&gate, &jws).await;
    while answer.0 == StatusCode::SERVICE_UNAVAILABLE {
        answer = post(&gate, &jws).await;
    }
    assert_eq!((answer.2["entry"].as_u64(), gate.size()), (Some(1), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_at_a_time_are_told_so_and_operators_are_answered_all_the_same() {
    let gate = Gate::open_within(AT, &Limits { max_requests: 1, ..Limits::default() }).await;
    let other = gate.home().hold().await;
    let (_, jws) = stranger(10);
    let looking = async {
        // Until the statement is under way, there is a place.
        let (status, headers) = loop {
            let (status, headers, _) = gate.fetch("/v1/ledgers").await;
            if status != StatusCode::OK {
                break (status, headers);
            }
            tokio::task::yield_now().await;
        };
        assert_eq!((status, headers["retry-after"].to_str().unwrap()), (StatusCode::SERVICE_UNAVAILABLE, "1"));
        for path in ["/healthz", "/readyz", "/metrics"] {
            assert_eq!(gate.fetch(path).await.0, StatusCode::OK, "{path}");
        }
        other.release().await;
    };
    let ((status, ..), ()) = tokio::join!(post(&gate, &jws), looking);
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(gate.fetch("/v1/ledgers").await.0, StatusCode::OK);
}

/// A gateway behind a real port, and how to stop it: gives whether everybody was answered.
async fn listening(gate: &Gate, limits: Limits) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, router) = (listener.local_addr().unwrap(), router_within(gate.host.clone(), &limits));
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move { server::serve(listener, router, &limits, async { _ = stopped.await }).await });
    (address, stop, server)
}

/// Sends this, and reads until the other side closes.
async fn says(address: std::net::SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_half_a_request_or_nothing_is_not_waited_for() {
    let gate = Gate::open(AT).await;
    let limits = Limits { header_timeout_seconds: 1, request_timeout_seconds: 1, ..Limits::default() };
    let (address, _stop, _server) = listening(&gate, limits).await;
    let waiting = ["", "GET /v1/ledgers HTTP/1.1\r\nhost: x\r\nslow: "].map(|half| says(address, half));
    let body = "POST /v1/ledgers/gm0599/statements HTTP/1.1\r\nhost: x\r\ncontent-type: application/jose\r\ncontent-length: 100\r\n\r\nx";
    let [nothing, half] = waiting;
    // Each of these ends by itself: the server closes, well before the times that hold when nothing is set.
    let closed = async { tokio::join!(nothing, half, says(address, body)) };
    let (nothing, half, slow_body) = tokio::time::timeout(Duration::from_secs(8), closed).await.unwrap();
    assert!(!nothing.contains("200") && !half.contains("200"), "{nothing} {half}");
    assert!(slow_body.starts_with("HTTP/1.1 503") && slow_body.contains("retry-after: 1"), "{slow_body}");
    let long = says(address, &format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(200_000))).await;
    assert!(long.is_empty() || long.starts_with("HTTP/1.1 431"), "{long}");
    // An idle connection is closed as well, after its answer.
    let kept = says(address, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(kept.starts_with("HTTP/1.1 200"), "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_too_many_waits_until_another_ends() {
    let gate = Gate::open(AT).await;
    let (address, _stop, _server) = listening(&gate, Limits { max_connections: 1, ..Limits::default() }).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut byte = [0; 1];
    first.read_exact(&mut byte).await.unwrap();
    let second = tokio::spawn(async move { says(address, "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await });
    // The first is served still, which takes a round trip; the second has no answer while it is open.
    first.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("\"ready\":true") {
        assert!(first.read_buf(&mut seen).await.unwrap() > 0);
    }
    assert!(!second.is_finished());
    drop(first);
    assert!(second.await.unwrap().starts_with("HTTP/1.1 200"));
}

/// Begins a request, of which the server says that it waits for the rest.
async fn begins(address: std::net::SocketAddr, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {STATEMENTS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/jose+json\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_answers_what_is_under_way_and_takes_nothing_new() {
    let gate = Gate::open(AT).await;
    let (address, stop, server) = listening(&gate, Limits::default()).await;
    let (_, jws) = stranger(10);
    let mut stream = begins(address, jws.len()).await;
    stop.send(()).unwrap();
    // No more connections, once the listener is gone.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(&jws).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 201"), "{}", String::from_utf8_lossy(&answer));
    assert!(server.await.unwrap(), "everybody was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_does_not_wait_longer_than_it_may() {
    let gate = Gate::open(AT).await;
    let (address, stop, server) = listening(&gate, Limits { stop_timeout_seconds: 1, ..Limits::default() }).await;
    let _stream = begins(address, 100).await;
    stop.send(()).unwrap();
    // Well before the thirty seconds that the request itself would have.
    assert!(!tokio::time::timeout(Duration::from_secs(15), server).await.unwrap().unwrap(), "somebody was not answered");
}
