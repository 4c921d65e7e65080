//! What this machine can do at most, measured in the same run.

use std::io::Write;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use ledger::envelope::SigningKey;
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::load::send;

pub(crate) struct Machine {
    pub(crate) verify: f64,
    pub(crate) post: f64,
    pub(crate) post_and_verify: f64,
    pub(crate) fsync_millis: f64,
}

impl Machine {
    pub(crate) fn print(&self) {
        println!("machine: {:.0} verifications/s on one core, {:.0} POST/s, fsync {:.2} ms", self.verify, self.post, self.fsync_millis);
        println!("machine: POST + one verification, 64 clients: {:.0}/s", self.post_and_verify);
    }
}

pub(crate) async fn measure() -> Machine {
    let key = SigningKey::from_seed(&[9; 32]);
    let (public, message) = (key.public(), vec![b'x'; 900]);
    let signature = key.sign(&message);
    let start = Instant::now();
    let count = 10_000;
    assert!((0..count).all(|_| public.verify(&message, &signature)));
    let verify = f64::from(count) / start.elapsed().as_secs_f64();

    let body = [signature.clone(), message].concat();
    let check = move |body: Bytes| async move {
        if public.verify(&body[64..], &body[..64]) { StatusCode::CREATED } else { StatusCode::BAD_REQUEST }
    };
    let answer = |_: Bytes| async { (StatusCode::CREATED, "x".repeat(200)) };
    let router = Router::new().route("/verify", post(check)).route("/post", post(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let bodies = vec![body; 60_000];
    let post = median(&[(); 3], async |()| send(&[address], "/post", bodies.clone(), 64, "201").await.per_second).await;
    let post_and_verify = median(&[(); 3], async |()| send(&[address], "/verify", bodies.clone(), 64, "201").await.per_second).await;
    server.abort();
    Machine { verify, post, post_and_verify, fsync_millis: fsync() }
}

async fn median(rounds: &[()], run: impl AsyncFn(()) -> f64) -> f64 {
    let mut figures = Vec::new();
    for () in rounds {
        figures.push(run(()).await);
    }
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn fsync() -> f64 {
    let mut file = tempfile::tempfile().expect("a file");
    let start = Instant::now();
    for _ in 0..50 {
        file.write_all(&[0; 4096]).expect("written");
        file.sync_data().expect("synced");
    }
    start.elapsed().as_secs_f64() * 1000.0 / 50.0
}
