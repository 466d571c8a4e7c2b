//! `/admin/branding`: the look of the tenant's pages. Nothing is kept before it is saved: a preview carries its values along.

use std::sync::Arc;

use axum::response::Response;
use warifu_domain::{
    logo::{LogoId, MAX_FILE_BYTES},
    policy::{LOOK, look, standard_word},
    refusal::Refusal,
    tenant::Tenant,
};
use warifu_flows::{
    FlowError,
    branding::{self, Look},
    session::SignedIn,
};

use crate::{
    http::{
        forms::{BadForm, Fields, Form, Room, Verified},
        multipart::Upload,
        page::Page,
        route::Answer,
        site::Site,
    },
    pages::{
        logo::address,
        views::{
            Console, Frame, Login, LoginPlace, Notice, TenantMark,
            admin::{Branding, BrandingField, BrandingLogo, PreviewBar, VIEWS},
        },
    },
    text::Language,
};

/// What stands for no logo in the field that carries its name along.
const NO_LOGO: &str = "none";

/// The fields of the look, and how a preview shows them.
pub(crate) struct LookForm {
    fields: Vec<(&'static str, String)>,
    /// The logo as an earlier form left it.
    logo: LogoField,
    /// The logo is to be taken away.
    no_logo: bool,
    file: Upload,
    view: &'static str,
}

enum LogoField {
    /// Whatever the tenant has.
    Unchanged,
    Is(Option<LogoId>),
}

impl Form for LookForm {
    const ROOM: Room = Room::File(MAX_FILE_BYTES);

    fn read(fields: &Fields) -> Result<Self, BadForm> {
        let view = fields.get("view").unwrap_or_default();
        Ok(Self {
            fields: LOOK.map(|field| (field, fields.text(field))).into(),
            logo: match fields.get("logo").unwrap_or_default() {
                "" => LogoField::Unchanged,
                NO_LOGO => LogoField::Is(None),
                id => LogoField::Is(Some(LogoId::parse(id).ok_or(BadForm::Malformed)?)),
            },
            no_logo: fields.is_ticked("no_logo"),
            file: fields.file().clone(),
            view: VIEWS
                .into_iter()
                .find(|known| *known == view)
                .unwrap_or_default(),
        })
    }
}

impl LookForm {
    /// The look that was typed, before the file is looked at.
    fn look(&self, tenant: &Tenant) -> Look {
        let logo = match self.logo {
            LogoField::Unchanged => tenant.logo,
            LogoField::Is(logo) => logo,
        };
        Look {
            fields: self.fields.clone(),
            logo: logo.filter(|_| !self.no_logo),
        }
    }
}

pub(crate) async fn show(page: Page, who: SignedIn) -> Answer {
    let by = page.manager(who, "");
    branding::check(page.ctx(), page.tenant(), &by)?;
    let look = look_of(page.tenant());
    Ok(write(page, look, None))
}

/// Back from a preview, with what was typed.
pub(crate) async fn edit(page: Page, who: SignedIn, form: Verified<LookForm>) -> Answer {
    let by = page.manager(who, "");
    branding::check(page.ctx(), page.tenant(), &by)?;
    let look = form.look(page.tenant());
    Ok(write(page, look, None))
}

pub(crate) async fn preview(page: Page, who: SignedIn, form: Verified<LookForm>) -> Answer {
    let by = page.manager(who, "");
    let form = form.into_inner();
    let mut look = form.look(page.tenant());
    let (ctx, tenant) = (page.ctx(), page.tenant());
    let kept = match form.file {
        Upload::Nothing => Ok(look.logo),
        Upload::Content(file) => branding::keep_logo(ctx, tenant, &by, file).await.map(Some),
        Upload::TooLarge => Err(Refusal::LogoTooLarge.into()),
    };
    let shown = match kept {
        Ok(logo) => {
            look.logo = logo;
            branding::preview(ctx, tenant, &by, &look).await
        }
        Err(error) => Err(error),
    };
    match shown {
        Ok(tenant) => {
            let site = Site::new(Arc::new(tenant))?;
            Ok(write_preview(page, &site, look, form.view))
        }
        Err(error) => again(page, look, error),
    }
}

pub(crate) async fn save(page: Page, who: SignedIn, form: Verified<LookForm>) -> Answer {
    let by = page.manager(who, "");
    let look = form.look(page.tenant());
    match branding::save(page.ctx(), page.tenant(), &by, &look).await {
        Ok(()) => Ok(page.done("/admin/branding", Notice::BrandingSaved)),
        Err(error) => again(page, look, error),
    }
}

fn look_of(tenant: &Tenant) -> Look {
    let text = |field| look(&tenant.policy, field).unwrap_or_default().to_owned();
    Look {
        fields: LOOK.map(|field| (field, text(field))).into(),
        logo: tenant.logo,
    }
}

fn again(page: Page, mut look: Look, error: FlowError) -> Answer {
    let bad = match &error {
        FlowError::Refused(Refusal::BadLook { field }) => Some(*field),
        FlowError::Refused(Refusal::LogoGone) => {
            look.logo = page.tenant().logo;
            Some("logo")
        }
        FlowError::Refused(Refusal::BadLogo | Refusal::LogoTooLarge) => Some("logo"),
        _ => None,
    };
    Ok(write(page.again(error)?, look, bad))
}

fn write(page: Page, look: Look, bad: Option<&str>) -> Response {
    let fields = look.fields.into_iter().map(|(name, value)| BrandingField {
        name,
        value,
        standard: standard_word(name),
        is_bad: bad == Some(name),
    });
    let fields = fields.collect();
    let own = page.tenant().logo;
    let logo = look.logo.or(own).map(|logo| BrandingLogo {
        name: logo.to_string(),
        path: address(logo),
        is_removed: look.logo.is_none(),
    });
    page.at("/admin/branding").show(|frame| Branding {
        frame,
        fields,
        logo,
        is_logo_bad: bad == Some("logo"),
    })
}

/// The real login page with the unsaved values, and a bar above it.
fn write_preview(page: Page, site: &Site, look: Look, view: &'static str) -> Response {
    let policy = site.tenant.policy.clone();
    let removes_logo = look.logo.is_none() && page.tenant().logo.is_some();
    let mut values = look.fields;
    let logo = look.logo.map_or(NO_LOGO.to_owned(), |id| id.to_string());
    values.push(("logo", logo));
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
                    removes_logo,
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
