//! What a gateway logs. In a process of its own, since what logs is one for a whole process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use harness::gate::{Gate, STATEMENTS};
use serde_json::Value;
use sqlx::Connection;
use tracing_subscriber::fmt::MakeWriter;

/// What was logged, as lines of JSON.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn read(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test]
async fn every_line_about_a_request_has_its_id_and_each_request_has_one_line_of_access() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().with_env_filter("info,sqlx=off").with_writer(lines.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite://{}", gate.database().display())).await.unwrap();
    // A record that cannot be read: the handler logs why, the answer says nothing of it.
    sqlx::query("UPDATE record SET salt = zeroblob(3)").execute(&mut other).await.unwrap();
    lines.read();
    let (status, _, body) = gate.ask("GET", "/v1/ledgers/gm0599/receipts/0", &[("x-request-id", "broken-1")]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains("\"requestId\":\"broken-1\"") && !body.contains("32 bytes"), "{body}");
    let logged = lines.read();
    assert!(logged.iter().all(|line| line["span"]["request.id"] == "broken-1"), "{logged:?}");
    let why = logged.iter().find(|line| line["level"] == "ERROR").unwrap();
    assert!(why["fields"]["error"].as_str().unwrap().contains("record 0"), "{why}");
    let access: Vec<&Value> = logged.iter().filter(|line| line["target"] == "access").collect();
    let [access] = access[..] else { panic!("{access:?}") };
    let fields = &access["fields"];
    assert_eq!((&fields["http.method"], &fields["http.status"]), (&"GET".into(), &503.into()));
    assert_eq!(
        (&fields["http.route"], &fields["http.path"]),
        (&"/v1/ledgers/{ledger}/receipts/{entry}".into(), &"/v1/ledgers/gm0599/receipts/0".into())
    );
    assert!(fields["elapsed.ms"].as_f64().unwrap() > 0.0);

    // A refusal is no trouble of ours.
    let batch = b"{\"statements\":[{\"statement\":\"x.y.z\"}]}".to_vec();
    let (_, answer) = gate.send("POST", STATEMENTS, "application/json", batch).await;
    assert_eq!(answer["answers"][0]["status"], 400, "{answer}");
    assert_eq!(lines.read().len(), 1, "the line of access is the only one");
}
