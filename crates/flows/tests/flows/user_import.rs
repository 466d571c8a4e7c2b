//! People from a file: checked as a whole, written once, with the passwords that they had.

use warifu_domain::{
    audit::EventKind,
    foreign_hash::ForeignHash,
    permission::Operation,
    refusal::Refusal,
    time::Span,
    user::{Login, Role},
};
use warifu_flows::{
    By, Origin,
    login::{self, LoginStep},
    manage_users::{self, Existing, FirstPassword, GroupForm, ManageError, Stage, Tally},
    notices,
};

use crate::support::{Setting, World, find, on_both, refused};

const VECTORS: &str = include_str!("../data/foreign_hashes.tsv");

fn workspace() -> Setting {
    Setting::preset("workspace").with(|policy| policy.login.password_reset = true)
}

fn cli() -> By {
    By::CommandLine("new year".to_owned())
}

async fn prepare(world: &World, file: &str) -> i64 {
    let tenant = world.tenant().await;
    manage_users::prepare_import(&world.ctx, &tenant, &cli(), file.as_bytes(), Existing::Skip)
        .await
        .unwrap()
}

async fn stage(world: &World, id: i64) -> (Stage, Tally) {
    let tenant = world.tenant().await;
    let import = manage_users::show_import(&world.ctx, &tenant, &cli(), id, 5).await;
    let import = import.unwrap().expect("there is one");
    (import.stage, import.tally)
}

async fn begin(world: &World, id: i64, first: FirstPassword) -> Result<(), ManageError> {
    let tenant = world.tenant().await;
    manage_users::begin_import(&world.ctx, &tenant, &cli(), id, first).await
}

async fn run(world: &World, id: i64) -> Result<(), ManageError> {
    let tenant = world.tenant().await;
    manage_users::run_import(&world.ctx, &tenant, &cli(), id).await
}

/// Checks, confirms and does an import.
async fn import(world: &World, file: &str) -> Tally {
    let id = prepare(world, file).await;
    begin(world, id, FirstPassword::Later).await.unwrap();
    run(world, id).await.unwrap();
    let (stage, tally) = stage(world, id).await;
    assert_eq!(stage, Stage::Done);
    tally
}

async fn stored(world: &World, login: &str) -> Vec<u8> {
    let (tenant, login) = (world.tenant().await, Login::parse(login).unwrap());
    let found = world.ctx.store.read(tenant.id, async move |tx| {
        tx.find_user_by_login(&login).await
    });
    found
        .await
        .unwrap()
        .expect("imported")
        .password
        .expect("with a password")
}

