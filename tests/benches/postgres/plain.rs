//! What the server does without us: rows of the size of a record, one by one, by the many, and into an audit table whose
//! trigger locks the last row and hashes it into the next.

use harness::postgres::TestDatabase;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::Instant;

/// Connections that insert at the same time.
const CLIENTS: usize = 16;
/// Rows in one batched insert.
const BATCH: i64 = 512;

/// Rows a second.
pub(crate) struct Plain {
    single: f64,
    batched: f64,
    chained: f64,
}

impl Plain {
    pub(crate) fn print(&self) {
        let Self { single, batched, chained } = self;
        println!("PostgreSQL alone, {CLIENTS} connections: {single:.0} rows/s one by one, {batched:.0} by {BATCH}");
        println!("PostgreSQL alone, {CLIENTS} connections: {chained:.0} rows/s into an audit table with a locked hash chain");
    }
}

const TABLES: &str = "
    CREATE TABLE public.plain (id BIGSERIAL PRIMARY KEY, body BYTEA NOT NULL);
    CREATE TABLE public.chained (id BIGSERIAL PRIMARY KEY, body BYTEA NOT NULL, chain BYTEA);
    CREATE TABLE public.chain (one INT PRIMARY KEY, last BYTEA NOT NULL);
    INSERT INTO public.chain VALUES (1, '');
    CREATE FUNCTION public.link() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE before BYTEA;
    BEGIN
        SELECT last INTO before FROM public.chain WHERE one = 1 FOR UPDATE;
        NEW.chain := sha256(before || NEW.body);
        UPDATE public.chain SET last = NEW.chain WHERE one = 1;
        RETURN NEW;
    END $$;
    CREATE TRIGGER link BEFORE INSERT ON public.chained FOR EACH ROW EXECUTE FUNCTION public.link();";

pub(crate) async fn measure(database: &TestDatabase, rows: usize) -> Plain {
    database.execute(TABLES).expect("the tables");
    let pool = PgPoolOptions::new().max_connections(CLIENTS as u32).connect(&database.owner_url()).await.expect("connections");
    let single = one_by_one(&pool, "INSERT INTO public.plain (body) VALUES ($1)", rows).await;
    let chained = one_by_one(&pool, "INSERT INTO public.chained (body) VALUES ($1)", rows / 4).await;
    let start = Instant::now();
    let batches = rows as i64 * 4 / BATCH;
    let sql = "INSERT INTO public.plain (body) SELECT $1 FROM generate_series(1, $2)";
    for _ in 0..batches {
        sqlx::query(sql).bind(body()).bind(BATCH).execute(&pool).await.expect("inserted");
    }
    let batched = (batches * BATCH) as f64 / start.elapsed().as_secs_f64();
    pool.close().await;
    Plain { single, batched, chained }
}

fn body() -> Vec<u8> {
    vec![b'x'; 900]
}

async fn one_by_one(pool: &PgPool, sql: &'static str, rows: usize) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for _ in 0..rows / CLIENTS {
                    sqlx::query(sql).bind(body()).execute(&pool).await.expect("inserted");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a client");
    }
    (rows / CLIENTS * CLIENTS) as f64 / start.elapsed().as_secs_f64()
}
