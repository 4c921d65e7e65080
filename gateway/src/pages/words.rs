//! The words of the pages in two languages: Dutch unless English is asked for. The texts are Fluent, in `texts/`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};
use maud::{Render, html};

use super::told::visible;

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./src/pages/texts",
        fallback_language: "nl",
    };
}

static DUTCH: LazyLock<LanguageIdentifier> = LazyLock::new(|| "nl".parse().expect("a language"));
static ENGLISH: LazyLock<LanguageIdentifier> = LazyLock::new(|| "en".parse().expect("a language"));

/// First strong isolate and pop directional isolate: Fluent puts them around what it fills in.
const ISOLATES: [char; 2] = ['\u{2068}', '\u{2069}'];

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Language {
    /// The default.
    #[default]
    Dutch,
    /// With `taal=en`.
    English,
}

impl Language {
    /// As `lang` and the address say it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }

    /// The language with this code.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        [Self::Dutch, Self::English].into_iter().find(|language| language.code() == code)
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Dutch => Self::English,
            Self::English => Self::Dutch,
        }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Self::Dutch => &DUTCH,
            Self::English => &ENGLISH,
        }
    }
}

/// What is filled in: numbers choose between one and many, texts of institutions are made harmless first.
pub(super) enum Arg<'a> {
    /// A text, whoever wrote it.
    Text(Cow<'a, str>),
    /// A number.
    Number(u64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(visible(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(visible(&text).into_owned().into())
    }
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

/// A text to be shown between tags; what was filled in is isolated, so that its direction stays its own.
#[derive(Debug, Clone)]
pub(super) struct Phrase(String);

impl Phrase {
    /// A text that [`Words::plain`] gave, with tags after all.
    pub(super) fn again(plain: &str) -> Self {
        Self(plain.to_owned())
    }

    /// Without tags.
    pub(super) fn into_plain(self) -> String {
        self.0
    }

    /// The same without the marks around what was filled in, for a text that is marked as a whole.
    pub(super) fn into_bare(self) -> String {
        self.0.split(ISOLATES).collect()
    }
}

impl Render for Phrase {
    fn render(&self) -> maud::Markup {
        html! {
            @for (at, piece) in self.0.split(ISOLATES).enumerate() {
                @if at % 2 == 0 { (piece) } @else { bdi { (piece) } }
            }
        }
    }
}

/// The texts in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Words {
    /// Which.
    pub(super) language: Language,
}

impl Words {
    /// A text.
    pub(super) fn say(self, key: &str) -> Phrase {
        Phrase(self.look_up(key, &[]))
    }

    /// A text in which something is filled in.
    pub(super) fn with(self, key: &str, args: &[(&'static str, Arg<'_>)]) -> Phrase {
        Phrase(self.look_up(key, args))
    }

    /// The word for a code of the API; the code itself where the pages have no word for it.
    pub(super) fn code(self, code: &str) -> Phrase {
        Phrase(self.find(&format!("code-{code}"), &[]).unwrap_or_else(|| visible(code).into_owned()))
    }

    /// A text, if the pages have it.
    pub(super) fn maybe(self, key: &str, args: &[(&'static str, Arg<'_>)]) -> Option<Phrase> {
        self.find(key, args).map(Phrase)
    }

    /// The same without tags, for titles and attributes.
    pub(super) fn plain(self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        self.look_up(key, args)
    }

    fn look_up(self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        let found = self.find(key, args);
        debug_assert!(found.is_some(), "the pages have no text {key:?}");
        found.unwrap_or_else(|| key.to_owned())
    }

    fn find(self, key: &str, args: &[(&'static str, Arg<'_>)]) -> Option<String> {
        let value = |arg: &Arg<'_>| match arg {
            Arg::Text(text) => FluentValue::from(text.clone().into_owned()),
            Arg::Number(number) => FluentValue::from(*number),
        };
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> = args.iter().map(|(name, arg)| (Cow::Borrowed(*name), value(arg))).collect();
        TEXTS.try_lookup_complete(self.language.id(), key, (!args.is_empty()).then_some(&args))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ledger::envelope::Type;
    use ledger::lives::attention::Matter;
    use ledger::lives::colour::Colour;

    use super::*;

    static SOURCES: [(&str, [&str; 6]); 2] = [
        (
            "nl",
            [
                include_str!("texts/nl/frame.ftl"),
                include_str!("texts/nl/rooms.ftl"),
                include_str!("texts/nl/say.ftl"),
                include_str!("texts/nl/codes.ftl"),
                include_str!("texts/nl/types.ftl"),
                include_str!("texts/nl/casefile.ftl"),
            ],
        ),
        (
            "en",
            [
                include_str!("texts/en/frame.ftl"),
                include_str!("texts/en/rooms.ftl"),
                include_str!("texts/en/say.ftl"),
                include_str!("texts/en/codes.ftl"),
                include_str!("texts/en/types.ftl"),
                include_str!("texts/en/casefile.ftl"),
            ],
        ),
    ];

    fn keys(texts: &[&str]) -> BTreeSet<String> {
        let key = |line: &str| Some(line.split_once(" =")?.0.to_owned()).filter(|key| !key.contains([' ', '[', '*']));
        texts.iter().flat_map(|text| text.lines()).filter_map(key).collect()
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        let [(_, dutch), (_, english)] = &SOURCES;
        assert_eq!(keys(dutch), keys(english));
        assert!(keys(dutch).len() > 300);
    }

    #[test]
    fn every_type_matter_and_colour_has_its_sentence() {
        let types = Type::ALL.iter().map(|kind| format!("type-{}", kind.code()));
        let deeds = Type::ALL.iter().filter(|kind| is_said_of_agreements(**kind)).map(|kind| format!("deed-{}", kind.code()));
        let matters = Matter::CODES.iter().flat_map(|code| [format!("matter-{code}"), format!("todo-{code}")]);
        let colours = Colour::ALL.iter().flat_map(|colour| [format!("colour-{}", colour.code()), format!("colour-{}-what", colour.code())]);
        let schema = Type::Flag.schema();
        let causes = schema["properties"]["body"]["properties"]["cause"]["oneOf"].as_array().expect("a union").iter();
        let flags = causes.map(|cause| format!("flag-{}", cause["properties"]["kind"]["const"].as_str().expect("a code")));
        let (dutch, english) = (keys(&SOURCES[0].1), keys(&SOURCES[1].1));
        for key in types.chain(deeds).chain(flags).chain(matters).chain(colours) {
            assert!(dutch.contains(&key) && english.contains(&key), "{key}");
        }
    }

    /// Flags have sentences of their own, by cause; keys are told by the titles of their types.
    fn is_said_of_agreements(kind: Type) -> bool {
        kind != Type::Flag && !kind.code().starts_with("key-") && !kind.code().starts_with("recovery-")
    }

    #[test]
    fn what_is_filled_in_is_isolated_and_cannot_end_its_isolation() {
        let shown = Words::default().with("case-against", &[("who", "a\u{2069}\u{202e}<b>".into())]).render().into_string();
        assert_eq!(shown, "Tegen: <bdi>a⟦U+2069⟧⟦U+202E⟧&lt;b&gt;</bdi>");
    }
}
