//! The texts of SQL in the sources of the gateway, found by reading them as Rust.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Expr, ExprCall, ExprForLoop, ExprLit, ExprMacro, File, ImplItemConst, ImplItemFn, Item, ItemConst, ItemFn, Lit, Local, Pat, Signature,
    Token,
};

/// What is called with a text of SQL.
const CALLED: [&str; 3] = ["query", "query_as", "query_scalar"];

/// Where a text is, and it.
#[derive(Debug)]
pub(super) struct Text {
    /// File and function.
    pub(super) place: String,
    pub(super) sql: String,
}

/// What was found in the sources.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Texts that stand there whole.
    pub(super) texts: Vec<Text>,
    /// Functions, as `file: name`, that put a text together when they run.
    pub(super) built: Vec<String>,
}

/// Reads every source file under a folder.
pub(super) fn texts_in(folder: &Path) -> Found {
    let (mut found, mut constants) = (Found::default(), Constants::default());
    let trees: Vec<(String, File)> = sources(folder).iter().map(|file| (name_in(folder, file), parsed(file))).collect();
    // Those of a type are asked for from other files.
    trees.iter().for_each(|(_, tree)| constants.visit_file(tree));
    // The layer itself only passes on what it is given.
    for (file, tree) in trees.into_iter().filter(|(file, _)| !file.starts_with("store/db/")) {
        let mut reader = Reader { file, function: String::new(), known: constants.0.clone(), found: &mut found };
        tree.items.iter().for_each(|item| {
            if let Item::Const(item) = item {
                reader.visit_item_const(item);
            }
        });
        reader.visit_file(&tree);
    }
    found.built.sort();
    found.built.dedup();
    found
}

fn name_in(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).unwrap().display().to_string()
}

fn parsed(file: &Path) -> File {
    let source = std::fs::read_to_string(file).unwrap();
    syn::parse_file(&source).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The texts that types have as constants, by their names.
#[derive(Default)]
struct Constants(BTreeMap<String, Vec<String>>);

impl<'ast> Visit<'ast> for Constants {
    fn visit_impl_item_const(&mut self, item: &'ast ImplItemConst) {
        if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &item.expr {
            self.0.insert(item.ident.to_string(), vec![text.value()]);
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

struct Reader<'f> {
    file: String,
    function: String,
    /// What names stand for: each may be one of several texts.
    known: BTreeMap<String, Vec<String>>,
    found: &'f mut Found,
}

impl Reader<'_> {
    fn enter(&mut self, signature: &Signature, visit: impl FnOnce(&mut Self)) {
        let (outer, known) = (std::mem::replace(&mut self.function, signature.ident.to_string()), self.known.clone());
        visit(self);
        (self.function, self.known) = (outer, known);
    }

    fn is_built(&mut self) {
        self.found.built.push(format!("{}: {}", self.file, self.function));
    }

    fn add(&mut self, texts: Vec<String>) {
        let place = format!("{}: {}", self.file, self.function);
        self.found.texts.extend(texts.into_iter().map(|sql| Text { place: place.clone(), sql }));
    }

    /// Every text that an expression can be; `None` if only running it tells.
    fn texts(&self, expr: &Expr) -> Option<Vec<String>> {
        match expr {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(vec![text.value()]),
            Expr::Reference(inner) => self.texts(&inner.expr),
            Expr::Path(path) => self.known.get(&path.path.segments.last()?.ident.to_string()).cloned(),
            Expr::Macro(ExprMacro { mac, .. }) if mac.path.is_ident("format") => {
                let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()).ok()?;
                let mut arguments = arguments.iter();
                let Expr::Lit(ExprLit { lit: Lit::Str(template), .. }) = arguments.next()? else { return None };
                self.filled(&template.value(), arguments)
            }
            Expr::Array(array) => array.elems.iter().map(|one| self.texts(one)).collect::<Option<Vec<_>>>().map(|texts| texts.concat()),
            _ => None,
        }
    }

    /// A template of `format!` with every text that can be in its places.
    fn filled<'e>(&self, template: &str, mut arguments: impl Iterator<Item = &'e Expr>) -> Option<Vec<String>> {
        let mut filled = vec![String::new()];
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            let (piece, after): (Vec<String>, &str) = match from.get(..2) {
                Some("{{") => (vec!["{".into()], &from[2..]),
                Some("}}") => (vec!["}".into()], &from[2..]),
                _ => {
                    let (name, after) = from[1..].split_once('}')?;
                    let texts = if name.is_empty() { self.texts(arguments.next()?)? } else { self.known.get(name)?.clone() };
                    (texts, after)
                }
            };
            filled = filled.iter().flat_map(|start| piece.iter().map(move |piece| format!("{start}{before}{piece}"))).collect();
            rest = after;
        }
        Some(filled.into_iter().map(|start| start + rest).collect())
    }

    /// The text that one row is inserted with.
    fn inserted(&self, call: &ExprCall) -> Option<Vec<String>> {
        let [_, table, columns, .., further] = call.args.iter().collect::<Vec<_>>()[..] else { return None };
        let (table, columns) = (self.texts(table)?.pop()?, self.texts(columns)?);
        let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
        let into = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        Some(self.texts(further)?.into_iter().map(|further| format!("{into}{further}")).collect())
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.enter(&item.sig, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.enter(&item.sig, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        if let Some(texts) = self.texts(&item.expr) {
            self.known.insert(item.ident.to_string(), texts);
        }
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let (Pat::Ident(name), Some(init)) = (&local.pat, &local.init) {
            let is_query = matches!(&*init.expr, Expr::Call(call) if called(call).is_some_and(|name| CALLED.contains(&name.as_str())));
            if is_query && name.mutability.is_some() {
                // What it begins with is not yet a text.
                return self.is_built();
            }
            match self.texts(&init.expr).or_else(|| columns(&init.expr)) {
                Some(texts) => _ = self.known.insert(name.ident.to_string(), texts),
                None => _ = self.known.remove(&name.ident.to_string()),
            }
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_for_loop(&mut self, each: &'ast ExprForLoop) {
        if let (Pat::Ident(name), Some(texts)) = (&*each.pat, self.texts(&each.expr)) {
            self.known.insert(name.ident.to_string(), texts);
        }
        visit::visit_expr_for_loop(self, each);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        visit::visit_expr_call(self, call);
        let Some(name) = called(call) else { return };
        let texts = match name.as_str() {
            // Attachments have one of the same name, which calls this one.
            "insert" if call.args.len() == 6 => self.inserted(call),
            name if CALLED.contains(&name) => call.args.first().and_then(|first| self.texts(first)),
            _ => return,
        };
        match texts {
            Some(texts) => self.add(texts),
            None => self.is_built(),
        }
    }
}

/// The name of the function of the store's layer that is called, by itself or as `db::NAME`.
fn called(call: &ExprCall) -> Option<String> {
    let Expr::Path(path) = &*call.func else { return None };
    let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match names.as_slice() {
        [name] => Some(name.clone()),
        [module, name] if module == "db" => Some(name.clone()),
        _ => None,
    }
}

/// The names in a list of `Column::KIND("name")`.
fn columns(expr: &Expr) -> Option<Vec<String>> {
    let Expr::Array(array) = expr else { return None };
    array.elems.iter().map(column).collect()
}

fn column(expr: &Expr) -> Option<String> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Path(path) = &*call.func else { return None };
    match (path.path.segments.first()?.ident == "Column", call.args.first()?) {
        (true, Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) => Some(name.value()),
        _ => None,
    }
}
