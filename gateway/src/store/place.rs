//! Where what is kept of ledgers is: a file, or a PostgreSQL server that several gateways share.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use super::keep::attachments_path;

/// A database, as `--database` names it.
#[derive(Debug, Clone)]
pub enum Database {
    /// A SQLite file.
    File(PathBuf),
    /// A database of a PostgreSQL server, which may have several hosts: whichever of them takes writes is used.
    Server(Server),
}

/// A database of a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Server {
    pub(super) hosts: Vec<PgConnectOptions>,
    shown: String,
}

/// The text names no database.
#[derive(Debug, thiserror::Error)]
#[error("{0}; accepted: a file, or postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE")]
pub struct NoDatabase(String);

impl Database {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }

    /// Where content beside the log is, unless it is told: beside the file, or in the working directory.
    pub fn attachments(&self) -> PathBuf {
        match self {
            Self::File(path) => attachments_path(path),
            Self::Server(_) => PathBuf::from("convenant.attachments"),
        }
    }
}

impl FromStr for Database {
    type Err = NoDatabase;

    fn from_str(text: &str) -> Result<Self, NoDatabase> {
        let Some((scheme @ ("postgres" | "postgresql"), rest)) = text.split_once("://") else {
            return match text.split_once("://") {
                Some((scheme, _)) => Err(NoDatabase(format!("databases of the kind {scheme} are not known"))),
                None if text.is_empty() => Err(NoDatabase("the name of the database is empty".into())),
                None => Ok(Self::File(text.into())),
            };
        };
        let (authority, place) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, hosts) = authority.rsplit_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
        let of = |host: &str| {
            let user = user.map_or_else(String::new, |user| format!("{user}@"));
            let url = format!("{scheme}://{user}{host}{place}");
            // The parser repeats the URL in no error of its own; it may hold a password.
            PgConnectOptions::from_str(&url).map_err(|error| NoDatabase(format!("host {host:?}: {error}")))
        };
        let servers = hosts.split(',').map(of).collect::<Result<Vec<_>, _>>()?;
        let name = servers.first().and_then(PgConnectOptions::get_database).unwrap_or("postgres").to_owned();
        Ok(Self::Server(Server { hosts: servers, shown: format!("{scheme}://{hosts}/{name}") }))
    }
}

impl fmt::Display for Database {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(server) => f.write_str(&server.shown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_scheme_is_a_server_and_any_other_a_file() {
        assert_eq!("a/convenant.sqlite".parse::<Database>().unwrap().file(), Some(Path::new("a/convenant.sqlite")));
        let Database::Server(server) = "postgres://gate:s%40cret@one:5433,two/ledgers".parse().unwrap() else { panic!("a server") };
        let hosts: Vec<(&str, u16)> = server.hosts.iter().map(|host| (host.get_host(), host.get_port())).collect();
        assert_eq!(hosts, [("one", 5433), ("two", 5432)]);
        assert_eq!(server.hosts[1].get_username(), "gate");
        assert_eq!(Database::Server(server).to_string(), "postgres://one:5433,two/ledgers");
        for wrong in ["", "mysql://host/ledgers", "postgres://host:port/ledgers"] {
            let said = wrong.parse::<Database>().unwrap_err().to_string();
            assert!(said.contains("accepted: a file, or postgres://"), "{said}");
        }
    }
}
