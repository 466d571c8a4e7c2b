//! Who may do what to whom (SEC-69), tried through the real flows on people of every role.

use warifu_domain::{
    permission::{Operation, Weight, may_to},
    refusal::Refusal,
    time::Span,
    user::Role,
};
use warifu_flows::manage_users::{self, Edited, ManageError};

use crate::{
    helpdesk::{by, denied},
    support::{Setting, on_both},
};

fn workspace() -> Setting {
    Setting::preset("workspace")
}

/// Every cell of role × operation × target, through the real flows.
#[tokio::test(flavor = "multi_thread")]
async fn sec_069_sec_041_every_cell_of_the_matrix_is_what_the_flows_do() {
    on_both(workspace(), async |world| {
        let roles = [Role::Member, Role::Administrator, Role::Operator];
        let tenant = world.tenant().await;
        let ctx = &world.ctx;
        world.person("other", Role::Administrator).await;
        for actor in roles {
            for target in roles {
                for operation in Operation::ALL {
                    let name = |what: &str| {
                        format!("{what}-{actor:?}-{target:?}-{operation:?}").to_lowercase()
                    };
                    let whom = {
                        let mut person = world.person(&name("t"), target).await;
                        if *operation == Operation::IssueHelpdeskCode {
                            let mut browser = world.browser();
                            browser.sign_in(&mut person).await;
                            if person.phone.is_none() {
                                browser.enrol(&mut person).await;
                            }
                        }
                        person.id
                    };
                    let mut actor_person = world.person(&name("a"), actor).await;
                    let mut browser = world.browser();
                    browser.sign_in(&mut actor_person).await;
                    let manager = by(&world, &browser, "for a reason").await;
                    use Operation as O;
                    let outcome: Result<(), ManageError> = match operation {
                        O::ShowUser => manage_users::user_details(ctx, &tenant, &manager, whom)
                            .await
                            .map(drop),
                        O::EditUser => {
                            let edited = Edited {
                                name: "x".into(),
                                email: None,
                                group: None,
                            };
                            manage_users::edit_user(ctx, &tenant, &manager, whom, edited).await
                        }
                        O::ChangeRole => {
                            manage_users::change_role(ctx, &tenant, &manager, whom, Role::Member)
                                .await
                                .map(drop)
                        }
                        O::DisableUser => manage_users::disable_user(ctx, &tenant, &manager, whom)
                            .await
                            .map(drop),
                        O::EnableUser => manage_users::enable_user(ctx, &tenant, &manager, whom)
                            .await
                            .map(drop),
                        O::UnlockUser => manage_users::unlock_user(ctx, &tenant, &manager, whom)
                            .await
                            .map(drop),
                        O::RemoveSecondFactor => {
                            manage_users::reset_two_factor(ctx, &tenant, &manager, whom)
                                .await
                                .map(drop)
                        }
                        O::ReissueSecondFactor => {
                            manage_users::reissue_two_factor(ctx, &tenant, &manager, whom)
                                .await
                                .map(drop)
                        }
                        O::EndSessions => manage_users::end_sessions(ctx, &tenant, &manager, whom)
                            .await
                            .map(drop),
                        O::CloseMailWindows => {
                            manage_users::close_mail_windows(ctx, &tenant, &manager, whom, None)
                                .await
                                .map(drop)
                        }
                        O::IssueHelpdeskCode => {
                            manage_users::open_helpdesk_code(ctx, &tenant, &manager, whom)
                                .await
                                .map(drop)
                        }
                        O::DeleteUser => {
                            manage_users::delete_user(ctx, &tenant, &manager, whom).await
                        }
                        O::ExportUser => manage_users::export_user(ctx, &tenant, &manager, whom)
                            .await
                            .map(drop),
                        // Not on a person, or another flow's.
                        _ => continue,
                    };
                    let allowed = may_to(actor, *operation, target);
                    let cell = format!("{actor:?} {operation:?} {target:?}");
                    match outcome {
                        Ok(()) => assert!(allowed, "{cell}"),
                        Err(ManageError::Refused(Refusal::NotAllowed)) => {
                            assert!(!allowed, "{cell}")
                        }
                        Err(other) => panic!("{cell}: {other}"),
                    }
                    if !allowed {
                        continue;
                    }
                    // Allowed, but not without the proof, and not without the reason.
                    let unexplained = by(&world, &browser, " ").await;
                    let may =
                        manage_users::unlock_user(ctx, &tenant, &unexplained, actor_person.id)
                            .await;
                    assert_eq!(denied(may), Refusal::ReasonMissing);
                    if operation.weight() != Weight::Look {
                        world.wait(Span::minutes(6));
                        let stale = by(&world, &browser, "for a reason").await;
                        let may = manage_users::may_act(
                            ctx,
                            &tenant,
                            &stale,
                            actor_person.id,
                            *operation,
                        )
                        .await;
                        assert_eq!(denied(may), Refusal::ProofNeeded, "{cell}");
                    }
                }
            }
        }
    })
    .await;
}
