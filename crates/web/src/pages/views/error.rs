//! A refusal or fault as a whole page.

use super::Frame;
use askama::Template;

/// Any page that could not be shown. The frame carries the problem ([`Frame::with_problem`]).
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub frame: Frame,
}

impl ErrorPage {
    fn code(&self) -> &str {
        self.frame
            .problem
            .as_ref()
            .map_or("", |problem| &problem.code)
    }

    /// The way on: its address and its label. Outside tenants there is none.
    fn way_on(&self) -> Option<(String, &str)> {
        self.frame.tenant.as_ref()?;
        let code = self.code();
        Some(if code == "REQ-05" || code == "REQ-06" {
            (self.frame.path.clone(), self.frame.msg("error-try-again"))
        } else if self.frame.login.is_some() && code != "ACC-01" {
            (
                self.frame.link("/account"),
                self.frame.msg("error-to-account"),
            )
        } else {
            (
                self.frame.link(self.frame.login_path),
                self.frame.msg("error-to-login"),
            )
        })
    }
}
