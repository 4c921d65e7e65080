//! Where a setting comes from, as the program itself finds it: flag, environment, file, default, in this order.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::process::Command;

/// Starts where there is no database: what it complains of is what it was told.
fn serve(folder: &std::path::Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convenant"));
    command.current_dir(folder).env_clear().envs(variables.iter().copied()).arg("serve").args(arguments);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_flag_goes_before_the_environment_the_environment_before_the_file_and_the_file_before_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    std::fs::write(&file, "database = \"of-the-file\"\n").unwrap();
    let (file, path) = (file.to_str().unwrap(), folder.path());
    let of_the_environment = ("CONVENANT_DATABASE", "of-the-environment");
    let said = |arguments: &[&str], variables: &[(&str, &str)]| serve(path, arguments, variables);
    assert!(said(&["--config", file, "--database", "of-the-flag"], &[of_the_environment]).contains("of-the-flag"));
    assert!(said(&["--config", file], &[of_the_environment]).contains("of-the-environment"));
    assert!(said(&["--config", file], &[]).contains("of-the-file"));
    assert!(said(&[], &[("CONVENANT_CONFIG", file)]).contains("of-the-file"));
    assert!(said(&[], &[]).contains("convenant.sqlite"));

    std::fs::write(file, "databse = \"x\"\n").unwrap();
    let fault = said(&["--config", file], &[]);
    assert!(fault.contains("there is no setting \"databse\"; accepted: attachments, cors-origins, database,"), "{fault}");
}
