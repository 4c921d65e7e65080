//! Where the tools write, and how they show text that others wrote.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Standard output for what the next program reads, standard error for what people read.
///
/// Commands write here and never with `println!`, which panics when the reader of a pipe has gone; tests read it back.
pub struct Terminal {
    out: Box<dyn Write>,
    notes: Box<dyn Write>,
}

impl Terminal {
    /// The terminal of the process.
    pub fn system() -> Self {
        Self { out: Box::new(io::stdout()), notes: Box::new(io::stderr()) }
    }

    /// One that writes elsewhere: results, then notes.
    pub fn to(out: impl Write + 'static, notes: impl Write + 'static) -> Self {
        Self { out: Box::new(out), notes: Box::new(notes) }
    }

    /// A line of the result. Text from others goes through [`shown`] first.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// The result itself, byte for byte.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// A line for the person at the terminal. Text from others goes through [`shown`] first.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.notes, "{text}")
    }
}

/// Text that others wrote, safe to print on one line: what could move the cursor, colour the screen, turn the
/// direction of reading around or stay unseen is written out as `\u{..}`.
pub fn shown(text: &str) -> String {
    escaped(text, |_| false)
}

/// Like [`shown`], for text of several lines.
pub fn shown_lines(text: &str) -> String {
    escaped(text, |c| c == '\n')
}

/// JSON text with the same characters written as JSON escapes: the same value, safe to print.
///
/// They can stand only inside strings, since JSON allows none of them elsewhere but line feed, return and tab.
pub fn shown_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if is_deceptive(c) && !"\n\r\t".contains(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}"); // writing to a String does not fail
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

fn escaped(text: &str, allowed: impl Fn(char) -> bool) -> String {
    let one = |c: char| if is_deceptive(c) && !allowed(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(one).collect()
}

/// Controls (Cc), direction marks (UAX #9), separators of lines, and characters without a width of their own.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_deceives_a_reader_gets_through() {
        assert_eq!(shown("één woord – €5"), "één woord – €5");
        assert_eq!(shown("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\u{a}c");
        assert_eq!(shown("\u{202e}oof\u{2066}\u{200b}\u{9b}"), "\\u{202e}oof\\u{2066}\\u{200b}\\u{9b}");
        assert_eq!(shown_lines("a\r\nb"), "a\\u{d}\nb");
    }

    #[test]
    fn json_keeps_its_value() {
        let text = "{\"a\": \"x\u{202e}\u{e0041}\u{7f}\"\n}";
        let safe = shown_json(text);
        assert!(safe.contains(r"x\u202e\udb40\udc41\u007f"), "{safe}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
    }
}
