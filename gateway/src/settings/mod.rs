//! Everything that `serve` can be told, once: flag, environment variable and key of the file have one name each.
//!
//! A flag goes before the environment, the environment before the file, the file before the default.

mod file;
mod reference;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::value_parser;

use crate::checking;
use crate::store::Database;
use crate::witnessing::Cadence;
pub use file::{SettingsFault, with_file};
pub use reference::{example, reference};

/// What a gateway is told at its start.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// File with settings (TOML): the same names, without the leading dashes.
    #[arg(long, env = "CONVENANT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database: a SQLite file, or postgres://USER@HOST:PORT,HOST:PORT/DATABASE, which several gateways may share.
    #[arg(long, env = "CONVENANT_DATABASE", value_name = "DATABASE", default_value = "convenant.sqlite")]
    pub database: Database,
    /// Directory for content beside the log, which all gateways of a database share; beside the file, or convenant.attachments, when not given.
    #[arg(long, env = "CONVENANT_ATTACHMENTS", value_name = "DIRECTORY")]
    pub attachments: Option<PathBuf>,
    /// Directory with the gateway's own keys.
    #[arg(long, env = "CONVENANT_KEYS", value_name = "DIRECTORY", default_value = "convenant-keys")]
    pub keys: PathBuf,
    /// Address and port to listen on. TLS is ended by the proxy in front.
    #[arg(long, env = "CONVENANT_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Which log lines are written: a level, and levels for parts after commas.
    #[arg(long, env = "CONVENANT_LOG", value_name = "FILTER", default_value = "info,sqlx=warn")]
    pub log: String,
    /// How much is taken at once, and for how long.
    #[command(flatten)]
    pub limits: Limits,
    /// Who cosigns, and how it is asked.
    #[command(flatten)]
    pub witnesses: Witnesses,
    /// How what is stored is checked.
    #[command(flatten)]
    pub self_check: SelfCheck,
    /// Confirms that the clock is right after a jump or a long downtime, once, at this start.
    #[arg(long)]
    pub accept_clock: bool,
}

/// Who cosigns the checkpoints of ledgers, and how it is asked.
#[derive(Debug, Clone, clap::Args)]
pub struct Witnesses {
    /// Files with witnesses and a quorum (tlog-policy), each witness with its URL. The first one that lists a ledger's vkey, or no ledger at all, is that ledger's.
    #[arg(long, env = "CONVENANT_WITNESS_POLICIES", value_name = "FILE", value_delimiter = ',')]
    pub witness_policies: Vec<PathBuf>,
    /// Milliseconds from one round, in which witnesses are shown the newest checkpoint, to the next.
    #[arg(long, env = "CONVENANT_WITNESS_INTERVAL_MILLIS", value_name = "MILLIS", default_value = "5000", value_parser = value_parser!(u32).range(50..=3_600_000))]
    pub witness_interval_millis: u32,
    /// Milliseconds that one witness has to answer; then that round goes without it.
    #[arg(long, env = "CONVENANT_WITNESS_TIMEOUT_MILLIS", value_name = "MILLIS", default_value = "4000", value_parser = value_parser!(u32).range(50..=600_000))]
    pub witness_timeout_millis: u32,
}

impl Witnesses {
    /// How witnesses are asked.
    pub fn cadence(&self) -> Cadence {
        let millis = |millis: u32| Duration::from_millis(millis.into());
        Cadence { interval: millis(self.witness_interval_millis), limit: millis(self.witness_timeout_millis) }
    }
}

/// How a gateway checks what it stored.
#[derive(Debug, Clone, clap::Args)]
pub struct SelfCheck {
    /// Seconds from the end of one check of everything that is stored to the beginning of the next; the first one begins at the start.
    #[arg(long, env = "CONVENANT_SELF_CHECK_INTERVAL_SECONDS", value_name = "SECONDS", default_value = "3600", value_parser = value_parser!(u32).range(1..=31_536_000))]
    pub self_check_interval_seconds: u32,
    /// Percent of the time of one core that such a check works; it rests in between.
    #[arg(long, env = "CONVENANT_SELF_CHECK_SHARE_PERCENT", value_name = "PERCENT", default_value = "10", value_parser = value_parser!(u32).range(1..=100))]
    pub self_check_share_percent: u32,
}

impl SelfCheck {
    /// When, and how hard.
    pub fn cadence(&self) -> checking::Cadence {
        let interval = Duration::from_secs(self.self_check_interval_seconds.into());
        checking::Cadence { interval, share: checking::Share::percent(self.self_check_share_percent) }
    }
}

