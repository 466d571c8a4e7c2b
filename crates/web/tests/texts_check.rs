//! The check that guards the build: it must find every kind of gap, or it guards nothing.

#[path = "../texts_check.rs"]
mod texts_check;

use texts_check::{Messages, REFUSALS, check, find_uses, read_messages};

/// What the check says about two languages and a page; every refusal is there, so that only the case speaks.
fn problems(ja: &str, en: &str, page: &str) -> Vec<String> {
    let refusals: String = REFUSALS
        .iter()
        .map(|code| format!("refusal-{code} = !\nrefusal-{code}-do = !\n"))
        .collect();
    let mut problems = Vec::new();
    let mut read = |file, text: &str| {
        let mut messages = Messages::new();
        read_messages(file, &refusals, &mut messages, &mut problems);
        read_messages(file, text, &mut messages, &mut problems);
        messages
    };
    let (ja, en) = (read("ja.ftl", ja), read("en.ftl", en));
    let uses: Vec<_> = find_uses(page)
        .into_iter()
        .map(|found| ("page".to_owned(), found))
        .collect();
    problems.extend(check(&ja, &en, &uses));
    problems
}

#[test]
fn complete_texts_pass() {
    let ja = "# 挨拶\nhello = こんにちは\nleft = { $count ->\n    [one] { $code }が1つ\n   *[other] { $count }\n  }\n";
    let en = "hello = Hello { $Feature }\nleft = { $count } left\n";
    let page = r#"{{ frame.msg("hello") }} self.frame.msg_with("left", &[("count", 3.into())])"#;
    assert_eq!(problems(ja, en, page), Vec::<String>::new());
}

#[test]
fn every_gap_is_found() {
    let uses = r#"msg("a")"#;
    for (ja, en, page, expected) in [
        (
            "a = x\nb = y\n",
            "a = x\n",
            r#"msg("a") msg("b")"#,
            "b: missing in en",
        ),
        ("a = x\n", "a = x\nb = y\n", uses, "b: missing in ja"),
        (
            "a = { $n }\n",
            "a = x\n",
            r#"msg_with("a", &[("n", 1.into())])"#,
            r#"a: ja uses {"n"}, en uses {}"#,
        ),
        (
            "a = x\n",
            "a = x\n",
            r#"msg("a") msg("c")"#,
            "page: uses c, which no language has",
        ),
        ("a = x\nb = y\n", "a = x\nb = y\n", uses, "b: used nowhere"),
        (
            "a = { $n }\n",
            "a = { $n }\n",
            uses,
            r#"page: a needs {"n"} and is given {}"#,
        ),
        (
            "a = x\n",
            "a = x\n",
            r#"msg_with("a", &[("n", 1.into())])"#,
            r#"page: a needs {} and is given {"n"}"#,
        ),
        (
            "a = x\na = y\n",
            "a = x\n",
            uses,
            "ja.ftl:2: a stands twice",
        ),
        (
            "a = x\nstray\n",
            "a = x\n",
            uses,
            "ja.ftl:2: neither a message nor its continuation",
        ),
    ] {
        assert_eq!(problems(ja, en, page), [expected]);
    }
}

#[test]
fn a_refusal_without_its_sentences_is_found() {
    let mut messages = Messages::new();
    read_messages(
        "ja.ftl",
        "refusal-OTP-03 = x { $moon }\n",
        &mut messages,
        &mut Vec::new(),
    );
    let problems = check(&messages, &messages, &[]);
    assert!(problems.contains(&"refusal-OTP-03-do: missing".to_owned()));
    assert!(problems.contains(&r#"refusal-OTP-03: nobody supplies ["moon"]"#.to_owned()));
}

#[test]
fn calls_are_found_as_the_formatter_leaves_them() {
    let page = "self.frame.msg_with(\n    \"a\",\n    &[\n        (\"n\", 1.into()),\n        (\"m\", x.into()),\n    ],\n)";
    let found = find_uses(page);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key, "a");
    let names: Vec<_> = found[0].arguments.iter().flatten().collect();
    assert_eq!(names, ["m", "n"]);
}

#[test]
fn the_table_lists_the_words_each_message_uses() {
    let mut messages = Messages::new();
    let text = "b = { $Code } { $n }\na = x\n";
    read_messages("ja.ftl", text, &mut messages, &mut Vec::new());
    let table = texts_check::label_table(&messages);
    assert_eq!(
        table,
        "&[\n    (\"a\", &[]),\n    (\"b\", &[\"Code\"]),\n]\n"
    );
}
