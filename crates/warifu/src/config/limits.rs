//! Numbers with bounds.

use serde::de::{Deserialize as _, Deserializer, Error as _};

/// Reads a whole number from `MIN` to `MAX`.
pub(super) fn within<'de, const MIN: u64, const MAX: u64, D, N>(source: D) -> Result<N, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<u64>,
{
    // As a signed number first: the complaint about -1 should be about its bounds, not about a Rust type.
    let number = i64::deserialize(source)?;
    u64::try_from(number)
        .ok()
        .filter(|number| (MIN..=MAX).contains(number))
        .and_then(|number| N::try_from(number).ok())
        .ok_or_else(|| D::Error::custom(format!("{number} is not between {MIN} and {MAX}")))
}

/// The same for a setting that may be left out.
pub(super) fn optional<'de, const MIN: u64, const MAX: u64, D, N>(
    source: D,
) -> Result<Option<N>, D::Error>
where
    D: Deserializer<'de>,
    N: TryFrom<u64>,
{
    within::<MIN, MAX, D, N>(source).map(Some)
}
