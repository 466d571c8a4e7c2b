//! Changing one line of the list of networks in the text of a policy: what else stands there stays as it is.

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::Network;

/// A change of one line of the list. Lines count from 1.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkChange {
    /// Another line, behind the others.
    Add(Network),
    /// The line says this from now on.
    Replace(usize, Network),
    /// The line goes.
    Remove(usize),
}

/// The policy `text` with the change. Whether the result is a policy is for [`Policy::parse`](super::Policy::parse) to say. `None`:
/// there is no such line, or the text is no TOML.
pub fn with_network(text: &str, change: &NetworkChange) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let root = document.as_table_mut();
    let mut list = match root.remove("networks") {
        None => ArrayOfTables::new(),
        Some(item) if item.as_array().is_some_and(Array::is_empty) => ArrayOfTables::new(),
        Some(item) => item.into_array_of_tables().ok()?,
    };
    match change {
        NetworkChange::Add(network) => {
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            write(&mut table, network);
            list.push(table);
        }
        NetworkChange::Replace(line, network) => {
            write(list.get_mut(line.checked_sub(1)?)?, network)
        }
        NetworkChange::Remove(line) => {
            let line = line.checked_sub(1)?;
            list.get(line)?;
            list.remove(line);
        }
    }
    if !list.is_empty() {
        root.insert("networks", Item::ArrayOfTables(list));
    }
    Some(document.to_string())
}

/// Sets the fields that differ; what is left at its default does not stand there.
fn write(table: &mut Table, network: &Network) {
    let Network {
        cidr,
        name,
        comment,
        trusted,
        shared,
    } = network;
    let mut set = |field: &str, new: Option<Item>| match new {
        Some(new) => {
            let decor = table.get(field).and_then(Item::as_value);
            let decor = decor.map(|old| old.decor().clone());
            table.insert(field, new);
            // A comment behind an earlier value stays.
            if let (Some(decor), Some(new)) =
                (decor, table.get_mut(field).and_then(Item::as_value_mut))
            {
                *new.decor_mut() = decor;
            }
        }
        None => drop(table.remove(field)),
    };
    set("cidr", Some(value(cidr)));
    set("name", Some(value(name)));
    set("comment", (!comment.is_empty()).then(|| value(comment)));
    set("trusted", Some(value(*trusted)));
    set("shared", shared.then(|| value(true)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PRESETS, Policy};

    fn network(cidr: &str) -> Network {
        Network {
            cidr: cidr.to_owned(),
            name: "キャンパス \"北\"\\".to_owned(),
            comment: String::new(),
            trusted: true,
            shared: false,
        }
    }

    fn networks(text: &str) -> Vec<Network> {
        Policy::parse(text)
            .unwrap_or_else(|bad| panic!("{bad}\n{text}"))
            .networks
    }

    #[test]
    fn a_line_is_added_changed_and_removed_and_everything_else_stays() {
        let written = PRESETS.map(|preset| preset.policy().to_toml());
        let texts = PRESETS.map(|preset| preset.text.to_owned());
        for text in texts.into_iter().chain(written).chain([String::new()]) {
            let before = Policy::parse(&text).unwrap();
            let comments = |text: &str| text.matches('#').count();
            let change = |text: &str, change| with_network(text, &change).unwrap();
            let one = change(&text, NetworkChange::Add(network("192.0.2.0/24")));
            let two = change(&one, NetworkChange::Add(network("2001:db8::/32")));
            assert_eq!(
                networks(&two),
                [network("192.0.2.0/24"), network("2001:db8::/32")]
            );
            let exception = Network {
                comment: "学内だが、二段目を求める".to_owned(),
                trusted: false,
                shared: true,
                ..network("192.0.2.128/25")
            };
            let changed = change(&two, NetworkChange::Replace(2, exception.clone()));
            assert_eq!(networks(&changed), [network("192.0.2.0/24"), exception]);
            let back = change(
                &changed,
                NetworkChange::Replace(2, network("2001:db8::/32")),
            );
            assert_eq!(networks(&back), networks(&two));
            let none = change(
                &change(&two, NetworkChange::Remove(1)),
                NetworkChange::Remove(1),
            );
            assert_eq!(Policy::parse(&none).as_ref(), Ok(&before));
            for changed in [&two, &changed, &none] {
                assert_eq!(comments(changed), comments(&text), "{changed}");
            }
        }
    }

    #[test]
    fn what_was_written_beside_a_line_stays() {
        let text = "# Ours.\n[[networks]]\ncidr = \"192.0.2.0/24\" # since 1994\nname = \"a\"\n\n# More.\n[[networks]]\n\
                    cidr = \"198.51.100.0/24\"\nname = \"b\"\ntrusted = true\n\n[login]\nwrong_codes = 2\n";
        let changed = with_network(text, &NetworkChange::Replace(1, network("203.0.113.0/24")));
        let changed = changed.unwrap();
        for part in [
            "# Ours.",
            "\"203.0.113.0/24\" # since 1994",
            "# More.",
            "wrong_codes = 2",
        ] {
            assert!(changed.contains(part), "{part}: {changed}");
        }
        let inline = "networks = [{ cidr = \"192.0.2.0/24\", name = \"a\" }]\n";
        let changed = with_network(inline, &NetworkChange::Add(network("203.0.113.0/24")));
        assert_eq!(networks(&changed.unwrap()).len(), 2);
    }

    #[test]
    fn a_line_that_is_not_there_is_not_changed() {
        for change in [
            NetworkChange::Remove(1),
            NetworkChange::Remove(0),
            NetworkChange::Replace(1, network("192.0.2.0/24")),
        ] {
            assert_eq!(with_network("", &change), None);
        }
        assert_eq!(
            with_network("networks = 3", &NetworkChange::Remove(1)),
            None
        );
        assert_eq!(with_network("[", &NetworkChange::Remove(1)), None);
    }
}
