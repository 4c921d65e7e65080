//! What the tests of the tools share: a terminal that remembers, and arguments read as from a command line.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use clap::Args;

use super::Terminal;

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

/// A terminal, and what was written to it.
pub(super) struct Captured {
    pub(super) terminal: Terminal,
    out: Memory,
    notes: Memory,
}

impl Captured {
    pub(super) fn new() -> Self {
        let (out, notes) = (Memory::default(), Memory::default());
        Self { terminal: Terminal::to(out.clone(), notes.clone()), out, notes }
    }

    pub(super) fn out(&self) -> String {
        self.out.text()
    }

    pub(super) fn notes(&self) -> String {
        self.notes.text()
    }
}

/// The arguments of a subcommand, read as clap reads them.
pub(super) fn arguments<T: Args>(words: &[&str]) -> Result<T, clap::Error> {
    let command = T::augment_args(clap::Command::new("test").no_binary_name(true));
    T::from_arg_matches(&command.try_get_matches_from(words)?)
}
