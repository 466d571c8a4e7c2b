//! How people are found by a part of their names: what is folded, which words a person has, what fits. The index over the words is
//! storage's.

use unicode_normalization::UnicodeNormalization;

/// Longest word that is kept, in characters; what is typed beyond it is compared with the person itself.
pub const MAX_WORD_CHARS: usize = 24;

/// Most words of one person that are kept, besides the beginnings of login ID and name.
pub const MAX_WORDS: usize = 6;

/// Longest text that is searched for, in characters.
pub const MAX_QUERY_CHARS: usize = 100;

/// One form for text that people take for the same: NFKC, small letters, white space as single spaces.
pub fn fold(text: &str) -> String {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a person by which an index has to find it: those with which neither the login ID nor the name begins, because
/// these have indexes of their own. What follows the `@` of a mail address is shared by everybody, and no word.
pub fn words(login: &str, name: &str) -> Vec<String> {
    let name = fold(name);
    let local = login.split('@').next().unwrap_or_default();
    let mut words: Vec<String> = Vec::new();
    for (source, text) in [(login, local), (&name, &name)] {
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            let word: String = word.chars().take(MAX_WORD_CHARS).collect();
            let is_known = word.is_empty() || source.starts_with(&word) || words.contains(&word);
            if !is_known && words.len() < MAX_WORDS {
                words.push(word);
            }
        }
    }
    words
}

/// What somebody searches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    whole: String,
    terms: Vec<String>,
}

impl Query {
    /// Reads what is typed; `None` if nothing is left of it.
    pub fn parse(text: &str) -> Option<Self> {
        let short: String = text.chars().take(MAX_QUERY_CHARS).collect();
        let whole = fold(&short);
        let terms: Vec<String> = whole.split(' ').map(str::to_owned).collect();
        (!whole.is_empty()).then_some(Self { whole, terms })
    }

    /// The whole text, as a login ID or a name may begin with it.
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// The term that the index of words is asked for: the longest, of which there are the fewest people.
    pub fn term(&self) -> String {
        let longest = self.terms.iter().max_by_key(|term| term.chars().count());
        let longest = longest.map_or("", String::as_str);
        longest.chars().take(MAX_WORD_CHARS).collect()
    }

    /// Whether the search is for more than one word.
    pub fn has_several_terms(&self) -> bool {
        self.terms.len() > 1
    }

    /// Whether a person fits: every term begins the login ID, the name or a word of either.
    pub fn fits(&self, login: &str, name: &str) -> bool {
        let name = fold(name);
        let begins = |term: &String| {
            let in_words = |text: &str| {
                text.split(|c: char| !c.is_alphanumeric())
                    .any(|word| word.starts_with(term.as_str()))
            };
            login.starts_with(term.as_str())
                || name.starts_with(term.as_str())
                || in_words(login.split('@').next().unwrap_or_default())
                || in_words(&name)
        };
        name.starts_with(&self.whole) || self.terms.iter().all(begins)
    }
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

    proptest! {
        /// Whoever fits a search of one term is found by one of the three indexes.
        #[test]
        fn the_indexes_find_whoever_fits(login in "[a-c.]{1,8}(@[a-c]{1,3})?", name in "[a-cA-C ]{0,12}", typed in "[a-c]{1,3}") {
            let query = Query::parse(&typed).unwrap();
            let found = login.starts_with(query.whole())
                || fold(&name).starts_with(query.whole())
                || words(&login, &name).iter().any(|word| word.starts_with(&query.term()));
            prop_assert_eq!(found, query.fits(&login, &name));
        }
    }
}