/// The first byte of what is stored: 1 is our own Argon2id, 2 an imported hash.
const OURS: u8 = 1;
const IMPORTED: u8 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_checked_as_a_whole_and_written_once() {
    on_both(workspace(), async |world| {
        let (tenant, by) = (world.tenant().await, cli());
        world.member("taro").await;
        let form = GroupForm {
            name: "営業部".to_owned(),
            grace_until: None,
        };
        manage_users::add_group(&world.ctx, &tenant, &by, form)
            .await
            .unwrap();
        let before = world.dump().await;
        let bad = "login,group,role\nhanako,,\ntaro,,\njiro,nowhere,\n";
        let checked = manage_users::check_import(
            &world.ctx,
            &tenant,
            &by,
            bad.as_bytes(),
            Existing::Refuse,
        );
        let (tally, rows) = checked.await.unwrap();
        let said: Vec<String> = rows.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 3, login: somebody has this login ID already",
                "line 4, group: there is no group of this name",
            ]
        );
        assert_eq!((tally.rows, tally.fresh, tally.bad), (3, 1, 2));
        assert!(world.dump().await == before, "a check alone writes nothing");

        // Where people who are there are passed over, the other bad row still keeps everybody out.
        let id = prepare(&world, bad).await;
        let (refused_stage, tally) = stage(&world, id).await;
        assert_eq!(refused_stage, Stage::Refused);
        assert_eq!((tally.existing, tally.bad), (1, 1));
        let listed = manage_users::list_problems(&world.ctx, &tenant, &by, id).await;
        assert_eq!(listed.unwrap(), rows);
        let confirmed = begin(&world, id, FirstPassword::Later).await;
        assert!(matches!(
            confirmed,
            Err(ManageError::Refused(Refusal::ImportRefused))
        ));
        run(&world, id).await.unwrap();
        assert_eq!(world.rows("person", "1 = 1").await, 1);

        let good = "login,name,email,group,role\nHanako,佐藤 花子,hanako@home.example,営業部,\nboss,,,,administrator\ntaro,,,,\n";
        let tally = import(&world, good).await;
        assert_eq!((tally.added, tally.existing, tally.overtaken), (2, 1, 0));
        let found = find(&world, "花子").await;
        assert_eq!(found.len(), 1);
        assert!(found[0].login == "hanako" && found[0].member.group.is_some());
        let login = Login::parse("hanako").unwrap();
        let shown = manage_users::show_user(&world.ctx, &tenant, &login)
            .await
            .unwrap();
        assert_eq!(shown.email.as_deref(), Some("hanako@home.example"));
        assert!(shown.user.password.is_none(), "no password opens the account yet");
        let kinds: Vec<EventKind> = world.audit_rows().await.iter().map(|row| row.kind).collect();
        let count = |wanted| kinds.iter().filter(|kind| **kind == wanted).count();
        assert_eq!(count(EventKind::UserAdded), 3);
        // One was refused.
        assert_eq!(count(EventKind::UsersImported), 2);
        assert_eq!(world.rows("import_part", "part > 0").await, 0);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_083_an_import_that_is_broken_off_is_gone_on_with_and_adds_nobody_twice() {
    on_both(workspace(), async |world| {
        let many: String = (0..2_500).map(|n| format!("person{n}\n")).collect();
        let many = format!("login\n{many}");
        let id = prepare(&world, &many).await;
        begin(&world, id, FirstPassword::Later).await.unwrap();
        assert_eq!(stage(&world, id).await.0, Stage::Running);
        let twice = begin(&world, id, FirstPassword::Later).await;
        assert!(matches!(
            twice,
            Err(ManageError::Refused(Refusal::ImportOver))
        ));
        // In the middle of the second part.
        world.fault.fail_at(130);
        let broken = run(&world, id).await;
        assert!(matches!(broken, Err(ManageError::Fault(_))), "{broken:?}");
        assert_eq!(world.rows("person", "1 = 1").await, 1_000);
        assert_eq!(stage(&world, id).await.0, Stage::Stopped);
        begin(&world, id, FirstPassword::Later).await.unwrap();
        // The node that does it is gone without a word.
        world.wait(Span::minutes(3));
        assert_eq!(stage(&world, id).await.0, Stage::Stopped);
        begin(&world, id, FirstPassword::Later).await.unwrap();
        // Two nodes at once.
        let (a, b) = tokio::join!(run(&world, id), run(&world, id));
        a.and(b).unwrap();
        let (stage, tally) = stage(&world, id).await;
        assert_eq!(stage, Stage::Done);
        assert_eq!((tally.added, tally.overtaken), (2_500, 0));
        assert_eq!(world.rows("person", "1 = 1").await, 2_500);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_log_in_with_the_password_they_had_and_it_is_hashed_anew() {
    on_both(workspace(), async |world| {
        let vectors: Vec<(String, &str, &str)> = VECTORS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|parts| !parts[1].is_empty())
            .enumerate()
            .map(|(number, parts)| (format!("old{number}"), parts[1], parts[2]))
            .collect();
        let rows: String = vectors
            .iter()
            .map(|(login, _, hash)| format!("{login},\"{hash}\"\n"))
            .collect();
        let tally = import(&world, &format!("login,password_hash\n{rows}")).await;
        assert_eq!(tally.added, vectors.len() as i64);
        assert!(tally.weak > 10 && tally.without_password == 0);
        for (login, password, hash) in &vectors {
            assert_eq!(stored(&world, login).await[0], IMPORTED);
            world.wait(Span::minutes(3));
            let mut browser = world.browser();
            let wrong = browser.type_password(login, &format!("x{password}")).await;
            assert_eq!(refused(wrong), Refusal::WrongLogin, "{hash}");
            assert_eq!(stored(&world, login).await[0], IMPORTED);
            browser
                .type_password(login, password)
                .await
                .unwrap_or_else(|error| panic!("{hash}: {error}"));
            let ours = stored(&world, login).await;
            assert_eq!(ours[0], OURS, "{hash}");
            let mut again = world.browser();
            again.type_password(login, password).await.unwrap();
            assert_eq!(stored(&world, login).await, ours, "once is enough");
        }
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_074_a_password_is_tried_as_it_was_typed_before_it_is_composed() {
    on_both(workspace(), async |world| {
        // The other system hashed what a Mac sent: kana in parts.
        let parts = "ハ\u{3099}ナナの木";
        let hash = "{SSHA}".to_owned() + &salted_sha1(parts);
        let composed = "バナナの木";
        let other = "{SSHA}".to_owned() + &salted_sha1(composed);
        import(
            &world,
            &format!("login,password_hash\nmac,{hash}\nother,{other}\n"),
        )
        .await;
        let mut browser = world.browser();
        let wrong = browser.type_password("mac", composed).await;
        assert_eq!(refused(wrong), Refusal::WrongLogin);
        browser.type_password("mac", parts).await.unwrap();
        // From now on it is one password, however it is typed.
        world
            .browser()
            .type_password("mac", composed)
            .await
            .unwrap();
        world.browser().type_password("other", parts).await.unwrap();
    })
    .await;
}

/// As a directory would store it.
fn salted_sha1(password: &str) -> String {
    use data_encoding::BASE64;
    use sha1::{Digest, Sha1};
    let salt = b"12345678";
    let digest = Sha1::new_with_prefix(password)
        .chain_update(salt)
        .finalize();
    BASE64.encode(&[digest.as_slice(), salt].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_075_a_stolen_database_holds_no_imported_hash_and_no_file() {
    on_both(workspace(), async |world| {
        let file = "login,name,password_hash\nhanako,Satomi,{SSHA}ub91DZl/nKOBXrG6qXxvEMbL4lUxMjM0NTY3OA==\n";
        let waiting = prepare(&world, file).await;
        let stolen = world.stolen_bytes().await;
        for secret in ["ub91DZl/nKOBXrG6", "SSHA", "Satomi"] {
            let found = stolen.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{secret} of a file that waits");
        }
        begin(&world, waiting, FirstPassword::Later).await.unwrap();
        run(&world, waiting).await.unwrap();
        let stolen = world.stolen_bytes().await;
        for secret in ["ub91DZl/nKOBXrG6", "SSHA"] {
            let found = stolen.windows(secret.len()).any(|w| w == secret.as_bytes());
            assert!(!found, "{secret}");
        }
        // A hash that is moved to somebody else opens nothing there.
        world.member("victim").await;
        let sql = "UPDATE person SET imported = (SELECT imported FROM person WHERE login = 'hanako') WHERE login = 'victim' AND name <> 'shadow'";
        world.tamper(sql).await;
        let moved = world.browser().type_password("victim", "割符と鍵束").await;
        assert!(matches!(moved, Err(warifu_flows::FlowError::Fault(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_007_an_imported_hash_that_was_replaced_meanwhile_opens_nothing() {
    on_both(workspace(), async |world| {
        import(
            &world,
            "login,password_hash\nhanako,$6$warifusalt$mGABikI88Skh2c5ycqaUOtuDiBAtFLfgZkYtzLq9gzIbQfiHxaAUUN6ttOG85lJ2fKA9JQ1DRHRExjhvHBx7z1\n",
        )
        .await;
        let (tenant, login) = (world.tenant().await, Login::parse("hanako").unwrap());
        let new = "a melon under the moon";
        manage_users::set_password(
            &world.ctx,
            &tenant,
            &login,
            new,
            warifu_domain::password::PasswordTerm::Lasting,
        )
        .await
        .unwrap();
        let old = world
            .browser()
            .type_password("hanako", "correct horse battery staple")
            .await;
        assert_eq!(refused(old), Refusal::WrongLogin);
        world.browser().type_password("hanako", new).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_070_people_without_a_hash_choose_a_password_by_a_mailed_link() {
    on_both(workspace(), async |world| {
        let tenant = world.tenant().await;
        let file = "login,email\nhanako,hanako@home.example\njiro,\n";
        let id = prepare(&world, file).await;
        let (_, tally) = stage(&world, id).await;
        assert_eq!((tally.without_password, tally.can_be_mailed), (2, 1));
        begin(&world, id, FirstPassword::Mailed).await.unwrap();
        run(&world, id).await.unwrap();
        let mails = notices::list(&world.ctx, &tenant, 0, 10).await.unwrap();
        let links: Vec<_> = mails
            .into_iter()
            .filter(|notice| notice.kind == EventKind::PasswordInvited)
            .filter_map(|notice| match notice.enclosed {
                Some(warifu_flows::Enclosed::Link(token)) => Some(token),
                _ => None,
            })
            .collect();
        assert_eq!(links.len(), 1);
        world.wait(Span::hours(70));
        let new = "a brass kettle on the roof";
        let request: Origin = world.browser().request();
        login::reset(&world.ctx, &tenant, &request, &links[0], new)
            .await
            .unwrap();
        let form = world.browser().form("hanako", new, None);
        let step = login::start(&world.ctx, &tenant, &request, form)
            .await
            .unwrap();
        assert!(!matches!(step, LoginStep::Challenge(..)));

        // Where the policy has no such links, none are mailed.
        world
            .change_policy(|policy| policy.login.password_reset = false)
            .await;
        let id = prepare(&world, "login,email\nsaburo,saburo@home.example\n").await;
        let confirmed = begin(&world, id, FirstPassword::Mailed).await;
        assert!(matches!(
            confirmed,
            Err(ManageError::Refused(Refusal::NotOffered))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_069_nobody_imports_or_confirms_somebody_above_the_own_role() {
    on_both(workspace(), async |world| {
        let tenant = world.tenant().await;
        let mut boss = world.person("boss", Role::Administrator).await;
        let mut browser = world.browser();
        browser.sign_in(&mut boss).await;
        let who = browser.who().await.expect("signed in");
        let by = By::person(who, &tenant, browser.request(), "");
        let file = "login,role\nroot,operator\n";
        let (tally, rows) =
            manage_users::check_import(&world.ctx, &tenant, &by, file.as_bytes(), Existing::Skip)
                .await
                .unwrap();
        assert_eq!(tally.bad, 1);
        assert_eq!(
            rows[0].to_string(),
            "line 2, role: nobody gives a role above the own one"
        );
        // Checked by somebody who may, confirmed by somebody who may not.
        let id = prepare(&world, file).await;
        let confirmed =
            manage_users::begin_import(&world.ctx, &tenant, &by, id, FirstPassword::Later).await;
        assert!(matches!(
            confirmed,
            Err(ManageError::Refused(Refusal::NotAllowed))
        ));
        // Without the fresh proof, nothing at all (SEC-37).
        world.wait(Span::minutes(10));
        let checked =
            manage_users::prepare_import(&world.ctx, &tenant, &by, b"login\nx\n", Existing::Skip)
                .await;
        assert!(matches!(
            checked,
            Err(ManageError::Refused(Refusal::ProofNeeded))
        ));
        assert_eq!(Operation::AddUser.least_role(), Role::Administrator);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_taken_back_as_far_as_nobody_has_logged_in() {
    on_both(workspace(), async |world| {
        let tenant = world.tenant().await;
        world.member("taro").await;
        let hash = "$6$warifusalt$mGABikI88Skh2c5ycqaUOtuDiBAtFLfgZkYtzLq9gzIbQfiHxaAUUN6ttOG85lJ2fKA9JQ1DRHRExjhvHBx7z1";
        let rows: String = (0..250).map(|n| format!("p{n},member,{hash}\n")).collect();
        let file = format!("login,role,password_hash\n{rows}chief,administrator,\n");
        let id = prepare(&world, &file).await;
        let early = manage_users::begin_undo(&world.ctx, &tenant, &cli(), id).await;
        assert!(matches!(early, Err(ManageError::Refused(Refusal::ImportOver))));
        begin(&world, id, FirstPassword::Later).await.unwrap();
        run(&world, id).await.unwrap();
        let mut browser = world.browser();
        browser
            .type_password("p7", "correct horse battery staple")
            .await
            .unwrap();
        assert!(browser.is_signed_in().await);
        let left = manage_users::begin_undo(&world.ctx, &tenant, &cli(), id).await;
        assert_eq!(left.unwrap(), 249);
        let undone = manage_users::undo_import(&world.ctx, &tenant, &cli(), id).await;
        assert_eq!(undone.unwrap(), 249);
        assert_eq!(world.rows("person", "login IN ('taro', 'p7', 'chief')").await, 3);
        assert_eq!(world.rows("person", "1 = 1").await, 3);
        assert!(browser.is_signed_in().await);
        let again = manage_users::begin_undo(&world.ctx, &tenant, &cli(), id).await;
        assert!(matches!(again, Err(ManageError::Refused(Refusal::ImportOver))));
        let rows = world.audit_rows().await;
        let undone = rows.iter().filter(|row| row.kind == EventKind::ImportUndone && row.refusal.is_none());
        assert_eq!(undone.count(), 1);
        world.check_audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_081_a_file_that_nobody_confirms_is_forgotten_after_a_day() {
    on_both(workspace(), async |world| {
        let id = prepare(&world, "login,name\nhanako,Satomi\n").await;
        world.wait(Span::hours(23));
        world.sweep().await;
        assert_eq!(stage(&world, id).await.0, Stage::Checked);
        world.wait(Span::hours(2));
        world.sweep().await;
        assert_eq!(world.rows("import_part", "1 = 1").await, 0);
        let confirmed = begin(&world, id, FirstPassword::Later).await;
        assert!(matches!(
            confirmed,
            Err(ManageError::Refused(Refusal::ImportOver))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sec_049_a_guess_at_an_imported_account_costs_no_less_than_one_at_nobody() {
    on_both(workspace(), async |world| {
        let quick = "{SSHA}ub91DZl/nKOBXrG6qXxvEMbL4lUxMjM0NTY3OA==";
        assert!(ForeignHash::parse(quick).is_ok());
        import(&world, &format!("login,password_hash\nhanako,{quick}\n")).await;
        // Counted, not timed: each guess takes a hash of ours, whoever it is at; the imported one comes on top.
        let before = world.ctx.hasher.computed();
        let _ = world.browser().type_password("nobody", "x").await;
        let nobody = world.ctx.hasher.computed() - before;
        let _ = world.browser().type_password("hanako", "x").await;
        let wrong = world.ctx.hasher.computed() - before - nobody;
        let _ = world.browser().type_password("hanako", "割符と鍵束").await;
        let right = world.ctx.hasher.computed() - before - nobody - wrong;
        assert_eq!((nobody, wrong, right), (1, 2, 2));
    })
    .await;
}
