//! Pictures of every page, in both languages and at two widths, into a folder: to be looked at before a change of the
//! pages is done. `cargo run -p convenant-tests --features browser --example screenshots -- FOLDER [WORD]`; with a word,
//! only pages whose name has it.

use std::path::PathBuf;

use harness::browser::{Browser, LANGUAGES, PAGES, Sites};

/// A phone, and a desk.
const WIDTHS: [u32; 2] = [390, 1280];

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().expect("a folder for the pictures"));
    let word = args.next().unwrap_or_default();
    std::fs::create_dir_all(&folder).expect("the folder");
    let sites = Sites::told();
    sites.demo.runtime.block_on(async {
        let browser = Browser::start().await;
        for width in WIDTHS {
            browser.set_width(width).await;
            for page in PAGES.iter().filter(|page| page.name.contains(&word)) {
                for language in LANGUAGES {
                    browser.open(&sites.address(page, language)).await;
                    let file = folder.join(format!("{}-{language}-{width}.png", page.name));
                    std::fs::write(&file, browser.picture().await).expect("a picture");
                }
            }
        }
        browser.end().await;
    });
}
