//! Every page, from samples, in both languages: what must hold for all of them.

mod markup;
mod samples;
#[path = "../texts_check.rs"]
#[expect(dead_code, reason = "only its list of refusals is used here")]
mod texts_check;

use markup::{Tag, tags, text};
use samples::{Cast, Sample};
use std::collections::BTreeSet;
use warifu_domain::policy::{KNOBS, LOOK};
use warifu_web::pages::views::{Console, Facts, Frame, Notice, ProofTarget, Question};
use warifu_web::text::{Language, Texts};

/// What forms may post.
const FIELDS: &[&str] = &[
    "by",
    "address",
    "email",
    "form_token",
    "login",
    "password",
    "remember",
    "code",
    "backup_code",
    "emailed_code",
    "app_code",
    "device",
    "private_address",
    "use",
    "session",
    "target",
    "new_password",
    "return_to",
    "language",
    "generation",
    "view",
    "logo",
    "no_logo",
    "logo_file",
    "file",
    "mail",
    "revision",
    "policy",
    "reason",
    "name",
    "email",
    "role",
    "group",
    "grace_until",
    "q",
    "show",
    "ref",
    "user",
    "address",
    "outcome",
    "since",
    "until",
    "slug",
    "day",
    "confirm",
    "company",
    "how",
    "to",
    "cidr",
    "comment",
    "trusted",
    "shared",
    "draft",
    "look",
    "note",
    "network",
];

fn each_page(check: impl Fn(&Sample, &[Tag])) {
    for language in Language::ALL {
        for sample in samples::all(language, &Cast::default()) {
            println!("{} {}", language.tag(), sample.name);
            check(&sample, &tags(&sample.html));
        }
    }
}

#[test]
fn the_language_is_set() {
    for language in Language::ALL {
        for sample in samples::all(language, &Cast::default()) {
            let tags = tags(&sample.html);
            assert_eq!(tags[0].name, "html");
            assert_eq!(
                tags[0].value("lang"),
                Some(language.tag()),
                "{}",
                sample.name
            );
        }
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    each_page(|_, tags| {
        for tag in tags {
            assert_ne!(tag.name, "style");
            if tag.name == "script" {
                assert!(
                    tag.value("src")
                        .is_some_and(|source| source.starts_with("/assets/")),
                    "{tag:?}"
                );
            }
            for (key, value) in &tag.attributes {
                assert!(key != "style" && !key.starts_with("on"), "{tag:?}");
                if ["href", "src", "action"].contains(&key.as_str()) {
                    let is_ours = value.starts_with('/') && !value.starts_with("//");
                    assert!(
                        is_ours
                            || value.starts_with('#')
                            || value.starts_with("otpauth://")
                            || is_of_desk(tag)
                            || is_of_demo(tag)
                            || is_of_store(tag),
                        "{tag:?}"
                    );
                }
            }
        }
    });
}

/// Whether it is one of the demonstration's own addresses, each of which has another host.
fn is_of_demo(tag: &Tag) -> bool {
    let address = tag.value("href").unwrap_or_default();
    tag.name == "a" && address.starts_with("http://127.0.0.1:8080/d/")
}

/// Whether an app is fetched from there (G3): a link that is followed by hand and tells the store nothing.
fn is_of_store(tag: &Tag) -> bool {
    let stores = [
        "https://play.google.com/",
        "https://apps.apple.com/",
        "https://github.com/winauth/",
    ];
    let address = tag.value("href").unwrap_or_default();
    tag.name == "a"
        && tag.value("rel") == Some("noreferrer")
        && stores.iter().any(|store| address.starts_with(store))
}

/// Whether a link leads to the desk that people ask: the one thing on our pages that is elsewhere.
fn is_of_desk(tag: &Tag) -> bool {
    let address = tag.value("href").unwrap_or_default();
    let is_page =
        address.starts_with("https://") && tag.value("rel") == Some("noopener noreferrer");
    tag.name == "a" && (is_page || address.starts_with("tel:") || address.starts_with("mailto:"))
}

#[test]
fn every_field_has_a_label_and_every_reference_a_target() {
    each_page(|_, tags| {
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.value("id")).collect();
        assert_eq!(
            ids.iter().collect::<BTreeSet<_>>().len(),
            ids.len(),
            "ids are unique: {ids:?}"
        );
        let labels: Vec<&str> = tags.iter().filter_map(|tag| tag.value("for")).collect();
        for tag in tags {
            if tag.name == "input" && tag.value("type") != Some("hidden") {
                let id = tag.value("id").expect("a field has an id");
                assert_eq!(
                    labels.iter().filter(|label| **label == id).count(),
                    1,
                    "{tag:?}"
                );
            }
            let described = [
                "aria-describedby",
                "aria-labelledby",
                "data-copy",
                "data-reveal",
                "data-mask",
            ];
            for target in described
                .iter()
                .filter_map(|key| tag.value(key))
                .flat_map(str::split_whitespace)
            {
                assert!(ids.contains(&target), "{tag:?}");
            }
            if let Some(target) = tag
                .value("href")
                .and_then(|address| address.strip_prefix('#'))
            {
                assert!(ids.contains(&target), "{tag:?}");
            }
        }
    });
}