/// How much a gateway takes at once, and for how long; and which web pages may call it.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Limits {
    /// At most this many bytes in the body of a request; more is answered with 413.
    #[arg(long, env = "CONVENANT_MAX_BODY_BYTES", value_name = "BYTES", default_value = "8388608",
        value_parser = value_parser!(u32).range(1_024..=1_073_741_824))]
    pub max_body_bytes: u32,
    /// At most this many bytes in an attachment that is uploaded beside its statement; a larger one is answered with 413.
    #[arg(long, env = "CONVENANT_MAX_ATTACHMENT_BYTES", value_name = "BYTES", default_value = "67108864",
        value_parser = value_parser!(u32).range(1_024..=1_073_741_824))]
    pub max_attachment_bytes: u32,
    /// At most this many requests at a time; more are answered with 503 and Retry-After.
    #[arg(long, env = "CONVENANT_MAX_REQUESTS", value_name = "NUMBER", default_value = "1024", value_parser = value_parser!(u32).range(1..=100_000))]
    pub max_requests: u32,
    /// At most this many connections at a time; more wait until one is closed.
    #[arg(long, env = "CONVENANT_MAX_CONNECTIONS", value_name = "NUMBER", default_value = "4096", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// So many statements may wait for the writer of a ledger; more are answered with 503 and Retry-After.
    #[arg(long, env = "CONVENANT_QUEUE", value_name = "NUMBER", default_value = "5000", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub queue: u32,
    /// Seconds within which the headers of a request must have arrived; then the connection is closed, an idle one too.
    #[arg(long, env = "CONVENANT_HEADER_TIMEOUT_SECONDS", value_name = "SECONDS", default_value = "10", value_parser = value_parser!(u32).range(1..=3_600))]
    pub header_timeout_seconds: u32,
    /// Seconds within which a request must have arrived whole and have been answered; then it is answered with 503.
    #[arg(long, env = "CONVENANT_REQUEST_TIMEOUT_SECONDS", value_name = "SECONDS", default_value = "30", value_parser = value_parser!(u32).range(1..=3_600))]
    pub request_timeout_seconds: u32,
    /// Seconds within which a statement must have arrived with its attachments and have been answered; then it is answered with 503.
    #[arg(long, env = "CONVENANT_UPLOAD_TIMEOUT_SECONDS", value_name = "SECONDS", default_value = "600", value_parser = value_parser!(u32).range(1..=86_400))]
    pub upload_timeout_seconds: u32,
    /// Seconds that requests under way have after SIGTERM; then the process ends without them.
    #[arg(long, env = "CONVENANT_STOP_TIMEOUT_SECONDS", value_name = "SECONDS", default_value = "30", value_parser = value_parser!(u32).range(1..=3_600))]
    pub stop_timeout_seconds: u32,
    /// Origins of web pages that browsers may let call this API (CORS), such as https://example.nl; `*` means every page.
    #[arg(long, env = "CONVENANT_CORS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Vec<HeaderValue>,
}

impl Limits {
    /// Time for the headers of a request.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_seconds.into())
    }

    /// Time for a request from its headers to its answer.
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds.into())
    }

    /// Time for a statement with content beside it.
    pub fn upload_timeout(&self) -> Duration {
        Duration::from_secs(self.upload_timeout_seconds.into())
    }

    /// Time for requests under way once the gateway is told to stop.
    pub fn stop_timeout(&self) -> Duration {
        Duration::from_secs(self.stop_timeout_seconds.into())
    }
}

impl Default for Limits {
    /// What holds when nothing is set: the defaults of the flags, whatever the environment says.
    fn default() -> Self {
        let command = <Self as clap::Args>::augment_args(clap::Command::new("limits")).mut_args(file::deaf);
        let matches = command.try_get_matches_from(["limits"]).expect("every limit has a default");
        clap::FromArgMatches::from_arg_matches(&matches).expect("every limit has a default")
    }
}

/// An origin as browsers send it: `scheme://host` with a port if it is not the usual one (RFC 6454, 6.2), or `*`.
fn origin(text: &str) -> Result<HeaderValue, String> {
    let accepted = "accepted: https://host, http://host:port or *";
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte))
    };
    if text == "*" || host.is_some_and(plain) { HeaderValue::from_str(text).map_err(|_| accepted.into()) } else { Err(accepted.into()) }
}
