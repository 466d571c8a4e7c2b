//! A tenant as its pages need it: its words in both languages, its name, its time zone. Made once per tenant and change
//! of policy, so that a request does no work on it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use warifu_domain::{ids::TenantId, tenant::Tenant};

use super::errors::Failure;
use crate::{
    pages::{
        accent, logo,
        times::Times,
        views::{Desk, TenantMark},
    },
    text::{Labels, Language, Texts},
};

/// A tenant and what its pages say.
#[derive(Debug)]
pub struct Site {
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// Its time zone.
    pub times: Times,
    pub(crate) mark: TenantMark,
    texts: [Texts; 2],
    desks: [Option<Arc<Desk>>; 2],
}

impl Site {
    /// What the pages of a tenant need of it.
    pub(crate) fn new(tenant: Arc<Tenant>) -> Result<Self, Failure> {
        let policy = &tenant.policy;
        let times = Times::new(&policy.locale.time_zone)
            .map_err(|error| Failure::Broken(error.to_string()))?;
        let mark = TenantMark {
            base: format!("/{}", tenant.slug),
            name: tenant.name.clone(),
            logo: tenant.logo.map(logo::address),
            accent: policy.branding.colour().map(accent::address),
        };
        let texts = Language::ALL.map(|language| {
            let words = policy.labels.of(language.into());
            let labels = Labels::from(words).with_backup_codes(policy.backup_codes.enabled);
            Texts::new(language, labels)
        });
        let desks = Language::ALL.map(|language| {
            let desk = policy.contact.of(language.into());
            desk.map(|desk| Arc::new(desk.into()))
        });
        Ok(Self {
            desks,
            times,
            mark,
            texts,
            tenant,
        })
    }

    /// The language where neither the visitor nor the browser asks for another.
    pub fn default_language(&self) -> Language {
        self.tenant.policy.locale.language.into()
    }

    /// The desk that people ask, for pages in `language`.
    pub(crate) fn desk(&self, language: Language) -> Option<Arc<Desk>> {
        self.desks[language as usize].clone()
    }

    /// The texts in `language`.
    pub fn texts(&self, language: Language) -> &Texts {
        &self.texts[language as usize]
    }
}

/// The sites of this process, as many as there are tenants.
#[derive(Debug, Default)]
pub(crate) struct Sites(RwLock<HashMap<TenantId, Arc<Site>>>);

impl Sites {
    /// The site of `tenant` as it is now.
    pub(crate) fn of(&self, tenant: Arc<Tenant>) -> Result<Arc<Site>, Failure> {
        let known = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&tenant.id)
            .cloned();
        if let Some(site) = known
            && Arc::ptr_eq(&site.tenant, &tenant)
        {
            return Ok(site);
        }
        let site = Arc::new(Site::new(tenant)?);
        let mut sites = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sites.insert(site.tenant.id, site.clone());
        Ok(site)
    }
}