#[test]
fn every_form_posts_a_form_token_and_known_fields_only() {
    each_page(|_, tags| {
        // A search changes nothing, and its address can be passed on: it is the one form without a token.
        let posts = |form: &&Tag| match form.value("method") {
            Some("post") => true,
            method => {
                assert_eq!(method, Some("get"), "{form:?}");
                false
            }
        };
        let forms = tags.iter().filter(|tag| tag.name == "form");
        let forms = forms.filter(posts).count();
        assert_eq!(
            tags.iter()
                .filter(|tag| tag.value("name") == Some("form_token"))
                .count(),
            forms
        );
        for tag in tags
            .iter()
            .filter(|tag| tag.name == "input" || tag.name == "button")
        {
            if let Some(name) = tag.value("name") {
                let is_rule = KNOBS.iter().any(|knob| knob.path == name);
                assert!(
                    FIELDS.contains(&name) || LOOK.contains(&name) || is_rule,
                    "{tag:?}"
                );
            }
        }
    });
}

#[test]
fn codes_are_typed_into_fields_that_phones_understand() {
    each_page(|_, tags| {
        for tag in tags
            .iter()
            .filter(|tag| tag.name == "input" && tag.value("name") == Some("code"))
        {
            assert_eq!(tag.value("inputmode"), Some("numeric"));
            assert_eq!(tag.value("autocomplete"), Some("one-time-code"));
            // Room for full-width digits with spaces between all of them.
            assert_eq!(tag.value("maxlength"), Some("40"));
        }
    });
}

#[test]
fn one_thing_takes_the_focus_and_a_message_goes_before_a_field() {
    each_page(|sample, tags| {
        let focused: Vec<&Tag> = tags
            .iter()
            .filter(|tag| tag.value("autofocus").is_some())
            .collect();
        assert!(focused.len() <= 1, "{focused:?}");
        if let Some(problem) = tags.iter().find(|tag| tag.value("id") == Some("problem")) {
            assert_eq!(problem.value("role"), Some("alert"), "{}", sample.name);
            assert_eq!(problem.value("tabindex"), Some("-1"));
            assert_eq!(focused, [problem]);
        }
    });
}

#[test]
fn hostile_names_change_nothing_but_text() {
    let hostile =
        "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7 }}{ $code }&lt;\u{202e}";
    let cast = Cast {
        tenant: format!("T{hostile}"),
        name: format!("N{hostile}"),
        login: format!("L{hostile}"),
        agent: hostile.into(),
    };
    for language in Language::ALL {
        let plain = samples::all(language, &Cast::default());
        for (sample, plain) in samples::all(language, &cast).into_iter().zip(plain) {
            let shape = |html: &str| -> Vec<(String, Vec<String>)> {
                let keys = |tag: Tag| tag.attributes.into_iter().map(|(key, _)| key).collect();
                tags(html)
                    .into_iter()
                    .map(|tag| (tag.name.clone(), keys(tag)))
                    .collect()
            };
            assert_eq!(shape(&sample.html), shape(&plain.html), "{}", sample.name);
            assert!(
                text(&sample.html).contains(&format!("T{hostile}"))
                    || !text(&plain.html).contains("わりふ商事")
            );
        }
    }
}

#[test]
fn no_sentence_lacks_a_part() {
    each_page(|sample, _| {
        let text = text(&sample.html);
        // A policy's own text has braces.
        let is_policy = sample.name.starts_with("console-policy");
        assert!(
            (is_policy || !text.contains('{')) && !text.contains("absent"),
            "{text}"
        );
    });
}

