//! The words of a reminder to somebody without a second factor. Its only address is that of the login page.

use warifu_domain::reminder::Deadline;
use warifu_flows::{Reminder, notices::OpenNotice};

use super::mail::{Letter, MailText};
use crate::{
    http::site::Site,
    text::{Language, Texts},
};

/// Puts a reminder into words. `origin` is the address of this server.
pub(super) fn write(
    site: &Site,
    origin: &str,
    language: Language,
    notice: &OpenNotice,
    reminder: &Reminder,
) -> MailText {
    let texts = site.texts(language);
    let who = texts.msg_with(
        "mail-facts",
        &[
            ("tenant", site.tenant.name.as_str().into()),
            ("login", notice.login.as_str().into()),
        ],
    );
    let mut closing = vec![texts.msg("mail-reminder-why").to_owned()];
    closing.extend(until(site, texts, reminder.deadline));
    if !reminder.note.is_empty() {
        let note = [("note", reminder.note.as_str().into())];
        closing.push(texts.msg_with("mail-reminder-note", &note));
    }
    closing.push(texts.msg("mail-reminder-do").to_owned());
    closing.push(format!("{origin}/{}/login", site.tenant.slug));
    closing.push(texts.msg("mail-reminder-safe").to_owned());
    let letter = Letter {
        language: language.tag(),
        heading: texts.msg("mail-reminder"),
        facts: vec![who],
        closing,
    };
    letter.write(&site.tenant.name)
}

fn until(site: &Site, texts: &Texts, deadline: Deadline) -> Option<String> {
    Some(match deadline {
        Deadline::None => return None,
        Deadline::Passed => texts.msg("mail-reminder-passed").to_owned(),
        Deadline::Compulsory(at) => {
            let time = site.times.minute(at.0);
            texts.msg_with("mail-reminder-compulsory", &[("time", time.into())])
        }
        Deadline::Asked(at) => {
            let day = site.times.date(at.0);
            texts.msg_with("mail-reminder-asked", &[("day", day.into())])
        }
    })
}
