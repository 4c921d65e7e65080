//! How many statements a second an audit judges, beside how many signatures the machine checks in the same run, and the
//! most memory that it took, for a whole log and for a tenth of it.
//!
//! `cargo bench -p convenant-ledger --bench audit [-- --quick | ENTRIES]`: 100,000 statements when not said otherwise,
//! 5,000 with `--quick`. A log is written to a file first, and audited by a process of its own, so that the memory is
//! that of the audit. Read the ratios: machines are shared.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "it measures, and prints")]

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant as Stopwatch;

use ledger::audit::{Auditor, Row, audit_pages};
use ledger::envelope::Parsed;
use ledger::words::{Day, Instant};

#[path = "../tests/audit/town.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod town;

const PAGE: usize = 1_000;
const STATEMENTS: usize = 100_000;
const QUICK: usize = 5_000;

fn main() {
    let quick = std::env::args().any(|arg| arg == "--quick");
    let given: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    match given.as_slice() {
        [word, file, threads] if word == "audit" => audit(Path::new(file), threads.parse().unwrap()),
        _ => {
            let usual = if quick { QUICK } else { STATEMENTS };
            let entries = given.first().and_then(|n| n.parse().ok()).unwrap_or(usual);
            let file = std::env::temp_dir().join(format!("convenant-audit-{}.log", std::process::id()));
            let town = town(entries);
            let most = [entries / 10, entries].map(|entries| {
                write(&town, entries, &file);
                child(&file, 1)
            });
            child(&file, std::thread::available_parallelism().map_or(1, usize::from));
            let more = (most[1].saturating_sub(most[0]) * 1_024) as f64 / (entries - entries / 10) as f64;
            println!("memory: {more:.0} bytes for each further statement, those of what stays open included");
            std::fs::remove_file(&file).unwrap();
        }
    }
}

/// Audits in a process of its own; gives the most kilobytes that it held.
fn child(file: &Path, threads: usize) -> u64 {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let output = child.arg("audit").arg(file).arg(threads.to_string()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    print!("{text}");
    let memory = text.split("peak memory ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    memory.parse().unwrap()
}

/// Agreements with weekly duties, of which most are reported and accepted, some late, some never.
fn town(entries: usize) -> town::Town {
    let mut town = town::Town::found("2020-01-06T09:00:00Z");
    town.admit("corporation", "housing-corporation");
    // Of more statements there are more agreements: none of them lasts longer than twenty years.
    let agreements: Vec<String> = (0..40.max(entries / 5_000)).map(|n| format!("wijk-{n}")).collect();
    agreements.iter().for_each(|id| town.agree(id, "corporation", 5, "2020-02-01", "2039-12-31"));
    let mut due: Day = "2020-02-08".parse().unwrap();
    while town.rows.len() < entries {
        town.pass(&format!("{}T09:00:00Z", due.plus_days(-2)));
        for (n, id) in agreements.iter().enumerate() {
            // The last duty of every fourth agreement is never reported.
            for duty in 1..=if n % 4 == 0 { 4 } else { 5 } {
                town.report(id, "corporation", duty, &due.to_string(), true);
            }
        }
        due = due.plus_days(7);
    }
    town
}

/// The first so many entries of a town, as they are served.
fn write(town: &town::Town, entries: usize, file: &Path) {
    let served = town::Served::rewritten(town.rows[..entries].to_vec());
    let flags = town.flags.iter().filter(|(entry, _)| (*entry as usize) < entries).count();
    let mut out = BufWriter::new(File::create(file).unwrap());
    let mut put = |bytes: &[u8]| {
        out.write_all(&u32::try_from(bytes.len()).unwrap().to_be_bytes()).unwrap();
        out.write_all(bytes).unwrap();
    };
    put(&served.checkpoint);
    for row in &served.rows {
        put(&row.accepted_at.millis().to_be_bytes());
        put(&row.salt);
        put(row.leaf.as_ref().unwrap());
        put(&row.jws);
    }
    println!("{} entries, {flags} of them flags, {} MB", served.rows.len(), std::fs::metadata(file).unwrap().len() / 1_000_000);
}

fn audit(file: &Path, threads: usize) {
    let mut input = BufReader::new(File::open(file).unwrap());
    let checkpoint = take(&mut input).unwrap();
    let raw = verify_rate(file);
    let mut entry = 0;
    let rows = std::iter::from_fn(|| {
        let accepted_at = Instant::from_millis(i64::from_be_bytes(take(&mut input)?.try_into().unwrap()));
        let (salt, leaf, jws) = (take(&mut input)?.try_into().unwrap(), take(&mut input), take(&mut input)?);
        entry += 1;
        Some(Row { entry: entry - 1, accepted_at: accepted_at.unwrap(), salt, jws, leaf, withheld: false })
    });
    let mut rows = rows.peekable();
    let pages = std::iter::from_fn(|| rows.peek().is_some().then(|| Ok::<_, ()>(rows.by_ref().take(PAGE).collect())));
    let mut auditor = Auditor::new(town::vkey()).unwrap();
    let (start, busy) = (Stopwatch::now(), busy_seconds());
    audit_pages(&mut auditor, pages, threads, |_| ()).unwrap();
    let (took, busy) = (start.elapsed().as_secs_f64(), busy_seconds() - busy);
    let report = auditor.finish(&checkpoint, None);
    assert!(report.is_clean(), "{:?}", report.findings.first());
    let entries = report.entries as f64;
    println!(
        "{threads} threads: {:.0} statements/s, {:.0} for each second of a core, {:.2} of verify_strict alone ({raw:.0}/s); peak memory {} kB",
        entries / took,
        entries / busy,
        entries / busy / raw,
        status("VmHWM:"),
    );
}

/// The machine's own limit: signatures of the same log, for each second of a core.
fn verify_rate(file: &Path) -> f64 {
    let mut input = BufReader::new(File::open(file).unwrap());
    take(&mut input);
    let first: Vec<Vec<u8>> = (0..2_000).map_while(|_| (0..4).map_while(|_| take(&mut input)).last()).collect();
    // The genesis brings the gateway's key along, a registration its own.
    let parsed: Vec<Parsed> = first.iter().map(|jws| Parsed::parse(jws).unwrap()).collect();
    let keys: Vec<_> = parsed.iter().filter_map(Parsed::own_key).cloned().collect();
    let fits = |statement: &Parsed| keys.iter().find(|key| key.thumbprint() == statement.received().header().kid);
    let pairs: Vec<_> = parsed.iter().filter_map(|statement| Some((statement, fits(statement)?))).collect();
    // By processor time, as the audit is: on a machine that others use, too, the two would not compare by the clock.
    let (begun, mut held) = (busy_seconds(), 0);
    while busy_seconds() - begun < 0.5 {
        let checked = pairs.iter().map(|(statement, key)| (statement.received(), key));
        let now = checked.filter(|(received, key)| key.verify(received.signing_input(), received.signature())).count();
        assert!(now == pairs.len() && now > 100);
        held += now;
    }
    held as f64 / (busy_seconds() - begun)
}

fn take(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    input.read_exact(&mut length).ok()?;
    let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
    input.read_exact(&mut bytes).unwrap();
    Some(bytes)
}

/// Kilobytes, from the kernel's account of this process.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Seconds of processor time that this process has used, in user mode and in the kernel.
fn busy_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}
