//! How people are found by a part of their names: what is folded, which words a person has, what fits. The index over the words is
//! storage's.

use unicode_normalization::UnicodeNormalization;

/// Longest word that is kept, in characters; what is typed beyond it is compared with the person itself.
pub const MAX_WORD_CHARS: usize = 24;

/// Most words of one person that are kept, besides the beginnings of login ID and name.
pub const MAX_WORDS: usize = 8;

/// Longest text that is searched for, in characters.
pub const MAX_QUERY_CHARS: usize = 100;

/// Most words that are searched for at once.
pub const MAX_TERMS: usize = 8;

/// Fewest characters from the middle of a Japanese word by which a person is found.
const MIN_ENDING: usize = 2;

/// One form for text that people take for the same: NFKC, small letters, white space as single spaces.
pub fn fold(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a person by which an index has to find it: those with which neither the login ID nor the name begins, because
/// these have indexes of their own. What follows the `@` of a mail address is shared by everybody, and no word.
///
/// Japanese is written without spaces, so each ending of a Japanese word is a word, too: 太郎 finds 田中太郎.
pub fn words(login: &str, name: &str) -> Vec<String> {
    let name = fold(name);
    let words = slices(login, &name).into_iter();
    words.map(|word| beginning(word).to_owned()).collect()
}

/// [`words`], uncut, of a folded name.
fn slices<'a>(login: &'a str, name: &'a str) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    let sources = [(login, local_part(login)), (name, name)];
    let whole = sources.iter().flat_map(|(source, text)| {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts.map(|word| (*source, word))
    });
    let endings = sources.iter().flat_map(|(source, text)| {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts.flat_map(|word| endings(word).map(|word| (*source, word)))
    });
    for (source, word) in whole.chain(endings) {
        let cut = beginning(word);
        let is_known = cut.is_empty()
            || source.starts_with(cut)
            || known.iter().any(|known| beginning(known) == cut);
        if !is_known && known.len() < MAX_WORDS {
            known.push(word);
        }
    }
    known
}

fn local_part(login: &str) -> &str {
    login.split('@').next().unwrap_or_default()
}

fn beginning(word: &str) -> &str {
    let end = word.char_indices().nth(MAX_WORD_CHARS);
    &word[..end.map_or(word.len(), |(end, _)| end)]
}

/// What a word ends with, from each of its Japanese characters but the first on.
fn endings(word: &str) -> impl Iterator<Item = &str> {
    let last = word.chars().count().saturating_sub(MIN_ENDING);
    let starts = word.char_indices().take(last + 1).skip(1);
    starts
        .filter(|(_, c)| is_japanese(*c))
        .map(|(start, _)| &word[start..])
}

/// Kanji or kana. The sign that makes a vowel long begins no word.
fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '々' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// What somebody searches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    whole: String,
    terms: Vec<String>,
}

impl Query {
    /// Reads what is typed; `None` if nothing is left of it. Signs that nobody can see are no part of a name.
    pub fn parse(text: &str) -> Option<Self> {
        let seen = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MAX_QUERY_CHARS);
        let whole = fold(&seen.collect::<String>());
        let mut terms: Vec<String> = whole
            .split(' ')
            .take(MAX_TERMS)
            .map(str::to_owned)
            .collect();
        // The longest first: of these there are the fewest people.
        terms.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
        terms.dedup();
        (!whole.is_empty()).then_some(Self { whole, terms })
    }

    /// The whole text, as a name may begin with it.
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// What is searched for, the longest first; whoever fits has all of them.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Whether a person fits: every term begins the login ID, the name or one of the words that are kept of them; or the name
    /// begins with the whole.
    pub fn fits(&self, login: &str, name: &str) -> bool {
        let name = fold(name);
        let words = slices(login, &name);
        let begins = |term: &String| {
            login.starts_with(term.as_str())
                || name.starts_with(term.as_str())
                || words.iter().any(|word| word.starts_with(term.as_str()))
        };
        name.starts_with(&self.whole) || self.terms.iter().all(begins)
    }
}

/// The word of a person by which the index finds it first for a term.
pub fn first_word(login: &str, name: &str, term: &str) -> Option<String> {
    let term = beginning(term);
    let found = words(login, name)
        .into_iter()
        .filter(|word| word.starts_with(term));
    found.min()
}

/// What the index of words is asked for.
pub fn word_prefix(term: &str) -> &str {
    beginning(term)
}

/// The first text, by its bytes, that does not begin with `prefix`: where a range over an index ends.
pub fn end_of_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_person_is_found_by_the_beginning_of_every_word_in_any_spelling() {
        let (login, name) = ("taro.yamada@example.jp", "山田 太郎 Taro");
        for typed in [
            "taro",
            "TARO.Y",
            "yama",
            "ＹＡＭＡＤＡ",
            "山",
            "太郎",
            "山田 太",
            "太郎 山田",
            "taro.yamada@example.jp",
            "yamada 山田",
            "tar",
            "太郎 YAMA taro",
        ] {
            let query = Query::parse(typed).expect(typed);
            assert!(query.fits(login, name), "{typed}");
        }
        for typed in ["example", "田", "郎", "yamada x", "@", "aro"] {
            let query = Query::parse(typed).expect(typed);
            assert!(!query.fits(login, name), "{typed}");
        }
        assert_eq!(Query::parse(" \u{3000} "), None);
        assert_eq!(words(login, name), ["yamada", "太郎", "taro"]);
    }

    #[test]
    fn a_japanese_name_without_spaces_is_found_from_its_middle() {
        for (name, typed) in [
            ("田中太郎", "太郎"),
            ("田中太郎", "田中"),
            ("山田中郎", "田中"),
            ("ﾔﾏﾀﾞﾀﾛｳ", "タロ"),
            ("佐々木花", "々木"),
        ] {
            let query = Query::parse(typed).unwrap();
            assert!(query.fits("x", name), "{name} {typed}");
        }
        for (name, typed) in [("田中太郎", "郎"), ("サーバー", "ーバ"), ("smith", "mith")]
        {
            let query = Query::parse(typed).unwrap();
            assert!(!query.fits("x", name), "{name} {typed}");
        }
        assert_eq!(words("x1", "田中太郎 x"), ["x", "中太郎", "太郎"]);
    }

    #[test]
    fn what_is_typed_is_bounded_and_keeps_nothing_that_cannot_be_seen() {
        let query = Query::parse(&"長い ".repeat(10_000)).unwrap();
        assert!(query.whole().chars().count() <= MAX_QUERY_CHARS && query.terms() == ["長い"]);
        let query = Query::parse("a\0b\u{7}\nc d").unwrap();
        assert!(query.whole() == "a b c d" && query.terms().len() == 4);
        assert_eq!(Query::parse("\0\0"), None);
        let query = Query::parse("%_' OR").unwrap();
        assert!(!query.fits("anybody", "anybody"));
    }

    proptest! {
        /// Whoever fits a search of one term is found by one of the three indexes.
        #[test]
        fn the_indexes_find_whoever_fits(
            login in "[a-c.]{1,8}(@[a-c]{1,3})?", name in "[a-cA-C田中太 ]{0,12}", typed in "[a-c田中太]{1,3}",
        ) {
            let query = Query::parse(&typed).unwrap();
            let term = &query.terms()[0];
            let found = login.starts_with(term.as_str())
                || fold(&name).starts_with(term.as_str())
                || first_word(&login, &name, term).is_some();
            prop_assert_eq!(found, query.fits(&login, &name));
        }
    }
}