#[test]
fn an_error_says_what_happened_what_to_do_and_one_line_to_report() {
    let pages = samples::all(Language::Ja, &Cast::default());
    let page = pages
        .iter()
        .find(|sample| sample.name == "login-code-used")
        .unwrap();
    let text = text(&page.html);
    for part in [
        "このセキュリティコードはすでに使用されています。",
        "認証アプリの表示が切り替わるのを待って、次のセキュリティコードを入力してください。",
        "エラーコード OTP-03 · 2026-11-21 19:04:12 JST · ログインID taro@example.jp · お問い合わせ番号 7K3M-Q9TZ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let field = tags(&page.html)
        .into_iter()
        .find(|tag| tag.value("id") == Some("code"))
        .unwrap();
    assert_eq!(field.value("aria-describedby"), Some("code-hint problem"));
    assert_eq!(field.value("aria-invalid"), Some("true"));
}

/// Shows: G9, W9
#[test]
fn every_refusal_links_to_a_question_that_the_help_page_answers() {
    for language in Language::ALL {
        let pages = samples::all(language, &Cast::default());
        let help = &pages.iter().find(|page| page.name == "help").unwrap().html;
        let sections: Vec<String> = tags(help)
            .iter()
            .filter(|tag| tag.name == "section")
            .filter_map(|tag| tag.value("id").map(str::to_owned))
            .collect();
        for question in Question::ALL {
            let id = question.id();
            assert!(sections.iter().any(|known| known == id), "{id}");
            assert!(help.contains(&format!("<li><a href=\"#{id}\">")), "{id}");
        }
        for code in texts_check::REFUSALS {
            let problem = samples::frame(language)
                .with_problem(code, None, &Facts::default())
                .problem
                .unwrap();
            let (address, title) = problem.help.unwrap();
            let (page, id) = address.split_once('#').unwrap();
            assert_eq!(page, "/warifu-trading/help");
            assert!(
                help.contains(&format!("<section id=\"{id}\"><h2>{title}</h2>")),
                "{code}"
            );
        }
    }
    // What has a cause of its own has an answer of its own.
    for code in texts_check::REFUSALS {
        let of_user = ["LOGIN-", "OTP-", "BAK-", "SET-", "PWD-"];
        if of_user.iter().any(|kind| code.starts_with(kind)) {
            assert_ne!(Question::explaining(code), Question::Who, "{code}");
        }
    }
}

#[test]
fn an_error_before_the_password_names_nobody() {
    let pages = samples::all(Language::En, &Cast::default());
    let page = pages
        .iter()
        .find(|sample| sample.name == "login-refused")
        .unwrap();
    assert!(
        text(&page.html).contains("Error LOGIN-01 · 2026-11-21 19:04:12 JST · Reference 7K3M-Q9TZ")
    );
}

#[test]
fn every_refusal_speaks_both_languages_with_and_without_facts() {
    let all_facts = Facts {
        minutes: Some(7),
        until: Some("19:34 JST".into()),
        left: Some(1),
        min: Some(12),
        max: Some(256),
        address: Some("192.0.2.1".into()),
    };
    for language in Language::ALL {
        for facts in [&Facts::default(), &all_facts] {
            for code in texts_check::REFUSALS {
                let problem = frame(language)
                    .with_problem(code, None, facts)
                    .problem
                    .unwrap();
                for sentence in [&problem.message, &problem.action] {
                    assert!(
                        !sentence.contains(['{', '$']) && !sentence.contains("absent"),
                        "{sentence}"
                    );
                    assert!(!sentence.contains("refusal-"), "{sentence}");
                    assert!(
                        sentence.ends_with(if language == Language::Ja { '。' } else { '.' }),
                        "{sentence}"
                    );
                }
            }
        }
    }
}

#[test]
fn names_that_travel_in_addresses_are_read_back() {
    for notice in Notice::ALL {
        assert_eq!(Notice::parse(notice.name()), Some(notice));
    }
    for target in ProofTarget::ALL {
        assert_eq!(ProofTarget::parse(target.name()), Some(target));
    }
    assert_eq!(Notice::parse("<script>"), None);
    assert_eq!(ProofTarget::parse(""), None);
}

fn frame(language: Language) -> Frame {
    Frame {
        texts: Texts::new(language, samples::labels(language)),
        tenant: None,
        login: None,
        form_token: String::new(),
        path: "/".into(),
        reference: "7K3M-Q9TZ".into(),
        time: "2026-11-21 19:04:12 JST".into(),
        zone: "Asia/Tokyo".into(),
        problem: None,
        notice: None,
        console: Console::CLOSED,
        desk: None,
        login_path: "/login",
        preview: None,
    }
}
