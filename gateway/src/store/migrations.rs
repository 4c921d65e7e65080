//! The steps of each schema, from `migrations/`: their texts are part of the program.
//!
//! They are named one by one and not gathered by `sqlx::migrate!`: that macro brings SQLx with both databases along once more, for
//! the compiler, and takes minutes of each build (docs/decisions/0126).

use std::sync::LazyLock;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

macro_rules! steps {
    ($folder:literal: $($name:literal),+) => {
        Migrator::with_migrations(vec![$(step($name, include_str!(concat!("../../../migrations/", $folder, "/", $name, ".sql")))),+])
    };
}

/// The log in SQLite.
pub(super) static LOG: LazyLock<Migrator> = LazyLock::new(|| {
    steps!("sqlite": "0001_foundation", "0002_write_behind", "0003_tile_root", "0010_attachment_files", "0011_log_key_rotation",
        "0012_abandoned", "0013_on_behalf_of")
});

/// What is derived from it.
pub(super) static DERIVED: LazyLock<Migrator> = LazyLock::new(
    || steps!("sqlite-derived": "0001_foundation", "0002_life_by_part", "0003_withheld", "0004_life_debtor", "0005_umbrella"),
);

/// What witnesses signed of it.
pub(super) static COSIGNED: LazyLock<Migrator> = LazyLock::new(|| steps!("sqlite-cosigned": "0001_foundation"));

/// What a witness keeps.
pub(super) static WITNESS: LazyLock<Migrator> = LazyLock::new(|| steps!("sqlite-witness": "0001_foundation"));

/// All of it in PostgreSQL.
pub(super) static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = steps!("postgres": "0001_foundation", "0002_abandoned", "0003_on_behalf_of", "0004_umbrella");
    // What was applied is remembered apart from the tables that hold something.
    migrator.create_schema("convenant");
    migrator.dangerous_set_table_name("convenant.migration");
    migrator
});

/// A step by the name of its file: `0003_tile_root` is the third, "tile root".
fn step(name: &'static str, sql: &'static str) -> Migration {
    let (version, description) = name.split_once('_').expect("a number and words");
    let version = version.parse().expect("a number");
    Migration::new(version, description.replace('_', " ").into(), MigrationType::Simple, sql.into_sql_str(), false)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[tokio::test]
    async fn each_file_is_a_step_and_as_sqlx_reads_it() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
        let all: [(&str, &Migrator); 5] = [
            ("sqlite", &LOG),
            ("sqlite-derived", &DERIVED),
            ("sqlite-cosigned", &COSIGNED),
            ("sqlite-witness", &WITNESS),
            ("postgres", &POSTGRES),
        ];
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), all.len(), "a folder that no schema has");
        for (folder, steps) in all {
            let read = Migrator::new(root.join(folder)).await.unwrap();
            let told = |migrator: &Migrator| {
                let told = |step: &Migration| (step.version, step.description.to_string(), step.checksum.to_vec(), step.no_tx);
                migrator.iter().map(told).collect::<Vec<_>>()
            };
            assert_eq!(told(steps), told(&read), "{folder}");
        }
    }
}
