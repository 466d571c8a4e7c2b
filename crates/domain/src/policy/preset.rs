//! The named policies inside the binary. A reader of a preset file understands the service it describes.

use super::Policy;

/// A named policy that ships with Warifu.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What `tenant add --preset` takes.
    pub name: &'static str,
    /// Its file, comments included.
    pub text: &'static str,
}

/// All presets, our recommendation first.
pub const PRESETS: [Preset; 6] = [
    Preset {
        name: "default",
        text: include_str!("presets/default.toml"),
    },
    Preset {
        name: "workspace",
        text: include_str!("presets/workspace.toml"),
    },
    Preset {
        name: "mail-gateway",
        text: include_str!("presets/mail-gateway.toml"),
    },
    Preset {
        name: "camera",
        text: include_str!("presets/camera.toml"),
    },
    Preset {
        name: "control-panel",
        text: include_str!("presets/control-panel.toml"),
    },
    Preset {
        name: "campus-mail",
        text: include_str!("presets/campus-mail.toml"),
    },
];

impl Preset {
    /// Finds a preset by its name.
    pub fn find(name: &str) -> Option<Self> {
        PRESETS.into_iter().find(|preset| preset.name == name)
    }

    /// Its policy.
    pub fn policy(&self) -> Policy {
        Policy::parse(self.text).expect("the tests parse every preset")
    }
}
