//! `convenant witness`: answers for there being one history of the logs that it knows, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use ledger::log::note::{KeyKind, VerifierKey};
use ledger::log::policy::Policy;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use super::serve::stopped;
use super::{Exit, Terminal};
use crate::clock::{Clock, SystemClock};
use crate::settings::Limits;
use crate::store::{Alone, WitnessStore};
use crate::witness::{Witness, open_key, router};
use crate::{api, server};

/// Cosign checkpoints of ledgers, each only if it begins with what was cosigned before
///
/// On the first run it makes its own key. It prints its vkey: give that to the operators of the ledgers, and to
/// whoever should count this witness.
#[derive(Debug, clap::Args)]
pub struct WitnessCommand {
    /// Name of this witness, such as witness.corporation.example; it is part of its key and stays what it was
    #[arg(long, env = "CONVENANT_WITNESS_NAME")]
    name: Option<String>,
    /// File with its key; made on the first run, readable by its owner only
    #[arg(long, env = "CONVENANT_WITNESS_KEY", value_name = "FILE", default_value = "convenant-witness.key")]
    key: PathBuf,
    /// What it remembers: one SQLite file. A witness that lost it must get a new key
    #[arg(long, env = "CONVENANT_WITNESS_DATABASE", value_name = "FILE", default_value = "convenant-witness.sqlite")]
    database: PathBuf,
    /// Vkey of a ledger to witness; may be given several times. The name in it is the ledger's origin
    #[arg(long = "log", value_name = "VKEY", required_unless_present = "policy")]
    logs: Vec<VerifierKey>,
    /// File with `log` lines (tlog-policy) of ledgers to witness
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Address and port to listen on; TLS is ended by the proxy in front
    #[arg(long, env = "CONVENANT_WITNESS_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Path before `/add-checkpoint`, such as /witness
    #[arg(long, value_name = "PATH", default_value = "", value_parser = prefix)]
    prefix: String,
    /// Which log lines are written
    #[arg(long, value_name = "FILTER", default_value = "info,sqlx=warn")]
    log_filter: String,
}

impl WitnessCommand {
    /// Runs until SIGTERM or SIGINT.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let logs = self.known_logs()?;
        let alone = Alone::with(&self.database)?;
        // With this key it may have cosigned what it no longer remembers: then it could cosign another history.
        anyhow::ensure!(
            self.database.exists() || !self.key.exists(),
            "there is a key {} but no database {}: a witness that forgot what it cosigned must not sign with that key again. Put the \
             database back, or move the key away and give everybody the new vkey",
            self.key.display(),
            self.database.display()
        );
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let filter = EnvFilter::try_new(&self.log_filter)
            .with_context(|| format!("the log filter {:?} is none; accepted: info, or info,sqlx=warn", self.log_filter))?;
        tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
        runtime.block_on(async {
            let store = WitnessStore::open(&self.database)
                .await
                .with_context(|| format!("the database {} cannot be opened", self.database.display()))?;
            // After the database, so that a crash in between leaves no key without one.
            let (cosigner, made) = open_key(&self.key, self.name.as_deref())?;
            if made {
                terminal.note(&format!("made {}: keep it secret; who has it can cosign in your name", self.key.display()))?;
            }
            terminal.line(&format!("vkey {}", cosigner.verifier()))?;
            let listener = TcpListener::bind(self.listen).await.with_context(|| format!("cannot listen on {}", self.listen))?;
            tracing::info!(address = %listener.local_addr()?, logs = logs.len(), "witnessing");
            let limits = Limits::default();
            let witness = Witness::new(store.clone(), cosigner, logs, Clock::System(SystemClock::default()));
            server::serve(listener, api::within(router(witness, &self.prefix), &limits), &limits, stopped()).await;
            store.close().await;
            anyhow::Ok(())
        })?;
        drop(alone);
        Ok(Exit::Done)
    }

    /// The keys of logs from flags and file. Under the key of a witness, a cosignature would pass for a log's signature.
    fn known_logs(&self) -> anyhow::Result<Vec<VerifierKey>> {
        let mut logs = self.logs.clone();
        if let Some(file) = &self.policy {
            let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let policy = Policy::parse(&bytes).with_context(|| file.display().to_string())?;
            logs.extend(policy.logs().iter().map(|log| log.key.clone()));
        }
        anyhow::ensure!(!logs.is_empty(), "there is no ledger to witness; accepted: --log VKEY, or a file with `log VKEY` lines");
        for key in &logs {
            anyhow::ensure!(key.kind() == KeyKind::Note, "{key} is not the key of a log (an Ed25519 key of type 0x01)");
        }
        Ok(logs)
    }
}

fn prefix(text: &str) -> Result<String, &'static str> {
    let plain = |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let text = text.trim_end_matches('/');
    let fits = text.is_empty() || text.strip_prefix('/').is_some_and(|text| text.split('/').all(plain));
    if fits { Ok(text.to_owned()) } else { Err("accepted: a path such as /witness") }
}
