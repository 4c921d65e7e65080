//! The closed list of what an attachment may be: documents, tables and pictures that no browser runs.

/// Media types, and the endings of names that stand for them. What can carry script (HTML, SVG, macros) is not among them.
pub const MEDIA_TYPES: &[(&str, &[&str])] = &[
    ("application/pdf", &["pdf"]),
    ("application/vnd.oasis.opendocument.text", &["odt"]),
    ("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    ("application/vnd.oasis.opendocument.presentation", &["odp"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    ("application/json", &["json"]),
    ("text/plain", &["txt"]),
    ("text/markdown", &["md"]),
    ("text/csv", &["csv"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/tiff", &["tif", "tiff"]),
];

/// The media type as the list has it, if it is in the list.
pub fn listed(media_type: &str) -> Option<&'static str> {
    MEDIA_TYPES.iter().map(|(listed, _)| *listed).find(|listed| *listed == media_type)
}

/// The media type that the ending of a name stands for.
pub fn of_ending(ending: &str) -> Option<&'static str> {
    MEDIA_TYPES.iter().find(|(_, endings)| endings.contains(&ending)).map(|(listed, _)| *listed)
}

/// What would be accepted, in words.
pub fn accepted() -> String {
    format!("one of: {}", MEDIA_TYPES.iter().map(|(listed, _)| *listed).collect::<Vec<_>>().join(", "))
}
