//! How the tenant's pages look, as far as that is the tenant's: one colour. The logo is no text and is kept beside the policy.

use serde::{Deserialize, Serialize};

use super::check::{Allowed, OutOfRange, range};
use crate::colour::Colour;

/// The tenant's look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrandingRules {
    /// The colour of buttons and links, as `#rrggbb`. Its lightness is adjusted where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
}

impl BrandingRules {
    /// The colour, if the tenant has one of its own.
    pub fn colour(&self) -> Option<Colour> {
        self.accent.as_deref().and_then(Colour::parse)
    }

    pub(super) fn check(&self) -> Result<(), OutOfRange> {
        let Some(accent) = &self.accent else {
            return Ok(());
        };
        range(
            Colour::parse(accent).is_some(),
            "branding.accent",
            accent,
            Allowed::Colour,
        )
    }
}
