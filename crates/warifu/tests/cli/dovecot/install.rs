//! Where Dovecot's programs are: the ones of this machine, and those of another series in a folder with a Debian of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::place::run;

/// Settings are written differently in each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Series {
    V2_3,
    V2_4,
}

impl Series {
    /// What is shipped for it: the gate, and what lets Warifu end connections.
    pub(crate) fn shipped(self) -> (&'static str, &'static str) {
        match self {
            Self::V2_3 => (
                include_str!("../../../../../deploy/dovecot/warifu-2.3.conf"),
                include_str!("../../../../../deploy/dovecot/warifu-kick-2.3.conf"),
            ),
            Self::V2_4 => (
                include_str!("../../../../../deploy/dovecot/warifu-2.4.conf"),
                include_str!("../../../../../deploy/dovecot/warifu-kick-2.4.conf"),
            ),
        }
    }
}

/// An installed Dovecot.
pub(crate) struct Installed {
    /// The folder that is its root, where that is not the machine's.
    root: Option<PathBuf>,
    pub(crate) series: Series,
}

/// What a program runs as: nobody, as the settings of these tests have it.
const DROP: [&str; 4] = [
    "setpriv",
    "--reuid=nobody",
    "--regid=nogroup",
    "--clear-groups",
];
/// Shows the first folder in the second, with the machine's devices and, under its own name, the third one. Then nobody needs root's
/// rights to go there.
const LAY_OUT: &str = r#"mount --bind "$1" "$2" && mkdir -p "$2$3" && mount --bind "$3" "$2$3" && mount --rbind /dev "$2/dev" && shift 3 && exec "$@""#;
/// Where a test's folder is seen in another root.
const INSIDE: &str = "/mnt";
/// Shows the first folder in the second, with the machine's devices, and goes there; nobody else sees it, and it ends with the last
/// process.
const ENTER: &str = r#"mount --bind "$1" "$2$3" && mount --rbind /dev "$2/dev" && root=$2 && shift 3 && exec chroot "$root" "$@""#;

impl Installed {
    /// The one of this machine.
    pub(crate) fn here() -> Self {
        Self::look(None)
    }

    /// The one in the folder that `WARIFU_TEST_DOVECOT` names, if it does: `scripts/test --long` puts a Debian there.
    pub(crate) fn elsewhere() -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "scripts/test --long says so")]
        let root = std::env::var_os("WARIFU_TEST_DOVECOT").map(PathBuf::from);
        if root.is_none() {
            println!("left to scripts/test --long: WARIFU_TEST_DOVECOT names no second Dovecot");
        }
        root.map(|root| Self::look(Some(root)))
    }

    fn look(root: Option<PathBuf>) -> Self {
        let mut installed = Self {
            root,
            series: Series::V2_3,
        };
        let mut command = installed.program("dovecot", &std::env::temp_dir());
        command.arg("--version");
        let version = run(command, "").good();
        installed.series = match version.get(..4) {
            Some("2.3.") => Series::V2_3,
            Some("2.4.") => Series::V2_4,
            _ => panic!("nobody knows the settings of Dovecot {version}"),
        };
        installed
    }

    /// One of its programs, which sees `folder` as [`Self::seen`] says.
    pub(crate) fn program(&self, name: &str, folder: &Path) -> Command {
        let mut command = match &self.root {
            None => Command::new(DROP[0]),
            Some(root) => {
                let mut command = Command::new("unshare");
                command.args(["--mount", "sh", "-c", ENTER, "enter"]);
                command.arg(folder).arg(root).args([INSIDE, DROP[0]]);
                command
            }
        };
        command.args(&DROP[1..]).arg(name);
        command
    }

    /// `program`, for which the programs of this Dovecot lie in the folder [`Self::programs`] in `beside`. All of them see the folders of
    /// tests under their own names.
    pub(crate) fn around(&self, program: &Path, beside: &Path) -> Command {
        let Some(root) = &self.root else {
            return Command::new(program);
        };
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", LAY_OUT, "lay-out"]);
        command.arg(root).arg(beside.join("root"));
        command.arg(fs::canonicalize(std::env::temp_dir()).unwrap());
        command.arg(program);
        command
    }

    /// Makes the folder for [`Self::around`], where the programs are not the machine's: they go to the other root as whoever calls them,
    /// which is nobody.
    pub(crate) fn programs(&self, beside: &Path) -> Option<PathBuf> {
        self.root.as_ref()?;
        let (root, programs) = (beside.join("root"), beside.join("programs"));
        for folder in [&root, &programs] {
            fs::create_dir_all(folder).unwrap();
        }
        for (name, at) in [
            ("dovecot", "/usr/sbin/dovecot"),
            ("doveadm", "/usr/bin/doveadm"),
        ] {
            let text = format!(
                "#!/bin/sh\nexec unshare --user --map-user=65534 --map-group=65534 --root='{}' {at} \"$@\"\n",
                root.display()
            );
            fs::write(programs.join(name), text).unwrap();
        }
        let mut open = Command::new("chmod");
        open.args(["-R", "a+rx"]).arg(beside);
        assert!(open.status().unwrap().success());
        Some(programs)
    }

    /// How its programs call a test's `folder`.
    pub(crate) fn seen<'a>(&self, folder: &'a Path) -> &'a Path {
        match self.root {
            None => folder,
            Some(_) => Path::new(INSIDE),
        }
    }
}
