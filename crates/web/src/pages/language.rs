//! `/language`: the switch that stands on every page.

use warifu_domain::time::Span;
use warifu_flows::{account, session};

use crate::{
    http::{
        access::Visitor,
        cookies::{Kind, Life},
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
    },
    text::Language,
};

/// How long a browser remembers the choice.
const KEPT_FOR: Span = Span::days(365);

/// The language, and where the switch stood.
pub(crate) struct LanguageForm {
    language: Language,
    return_to: String,
}

impl Form for LanguageForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let language = fields.get("language").and_then(Language::parse);
        Ok(Self {
            language: language.ok_or(BadForm::Malformed)?,
            return_to: fields.text("return_to"),
        })
    }
}

pub(crate) async fn choose(mut page: Page, _: Visitor, form: Verified<LanguageForm>) -> Answer {
    let tag = form.language.tag();
    page.keep(Kind::Language, tag, Life::For(KEPT_FOR));
    if let Some(token) = page.session_token()
        && let Some(who) = session::find(
            page.ctx(),
            page.tenant(),
            token,
            Some(page.origin().address),
        )
        .await?
    {
        account::choose_language(page.ctx(), page.tenant(), &who, tag).await?;
    }
    Ok(page.lead_back_to(&form.return_to))
}
