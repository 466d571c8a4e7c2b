//! The macro that writes a section of the configuration: its struct, its defaults, and the text of the reference page, so that
//! the three cannot disagree.

/// Defines one section. Each field has a doc comment (what it means, why its default is what it is) and either
/// `= default` or, where nothing is set by default, `= default, for example "TOML value"` ("" for a section of its own).
///
/// A section whose fields are all compulsory once it is there (`required struct`) has examples instead of defaults.
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[serde($($serde:tt)*)])*
                $field:ident: $type:ty = $default:expr $(, for example $example:literal)?;
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct $name {
            $(
                $(#[doc = $doc])*
                $(#[serde($($serde)*)])*
                pub(crate) $field: $type,
            )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        #[cfg(test)]
        impl crate::config::reference::Section for $name {
            const ABOUT: &'static [&'static str] = &[$($about),*];

            fn fields() -> Vec<crate::config::reference::Field> {
                vec![$(
                    $crate::config::section::field!($field, &[$($doc),*], Self::default().$field $(, $example)?),
                )*]
            }
        }
    };
    (
        $(#[doc = $about:literal])*
        required struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $field:ident: $type:ty, for example $example:literal;
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(
                $(#[doc = $doc])*
                pub(crate) $field: $type,
            )*
        }

        #[cfg(test)]
        impl crate::config::reference::Section for $name {
            const ABOUT: &'static [&'static str] = &[$($about),*];

            fn fields() -> Vec<crate::config::reference::Field> {
                vec![$(
                    $crate::config::section::field!($field, &[$($doc),*], (), $example),
                )*]
            }
        }
    };
}

/// A setting as the reference page shows it: its default, or else the example.
#[cfg(test)]
macro_rules! field {
    ($name:ident, $doc:expr, $default:expr) => {
        $crate::config::reference::Field::with_default(stringify!($name), $doc, &$default)
    };
    ($name:ident, $doc:expr, $default:expr, $example:literal) => {
        $crate::config::reference::Field::with_example(stringify!($name), $doc, $example)
    };
}

#[cfg(test)]
pub(super) use field;
pub(super) use section;
