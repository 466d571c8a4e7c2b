//! Reads our own pages: enough of HTML for documents in which every attribute is quoted and every tag closed.

/// One start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Its name.
    pub(crate) name: String,
    /// Its attributes in order, entities as they stand.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute; empty for one without.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

const VOID: &[&str] = &["br", "img", "input", "link", "meta", "wbr"];

/// All start tags, in order. Panics where tags do not nest.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html
        .strip_prefix("<!doctype html>")
        .expect("a page starts with its doctype");
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(closing) = rest.strip_prefix('/') {
            let end = closing.find('>').expect("a tag ends");
            assert_eq!(open.pop().as_deref(), Some(&closing[..end]), "tags nest");
            rest = &closing[end + 1..];
            continue;
        }
        let (tag, is_closed, after) = start_tag(rest);
        if !is_closed && !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
        rest = after;
    }
    assert_eq!(open, Vec::<String>::new(), "every tag is closed");
    tags
}

/// Reads a start tag after its `<`; tells whether it closed itself, and what follows.
fn start_tag(text: &str) -> (Tag, bool, &str) {
    let end = text
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .expect("a tag ends");
    let mut tag = Tag {
        name: text[..end].to_owned(),
        attributes: Vec::new(),
    };
    let mut rest = text[end..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, false, after);
        }
        if let Some(after) = rest.strip_prefix("/>") {
            return (tag, true, after);
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '=' || c == '>')
            .expect("an attribute ends");
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a value is closed");
            value = quoted[..end].to_owned();
            rest = &quoted[end + 1..];
        }
        tag.attributes.push((key, value));
        rest = rest.trim_start();
    }
}

/// The text of a page without its tags, entities resolved, white space joined.
pub(crate) fn text(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<').skip(1) {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    for (entity, character) in [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
