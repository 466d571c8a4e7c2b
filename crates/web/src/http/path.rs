//! Paths of the table of routes, with `{name}` for a segment that varies.

/// Whether `path` is one of those that `template` stands for.
pub(crate) fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if is_hole(wanted) && !given.is_empty() => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

/// The segment of `path` that stands where `template` has `{name}`, as it stands: nothing is decoded.
pub(crate) fn segment<'p>(template: &str, path: &'p str, name: &str) -> Option<&'p str> {
    let hole = |wanted: &str| {
        wanted
            .strip_prefix('{')?
            .strip_suffix('}')
            .map(|of| of == name)
    };
    template
        .split('/')
        .zip(path.split('/'))
        .find_map(|(wanted, given)| hole(wanted)?.then_some(given))
}

fn is_hole(segment: &str) -> bool {
    segment.starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_stands_for_its_paths_and_no_others() {
        let template = "/{tenant}/admin/users/{user}";
        assert!(fits(template, "/midori/admin/users/12"));
        for other in [
            "/midori/admin/users",
            "/midori/admin/users/",
            "/midori/admin/users/12/",
            "/midori/admin/users/12/remove",
            "/midori/admin/groups/12",
            "midori/admin/users/12",
        ] {
            assert!(!fits(template, other), "{other}");
        }
        assert!(fits("/login", "/login"));
        assert_eq!(
            segment(template, "/midori/admin/users/12", "user"),
            Some("12")
        );
        assert_eq!(segment(template, "/midori/admin/users/12", "group"), None);
    }
}
