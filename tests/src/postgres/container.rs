//! A server in a container, where there are no server binaries but a Docker engine.

use std::process::{Command, Stdio};

use testcontainers::core::{IntoContainerPort as _, WaitFor};
use testcontainers::runners::AsyncRunner as _;
use testcontainers::{ContainerAsync, GenericImage, ImageExt as _, TestcontainersError};

use super::cluster::until;
use super::guard::Guard;
use super::sql;

/// The oldest version that Convenant works with.
const VERSION: &str = "15";
/// Without the program `docker` nothing else ends it: an hour after the start it ends by itself, and is removed.
const SECONDS: &str = "3600";

/// Starts one and gives the address for its superuser. It ends with this process. The error says why there is none.
pub(super) fn start() -> Result<String, String> {
    let started = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(run()).map_err(|error| format!("no container either: {error}"))
    });
    let (id, address) = started.join().map_err(|_| "no container either".to_owned())??;
    let mut shell = Command::new("/bin/sh");
    shell.stdout(Stdio::null()).stderr(Stdio::null());
    std::mem::forget(Guard::container(shell, &id));
    let url = format!("postgres://postgres@{address}/postgres");
    // The image starts its server twice; the first one listens to nobody outside.
    until(|| sql::execute(&url, "SELECT 1").ok()).ok_or(format!("the container at {address} does not answer"))?;
    Ok(url)
}

async fn run() -> Result<(String, String), TestcontainersError> {
    let image = GenericImage::new("postgres", VERSION)
        .with_exposed_port(5432.tcp())
        .with_wait_for(WaitFor::message_on_stderr("database system is ready to accept connections"))
        .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
        .with_cmd(["timeout", SECONDS, "docker-entrypoint.sh", "postgres", "-c", "max_connections=400"])
        .with_host_config_modifier(|host| host.auto_remove = Some(true));
    let container: ContainerAsync<GenericImage> = image.start().await?;
    let address = format!("{}:{}", container.get_host().await?, container.get_host_port_ipv4(5432).await?);
    let id = container.id().to_owned();
    // Its end is the guard's: this handle would remove it at the end of this function.
    std::mem::forget(container);
    Ok((id, address))
}
