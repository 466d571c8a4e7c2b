//! What an operator is refused, and the rules behind it: dates, identity checks, waiting times.

use crate::time::Span;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why an act of an operator is refused, so that whoever typed it can mend it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("refused: {}", self.code())]
        pub enum Unfit { $($(#[$doc])* $name,)* }

        impl Unfit {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// See [`crate::refusal::Refusal::code`].
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

refusals! {
    /// Not a date, or one that is over (G1).
    Date = "OPR-01";
    /// Not a slug.
    Slug = "OPR-02";
    /// Another tenant has this slug, or had it.
    SlugTaken = "OPR-03";
    /// Not a name of a tenant.
    TenantName = "OPR-04";
    /// The first administrator's login ID, name or mail address is none.
    FirstPerson = "OPR-05";
    /// What was told about the account is not what stands in it (W7).
    Identity = "OPR-06";
    /// Somebody in the tenant can help, so no operator may (SEC-42).
    AnotherCanHelp = "OPR-07";
    /// Two operators are needed, and this is one of them again (SEC-42).
    SameOperator = "OPR-08";
    /// There is nothing to be approved: it was done, taken back, or is too old.
    NothingToApprove = "OPR-09";
    /// What was typed to confirm is not the tenant's slug.
    NotConfirmed = "OPR-10";
    /// The waiting time is over; what is deleted does not come back.
    DeletionBegun = "OPR-11";
    /// An operator cannot suspend or delete the tenant in which operators are.
    OwnTenant = "OPR-12";
    /// The relay did not take a test mail, or there is none.
    MailNotTaken = "OPR-13";
    /// Not a mail address.
    MailAddress = "OPR-14";
    /// Somebody else changed the tenant at the same moment.
    Overtaken = "OPR-15";
}

/// How long a tenant that is to be deleted waits, so that a mistake can be taken back.
pub const DELETION_WAIT: Span = Span::days(7);
/// How long a rescue waits for a second operator.
pub const RESCUE_WAIT: Span = Span::days(1);

/// What an operator was told, and how it was checked, before an administrator is rescued (W7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCheck {
    /// The organisation's name, as whoever called gave it.
    pub company: String,
    /// The account's mail address, as whoever called gave it.
    pub email: String,
    /// How it was made sure that the caller is who the account belongs to.
    pub how: String,
}

impl IdentityCheck {
    /// Compares what was told with what is known. Letters and widths do not matter, since it was told by telephone.
    pub fn judge(&self, tenant_name: &str, account_email: Option<&str>) -> Result<(), Unfit> {
        let is_same = |told: &str, known: &str| fold(told) == fold(known);
        let email_is_right = account_email.is_none_or(|known| is_same(&self.email, known));
        if !self.how.trim().is_empty() && is_same(&self.company, tenant_name) && email_is_right {
            Ok(())
        } else {
            Err(Unfit::Identity)
        }
    }

    /// One line for the audit trail, which [`CheckRecord::read`] takes apart. The address itself is personal and stays in the
    /// account, if it has one: then it was told.
    pub fn record(&self, account_has_email: bool) -> String {
        let word = CheckRecord::word(account_has_email);
        format!("{} / {word} / {}", self.company.trim(), self.how.trim())
    }
}

/// An identity check as the trail keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckRecord<'a> {
    /// The organisation's name, as it was told.
    pub company: &'a str,
    /// The account has a mail address, and it was told; `false`: it has none.
    pub address_was_told: bool,
    /// How it was made sure who called.
    pub how: &'a str,
}

impl<'a> CheckRecord<'a> {
    fn word(address_was_told: bool) -> &'static str {
        match address_was_told {
            true => "address-told",
            false => "no-address",
        }
    }

    /// Takes a line of the trail apart. `None`: it was not written by [`IdentityCheck::record`].
    pub fn read(line: &'a str) -> Option<Self> {
        [true, false].into_iter().find_map(|address_was_told| {
            let middle = format!(" / {} / ", Self::word(address_was_told));
            let (company, how) = line.split_once(&middle)?;
            Some(Self {
                company,
                address_was_told,
                how,
            })
        })
    }
}

fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let folded = text.nfkc().collect::<String>().to_lowercase();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(company: &str, email: &str, how: &str) -> Result<(), Unfit> {
        let check = IdentityCheck {
            company: company.to_owned(),
            email: email.to_owned(),
            how: how.to_owned(),
        };
        check.judge("みどり商事 KK", Some("taro@example.jp"))
    }

    #[test]
    fn w7_an_identity_is_checked_by_company_address_and_a_word_on_how() {
        let how = "called back";
        assert_eq!(check("みどり商事 ＫＫ", " Taro@Example.jp", how), Ok(()));
        for (company, email, how) in [
            ("あおば工業", "taro@example.jp", how),
            ("みどり商事 KK", "jiro@example.jp", how),
            ("みどり商事 KK", "", how),
            ("みどり商事 KK", "taro@example.jp", " "),
        ] {
            assert_eq!(check(company, email, how), Err(Unfit::Identity));
        }
    }

    #[test]
    fn w7_the_record_never_says_that_an_address_was_checked_where_there_is_none() {
        let told = IdentityCheck {
            company: " みどり商事 KK".to_owned(),
            email: "anything@example.jp".to_owned(),
            how: "called back ".to_owned(),
        };
        assert_eq!(told.judge("みどり商事 KK", None), Ok(()));
        for (address_was_told, line) in [
            (false, "みどり商事 KK / no-address / called back"),
            (true, "みどり商事 KK / address-told / called back"),
        ] {
            assert_eq!(told.record(address_was_told), line);
            let read = CheckRecord {
                company: "みどり商事 KK",
                address_was_told,
                how: "called back",
            };
            assert_eq!(CheckRecord::read(line), Some(read));
        }
        assert_eq!(CheckRecord::read("asked / by letter / twice"), None);
    }

    #[test]
    fn codes_are_distinct() {
        let codes: std::collections::BTreeSet<_> = Unfit::ALL.iter().map(|u| u.code()).collect();
        assert_eq!(codes.len(), Unfit::ALL.len());
    }
}
