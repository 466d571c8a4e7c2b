//! What the pages of the tenant's console show.

mod adoption;
mod branding;
mod groups;
mod line_diff;
mod mail_gate;
mod networks;
mod policy;
mod policy_choices;
mod policy_problems;
mod policy_texts;
mod reminders;
mod user;
mod user_act;
mod user_edit;
mod user_import;
mod user_new;
mod users;

pub use adoption::{Adoption, Compulsory, DayCount, GroupCount, UnprotectedRow};
pub use branding::{Branding, BrandingField, BrandingLogo, PreviewBar, VIEWS};
pub use groups::{Group, GroupFields, GroupRemove, GroupRow, Groups};
pub use mail_gate::{CrowdRow, GateKey, GateKeyAdd, GateKeyRemove, GateKeyShown, MailGate};
pub use networks::{AddressMatch, HoldingRow, NetworkEdit, NetworkFields, NetworkRow, Networks};
pub use policy::{
    ChangedRow, KnobRow, MovedRow, Policy, PolicyDraft, PolicyHistory, PolicyRevision, PolicyText,
    Progress, RevisionRow, caution_text,
};
pub use policy_problems::{allowed_text, policy_problem};
pub use reminders::{
    ReminderFields, ReminderGroup, ReminderObstacle, ReminderPreview, ReminderRound, ReminderText,
    Reminders, RoundProgress, RoundRow,
};
pub use user::{Blocked, User, UserAddress, UserApp, UserMail, next_login, remedy_text, role_name};
pub use user_act::{HelpdeskCodeShown, UserAct, UserActPage};
pub use user_edit::{GroupChoice, UserEdit};
pub use user_import::{
    ImportCounts, ImportStage, ProblemRow, SampleRow, UserImport, UserImportState, UserImportUndo,
    problem_text,
};
pub use user_new::{UserAdded, UserNew};
pub use users::{Choice, RowFactor, UserCount, UserRow, Users};
