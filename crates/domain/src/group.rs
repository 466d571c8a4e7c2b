//! Groups of a tenant's people: what they may be called.

use crate::refusal::Refusal;

/// Longest name of a group, in characters.
pub const MAX_NAME_CHARS: usize = 60;

/// The name of a group: trimmed, one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName(String);

impl GroupName {
    /// Reads what an administrator types.
    ///
    /// # Errors
    /// [`Refusal::BadGroupName`] if nothing is left after trimming, or it is too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = text.trim();
        let ok = !name.is_empty()
            && name.chars().count() <= MAX_NAME_CHARS
            && !name.chars().any(char::is_control);
        if ok {
            Ok(Self(name.to_owned()))
        } else {
            Err(Refusal::BadGroupName)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groups_name_is_one_short_line() {
        assert_eq!(
            GroupName::parse(" 営業部 ").map(|name| name.0),
            Ok("営業部".to_owned())
        );
        for bad in ["", "  ", "a\nb", "\u{1b}[2J", &"あ".repeat(61)] {
            assert_eq!(GroupName::parse(bad), Err(Refusal::BadGroupName), "{bad:?}");
        }
    }
}
