//! Samples of the pages of the policy: knobs, text, history, drafts.

use warifu_domain::{
    effect::Effect,
    policy::{Network, Preset, networks::Caution},
};
use warifu_web::pages::views::admin::{
    ChangedRow, KnobRow, MovedRow, Policy, PolicyDraft, PolicyHistory, PolicyRevision, PolicyText,
    Progress, RevisionRow, caution_text,
};

use super::{Rendered, Samples, console::NOW, print};

impl Samples<'_> {
    pub(super) fn policies(&self) -> Rendered {
        let workspace = Preset::find("workspace").expect("it ships with us");
        let mail = Preset::find("mail-gateway").expect("it ships with us");
        let (own, theirs) = (workspace.policy().knobs(), mail.policy().knobs());
        let rows = || {
            let pairs = own.iter().zip(&theirs);
            pairs.map(|((knob, value), (_, preset))| KnobRow {
                knob: *knob,
                value: value.clone(),
                preset: preset.clone(),
            })
        };
        let knobs = |editing, bad: Option<&str>| Policy {
            frame: self.console("/{tenant}/admin/policy"),
            rows: rows().collect(),
            preset: "mail-gateway",
            presets: vec!["default", "mail-gateway", "workspace"],
            editing,
            bad: bad.map(str::to_owned),
        };
        let text = |bad: Option<&str>| PolicyText {
            frame: self.console("/{tenant}/admin/policy/text"),
            text: workspace.text.into(),
            revision: 4,
            bad: bad.map(str::to_owned),
        };
        let old = workspace.text.to_owned();
        let new = old.replace("\"optional\"", "\"required\"");
        let row = |revision, reason: &str| RevisionRow {
            revision,
            time: NOW.into(),
            by: self.cast.login.clone(),
            reason: reason.into(),
        };
        vec![
            ("console-policy", print(&knobs(None, None))),
            ("console-policy-edit", print(&knobs(Some(4), None))),
            (
                "console-policy-edit-bad",
                print(&knobs(Some(4), Some("locale.time_zone"))),
            ),
            ("console-policy-text", print(&text(None))),
            ("console-policy-text-bad", print(&text(Some("TOML")))),
            (
                "console-policy-history",
                print(&PolicyHistory {
                    frame: self.console("/{tenant}/admin/policy/history"),
                    rows: vec![row(4, "監査の指摘に対応"), row(1, "")],
                    next: Some(1),
                }),
            ),
            (
                "console-policy-revision",
                print(&PolicyRevision {
                    frame: self.console("/{tenant}/admin/policy/history/{revision}"),
                    row: row(3, "試行のため"),
                    old: old.clone(),
                    new: new.clone(),
                    is_current: false,
                }),
            ),
            ("console-policy-draft", print(&self.draft(&old, &new))),
            (
                "console-policy-draft-counting",
                print(&self.still_draft(&old, &new, Progress::At(42))),
            ),
            (
                "console-policy-draft-stopped",
                print(&self.still_draft(&old, &new, Progress::Stopped)),
            ),
            (
                "console-policy-draft-refused",
                print(&PolicyDraft {
                    frame: self.in_console("/{tenant}/admin/policy/drafts/{draft}", "POL-01"),
                    ..self.draft(&old, &new)
                }),
            ),
            (
                "console-policy-draft-nothing",
                print(&PolicyDraft {
                    counts: vec![(Effect::Challenged, 5, 5)],
                    ..self.still_draft(&old, &old, Progress::Done)
                }),
            ),
        ]
    }

    fn network(&self) -> Network {
        Network {
            cidr: "10.0.0.0/8".into(),
            name: self.cast.tenant.clone(),
            comment: self.cast.agent.clone(),
            trusted: true,
            shared: false,
        }
    }

    /// A draft that moves nobody, as far as that is known.
    fn still_draft(&self, old: &str, new: &str, progress: Progress) -> PolicyDraft {
        PolicyDraft {
            progress,
            changed: 0,
            people_moved: 0,
            moved: vec![],
            cautions: vec![],
            has_networks: false,
            locked_out: 0,
            as_of: None,
            counts: vec![],
            people: vec![],
            next: None,
            ..self.draft(old, new)
        }
    }

    fn draft(&self, old: &str, new: &str) -> PolicyDraft {
        let row = |login: &str, before, after| ChangedRow {
            user: "1".into(),
            login: login.into(),
            before,
            after,
        };
        PolicyDraft {
            frame: self.console("/{tenant}/admin/policy/drafts/{draft}"),
            draft: 7,
            revision: 4,
            progress: Progress::Done,
            as_of: Some("2026-12-01 00:00 JST".into()),
            counts: vec![
                (Effect::NothingAsked, 10, 2),
                (Effect::SetUpDemanded, 0, 5),
                (Effect::LockedOut, 0, 3),
            ],
            changed: 8,
            people_moved: 41,
            moved: vec![MovedRow {
                address: "2001:db8:4860:4860:1234:5678:9abc:def0".into(),
                row: row(&self.cast.login, Effect::Challenged, Effect::NothingAsked),
            }],
            cautions: [Caution::Huge, Caution::Private]
                .map(|caution| caution_text(&self.frame().texts, &self.network(), caution))
                .into(),
            has_networks: true,
            locked_out: 3,
            logins: (1200, 300),
            people: vec![
                row(
                    &self.cast.login,
                    Effect::NothingAsked,
                    Effect::SetUpDemanded,
                ),
                row("suzuki", Effect::NothingAsked, Effect::LockedOut),
            ],
            next: Some(3),
            old: old.into(),
            new: new.into(),
            reason: String::new(),
        }
    }
}
