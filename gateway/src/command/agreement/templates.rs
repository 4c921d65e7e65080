//! The templates: what parties agree on most, with explanations, in plain Dutch.

/// Their names.
pub(super) const NAMES: [&str; 3] = ["prestatieafspraken", "wijkconvenant", "zorgadviesteam"];

/// The draft of a template.
pub(super) fn text(name: &str) -> Option<&'static str> {
    Some(match name {
        "prestatieafspraken" => include_str!("templates/prestatieafspraken.yaml"),
        "wijkconvenant" => include_str!("templates/wijkconvenant.yaml"),
        "zorgadviesteam" => include_str!("templates/zorgadviesteam.yaml"),
        _ => return None,
    })
}
