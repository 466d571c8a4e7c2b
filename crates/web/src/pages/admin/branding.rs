//! `/admin/branding`: the look of the tenant's pages. Nothing is kept before it is saved: a preview carries its values along.

use std::sync::Arc;

use axum::response::Response;
use warifu_domain::{
    policy::{LOOK, Policy, look, standard_word},
    refusal::Refusal,
};
use warifu_flows::{
    FlowError,
    branding::{self, Look},
    session::SignedIn,
};

use crate::{
    http::{
        forms::{BadForm, Fields, Form, Verified},
        page::Page,
        route::Answer,
        site::Site,
    },
    pages::views::{
        Console, Frame, Login, LoginPlace, Notice, TenantMark,
        admin::{Branding, BrandingField, PreviewBar, VIEWS},
    },
    text::Language,
};

/// The fields of the look, and how a preview shows them.
pub(crate) struct LookForm {
    look: Look,
    view: &'static str,
}

impl Form for LookForm {
    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let view = fields.get("view").unwrap_or_default();
        Ok(Self {
            look: LOOK.map(|field| (field, fields.text(field))).into(),
            view: VIEWS
                .into_iter()
                .find(|known| *known == view)
                .unwrap_or_default(),
        })
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    branding::check(page.ctx(), page.tenant(), &by)?;
    let look = look_of(&page.tenant().policy);
    Ok(write(page, look, None))
}

/// Back from a preview, with what was typed.
pub(crate) async fn edit(page: Page, who: SignedIn, form: Verified<LookForm>) -> Answer {
    let by = page.manager(who, "");
    branding::check(page.ctx(), page.tenant(), &by)?;
    Ok(write(page, form.into_inner().look, None))
}

pub(crate) async fn preview(page: Page, who: SignedIn, form: Verified<LookForm>) -> Answer {
    let by = page.manager(who, "");
    let LookForm { look, view } = form.into_inner();
    match branding::preview(page.ctx(), page.tenant(), &by, &look).await {
        Ok(tenant) => {
            let site = Site::new(Arc::new(tenant))?;
            Ok(write_preview(page, &site, look, view))
        }
        Err(error) => again(page, look, error),
    }
}

pub(crate) async fn save(page: Page, who: SignedIn, form: Verified<LookForm>) -> Answer {
    let by = page.manager(who, "");
    match branding::save(page.ctx(), page.tenant(), &by, &form.look).await {
        Ok(()) => Ok(page.done("/admin/branding", Notice::BrandingSaved)),
        Err(error) => again(page, form.into_inner().look, error),
    }
}

fn look_of(policy: &Policy) -> Look {
    let text = |field| look(policy, field).unwrap_or_default().to_owned();
    LOOK.map(|field| (field, text(field))).into()
}

fn again(page: Page, look: Look, error: FlowError) -> Answer {
    let bad = match &error {
        FlowError::Refused(Refusal::BadLook { field }) => Some(*field),
        _ => None,
    };
    Ok(write(page.again(error)?, look, bad))
}

fn write(page: Page, look: Look, bad: Option<&str>) -> Response {
    let fields = look.into_iter().map(|(name, value)| BrandingField {
        name,
        value,
        standard: standard_word(name),
        is_bad: bad == Some(name),
    });
    let fields = fields.collect();
    page.at("/admin/branding")
        .show(|frame| Branding { frame, fields })
}

/// The real login page with the unsaved values, and a bar above it.
fn write_preview(page: Page, site: &Site, values: Look, view: &'static str) -> Response {
    let policy = site.tenant.policy.clone();
    page.at("/admin/branding").show(|frame| {
        let view = match (view, frame.texts.language()) {
            ("", Language::Ja) => VIEWS[0],
            ("", Language::En) => VIEWS[2],
            (view, _) => view,
        };
        let (tag, theme) = view.split_once('-').unwrap_or(("ja", "light"));
        let language = Language::parse(tag).unwrap_or(Language::Ja);
        let base = frame.tenant.as_ref().map(|tenant| tenant.base.clone());
        Login {
            frame: Frame {
                tenant: Some(TenantMark {
                    base: base.unwrap_or_default(),
                    ..site.mark.clone()
                }),
                login: None,
                desk: site.desk(language),
                console: Console::CLOSED,
                preview: Some(PreviewBar {
                    texts: frame.texts,
                    form_token: frame.form_token.clone(),
                    values,
                    theme: if theme == "dark" { "dark" } else { "light" },
                    view,
                }),
                texts: site.texts(language).clone(),
                ..frame
            },
            login: String::new(),
            place: LoginPlace::Tenant,
            remember: policy.login.remember_me.then_some(false),
            password_reset: policy.login.password_reset,
            code_digits: None,
            code_open: false,
        }
    })
}
