//! Lists as tables that people can read, in the terminal.

use serde_json::Value;

use super::prose::scalar;

/// A wider cell is cut; the whole of it is in the item's own page, and in `--json`.
const WIDEST: usize = 48;

/// Members that come first, in this order; the others follow by name.
const FIRST: [&str; 12] =
    ["entry", "acceptedAt", "id", "number", "agreement", "obligation", "institution", "name", "title", "kind", "type", "state"];

/// A table of the members of these items that fit on one line. What nests is told by its size.
pub(super) fn table(items: &[Value]) -> String {
    let mut names: Vec<&str> = items.iter().filter_map(Value::as_object).flat_map(|members| members.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names.sort_by_key(|name| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len()));
    if names.is_empty() {
        return items.iter().map(|item| format!("{}\n", cell(item))).collect();
    }
    let header = names.iter().map(|name| cell(&Value::from(*name))).collect();
    let rows = items.iter().map(|item| names.iter().map(|name| item.get(name).map(cell).unwrap_or_default()).collect());
    lines(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}

/// Aligned, two spaces between columns, none at the end.
fn lines(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn cell(value: &Value) -> String {
    let text = match (value, scalar(value)) {
        (_, Some(text)) => text,
        (Value::Array(items), None) => {
            let texts: Option<Vec<_>> = items.iter().map(scalar).collect();
            texts.map_or_else(|| format!("({})", items.len()), |texts| texts.join(", "))
        }
        (_, None) => "(...)".into(),
    };
    if text.chars().count() <= WIDEST { text } else { text.chars().take(WIDEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_aligned_in_an_order_that_people_expect() {
        let items = [
            json!({ "state": "active", "id": "veilig", "area": ["a", "b"], "parts": [{}, {"x": 1}] }),
            json!({ "id": "één", "state": "proposed", "more": { "x": 1 }, "title": "\u{1b}" }),
        ];
        let expected = "id      title   state     area  more   parts\n\
                        veilig          active    a, b         (2)\n\
                        één     \\u{1b}  proposed        (...)\n";
        assert_eq!(table(&items), expected);
    }

    #[test]
    fn long_cells_are_cut_and_plain_items_are_lines() {
        assert_eq!(cell(&json!("x".repeat(90))).chars().count(), WIDEST);
        assert_eq!(table(&[json!("a"), json!(2)]), "a\n2\n");
        assert_eq!(table(&[]), "");
    }
}
