//! The documents of the settings are those of the code.

use gateway::settings::{example, reference};

use crate::schemas::fresh;

#[test]
fn the_documents_of_the_settings_are_fresh() {
    fresh("docs/configuration.md", &reference());
    fresh("convenant.example.toml", &example());
}
