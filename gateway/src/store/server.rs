//! A PostgreSQL server: one database with a schema for each part of the store, and several gateways on it.
//!
//! Where its URL names several hosts, each connection goes to the one that takes writes; when another is promoted, the
//! pools go over to that one by themselves.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection as _, PgPool};

use super::chunks::PREPARED;
use super::db::Pool;
use super::files::Files;
use super::keep::{Pools, Store, StoreFault};
use super::place::Server;
use super::schema;
use super::turns::Turns;

/// How long a connection may be awaited.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is asked whether its host still takes writes.
const FRESH: Duration = Duration::from_secs(1);
/// How often it is looked whether the host still takes writes, where there are several.
const LOOK: Duration = Duration::from_millis(500);
/// How long a host may take to answer that.
const ANSWER: Duration = Duration::from_secs(2);

/// A part of the store: the schema that its names are looked up in.
#[derive(Debug, Clone, Copy)]
struct Part(&'static str);

const LOG: Part = Part("log");
const DERIVED: Part = Part("derived");
const COSIGNED: Part = Part("cosigned");

impl Part {
    fn options(self, host: &PgConnectOptions) -> PgConnectOptions {
        // A gateway that stands still lets go of what it has locked; nobody waits for that longer than this.
        let settings = [("search_path", self.0), ("idle_in_transaction_session_timeout", "10s"), ("lock_timeout", "15s")];
        // What is derived waits for the disk (and the standby) as well: a gateway outlives the crash of its server, and goes by
        // how far it wrote those rows.
        host.clone().application_name("convenant").statement_cache_capacity(PREPARED).options(settings)
    }

    fn pool(self, host: &PgConnectOptions, connections: u32) -> PgPool {
        PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    if takes_writes(connection).await? { Ok(()) } else { Err(sqlx::Error::Protocol("this host takes no writes".into())) }
                })
            })
            .before_acquire(|connection, meta| {
                Box::pin(async move { if meta.idle_for < FRESH { Ok(true) } else { takes_writes(connection).await } })
            })
            .connect_lazy_with(self.options(host))
    }
}

async fn takes_writes(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT NOT pg_is_in_recovery()").fetch_one(connection).await
}

/// The host that takes writes, among these.
async fn primary(hosts: &[PgConnectOptions]) -> Result<&PgConnectOptions, sqlx::Error> {
    let mut last = sqlx::Error::Protocol("none of the hosts takes writes".into());
    for host in hosts {
        let asked = async {
            let mut connection = host.connect().await?;
            let takes = takes_writes(&mut connection).await;
            _ = connection.close().await;
            takes
        };
        match tokio::time::timeout(ANSWER, asked).await {
            Ok(Ok(true)) => return Ok(host),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => last = error,
            Err(_) => last = sqlx::Error::PoolTimedOut,
        }
    }
    Err(last)
}

/// Goes over to another host when the one in use takes no writes any more, for as long as the pools are open.
async fn follow_primary(hosts: Vec<PgConnectOptions>, pools: Vec<(Part, PgPool)>) {
    let (_, log) = &pools[0];
    // Beside the pools, in which a question would wait while they try to connect to a host that is gone.
    let mut connection: Option<PgConnection> = None;
    while !log.is_closed() {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = log.close_event() => return,
        }
        let asked = async {
            match &mut connection {
                Some(connection) => takes_writes(connection).await,
                None => Ok(false),
            }
        };
        if matches!(tokio::time::timeout(ANSWER, asked).await, Ok(Ok(true))) {
            continue;
        }
        let found = match primary(&hosts).await {
            Ok(host) => host.connect().await.map(|connection| (host, connection)),
            Err(error) => Err(error),
        };
        match found {
            Ok((host, fresh)) => {
                // Not the first look, when the pools are there already.
                if connection.replace(fresh).is_some() {
                    tracing::warn!(host = host.get_host(), port = host.get_port(), "the database is written to at this host now");
                }
                pools.iter().for_each(|(part, pool)| pool.set_connect_options(part.options(host)));
            }
            Err(error) => tracing::error!(%error, "no host of the database takes writes"),
        }
    }
}

impl Store {
    /// Connects to a PostgreSQL server whose schema `convenant migrate` has brought up to date. Content beside the log is in a
    /// folder that all gateways share.
    pub async fn connect(server: &Server, attachments: &Path) -> Result<Self, StoreFault> {
        let host = primary(&server.hosts).await?;
        let sizes = [(LOG, 8), (LOG, 8), (DERIVED, 4), (DERIVED, 8), (COSIGNED, 2)];
        let pools: Vec<(Part, PgPool)> = sizes.into_iter().map(|(part, size)| (part, part.pool(host, size))).collect();
        schema::check(&pools[0].1).await.map_err(|fault| StoreFault::Server(fault.to_string()))?;
        let pool = |at: usize| Pool::Postgres(pools[at].1.clone());
        let store = Self {
            log: Pools { writer: pool(0), readers: pool(1) },
            derived: Pools { writer: pool(2), readers: pool(3) },
            cosigned: pool(4),
            files: Files::in_folder(attachments),
            folding: std::sync::Arc::default(),
            turns: Some(Turns::begin(pools[0].1.clone())),
        };
        if server.hosts.len() > 1 {
            tokio::spawn(follow_primary(server.hosts.clone(), pools));
        }
        Ok(store)
    }
}
