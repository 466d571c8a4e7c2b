//! The pages of `lists`, and what their statements are when they are typed by hand: all that the server sends for a page but the
//! beginning and the end of its transactions, with values in place of parameters.

use warifu_domain::ids::TenantId;

use crate::crowd::Member;

/// One page.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Below the tenant.
    pub(crate) path: String,
    pub(crate) statements: Vec<String>,
    /// What stands in the page once for each row.
    pub(crate) row: &'static str,
    /// Fewest rows of a right answer.
    pub(crate) least: usize,
}

/// The greatest character: what no text begins with.
const END: char = '\u{10FFFF}';

/// People who are looked at along an index for one page, and people of a set that is read whole.
const DEPTH: usize = 5_000;
const WHOLE: usize = 4_000;

/// People whom a page asks for: fifty, and one more to know whether there is another page.
const PAGE: usize = 51;

/// The kind of work that reminders are.
const REMINDERS: i64 = 8;

/// What a list shows of a person.
const COLUMNS: &str = "id, role, disabled, group_id, factor, codes_low, blocked_until, last_login_at, must_enrol, own_switch, has_email, \
                       login, name, created_at";

/// Whose page it is, and how the database spells bytes.
struct Typist {
    tenant: i64,
    token: String,
}

impl Typist {
    /// What every page asks: the tenant's state, the session with its person, and the person's app.
    fn opening(&self) -> Vec<String> {
        let Self { tenant, token } = self;
        vec![
            format!("SELECT id, revision, suspended, logo FROM tenant WHERE id = {tenant}"),
            format!(
                "SELECT id, login, name, email, language, role, disabled, password, created_at, password_temporary, factor, codes_low, \
                        blocked_until, last_login_at, must_enrol, own_switch, has_email, group_id, imported, \
                        token_hash, user_id, evidence, began_at, proved_at, seen_at, remembered, address, agent \
                 FROM browser_session JOIN person ON person.tenant_id = {tenant} AND person.id = user_id \
                 WHERE browser_session.tenant_id = {tenant} AND token_hash = {token}"
            ),
            format!(
                "SELECT id, confirmed_at, used_at, failures, blocked_until, suspended_at, tag, device FROM totp \
                 WHERE tenant_id = {tenant} AND confirmed_at IS NOT NULL \
                 AND user_id = (SELECT user_id FROM browser_session WHERE tenant_id = {tenant} AND token_hash = {token}) \
                 ORDER BY id DESC LIMIT 1"
            ),
        ]
    }

    /// A page of its own statements.
    fn page(&self, own: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut statements = self.opening();
        statements.extend(own);
        statements
    }

    /// A page of a list: the groups, the counts of the sets, and the people.
    fn list(
        &self,
        counts: impl IntoIterator<Item = String>,
        people: impl IntoIterator<Item = String>,
    ) -> Vec<String> {
        let mut statements = self.page([self.groups()]);
        statements.extend(counts);
        // Whether there are operators, who then have a part of their own.
        statements.push(self.count("person", "role = 2 AND role > 0"));
        statements.extend(people);
        statements
    }

    fn groups(&self) -> String {
        format!(
            "SELECT id, name, grace_until FROM person_group WHERE tenant_id = {} ORDER BY name LIMIT 500",
            self.tenant
        )
    }

    /// Up to 2,001 of a set are counted.
    fn count(&self, table: &str, condition: &str) -> String {
        format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE tenant_id = {} AND {condition} LIMIT 2001) AS part",
            self.tenant
        )
    }

    /// Those of the first `depth` along an index who belong.
    fn people(
        &self,
        (condition, order): (&str, &str),
        belonging: Belonging,
        depth: usize,
        wanted: usize,
    ) -> String {
        let place = order.split(',').next().unwrap_or(order);
        let from = format!("person WHERE tenant_id = {}", self.tenant);
        looked_at(
            &format!("{COLUMNS}, {place} AS place FROM {from} AND {condition} ORDER BY {order}"),
            belonging,
            depth,
            wanted,
        )
    }

    /// Everybody of the first rows of a range.
    fn found(&self, column: &str, start: &str, order: &str, rows: usize) -> String {
        self.people((&range(column, start), order), EVERYBODY, rows, rows)
    }

    /// Those with a word.
    fn by_word(&self, word: &str, rows: usize) -> String {
        looked_at(
            &format!(
                "{COLUMNS}, word AS place FROM person_word JOIN person ON person.tenant_id = {tenant} AND person.id = person_word.user_id \
                 WHERE person_word.tenant_id = {tenant} AND (word, user_id) > ('{word}', 0) AND word < '{word}{END}' \
                 ORDER BY word, user_id",
                tenant = self.tenant
            ),
            EVERYBODY,
            rows,
            rows,
        )
    }

    fn counts_of(&self, term: &str) -> Vec<String> {
        vec![
            self.count("person", &range("login", term)),
            self.count("person", &range("name_key", term)),
            self.count("person_word", &range("word", term)),
        ]
    }
}

/// The second factor, few backup codes, the group and until when guesses wait: between which numbers they are, or from which on.
#[derive(Clone, Copy)]
struct Belonging {
    factor: (i64, i64),
    group: (i64, i64),
    codes_low: i64,
    blocked_until: i64,
}

const EVERYBODY: Belonging = Belonging {
    factor: (0, i64::MAX),
    group: (0, i64::MAX),
    codes_low: 0,
    blocked_until: 0,
};

fn looked_at(rows: &str, belonging: Belonging, depth: usize, wanted: usize) -> String {
    let Belonging {
        factor,
        group,
        codes_low,
        blocked_until,
    } = belonging;
    let most = i64::MAX;
    format!(
        "SELECT * FROM (SELECT {rows} LIMIT {depth}) AS looked_at WHERE factor BETWEEN {} AND {} AND role BETWEEN 0 AND {most} \
         AND COALESCE(group_id, 0) BETWEEN {} AND {} AND disabled >= 0 AND codes_low >= {codes_low} \
         AND blocked_until >= {blocked_until} AND last_login_at <= {most} LIMIT {wanted} OFFSET 0",
        factor.0, factor.1, group.0, group.1
    )
}

fn range(column: &str, start: &str) -> String {
    format!("{column} >= '{start}' AND {column} < '{start}{END}'")
}

/// The pages for a crowd of so many, as somebody sees them whose session's token is spelled so.
pub(crate) fn cases(tenant: TenantId, token: String, people: u64) -> Vec<Case> {
    const PERSON: &str = "<th scope=\"row\">";
    let typist = &Typist {
        tenant: tenant.0,
        token,
    };
    let page = |name, path: &str, statements, least| Case {
        name,
        path: path.to_owned(),
        statements,
        row: PERSON,
        least,
    };
    let everybody = || typist.count("person", &range("login", ""));
    let middle = "%E4%B8%AD%E6%9D%91";
    let one = Member(people / 3).login();
    // Who is called just so is looked for with either term.
    let whole = typist.count("person", &range("name_key", "佐藤 花子"));
    let mut same_name = vec![whole.clone()];
    same_name.extend(typist.counts_of("佐藤"));
    same_name.push(whole);
    same_name.extend(typist.counts_of("花子"));
    let mut off = vec![typist.count("person", "factor = 0")];
    off.extend(typist.counts_of("鈴木"));
    let both_ranges = |term| {
        [("login", "login"), ("name_key", "name_key, id")]
            .map(|(column, order)| typist.found(column, term, order, PAGE))
    };
    let by_name = |after: &str| format!("(name_key, id) > ('{after}', 0) AND name_key < '{END}'");
    // A set of up to 2,000 is read whole.
    let (few_depth, few_wanted) = match people * 55 / 10_000 {
        0..=2_000 => (WHOLE, WHOLE),
        _ => (DEPTH, PAGE),
    };
    let three = Belonging {
        factor: (2, 2),
        group: (3, 3),
        codes_low: 1,
        ..EVERYBODY
    };
    let without = Belonging {
        factor: (0, 0),
        ..EVERYBODY
    };
    let blocked = Belonging {
        blocked_until: 1,
        ..EVERYBODY
    };
    let tenant = tenant.0;
    vec![
        page(
            "everybody, by login ID",
            "/admin/users",
            typist.list(
                [everybody()],
                [typist.people(
                    (&format!("{} AND login <> ''", range("login", "")), "login"),
                    EVERYBODY,
                    DEPTH,
                    PAGE,
                )],
            ),
            50,
        ),
        page(
            "everybody, by name, from the middle",
            &format!("/admin/users?sort=name&text={middle}&number=0"),
            typist.list(
                [everybody()],
                [typist.people((&by_name("中村"), "name_key, id"), EVERYBODY, DEPTH, PAGE)],
            ),
            50,
        ),
        page(
            "without a second factor, by name",
            "/admin/users?show=off&sort=name",
            typist.list(
                [typist.count("person", "factor = 0")],
                [typist.people((&by_name(""), "name_key, id"), without, DEPTH, PAGE)],
            ),
            50,
        ),
        page(
            "locked, by last login",
            "/admin/users?show=locked&sort=last-login&down=1",
            typist.list(
                [typist.count("person", "blocked_until > 0 AND login > ''")],
                [typist.people(("blocked_until > 0 AND login > ''", "login"), blocked, WHOLE, WHOLE)],
            ),
            (people / 20_000).min(20) as usize,
        ),
        page(
            "two-factor on and few codes and a group, by login ID",
            "/admin/users?show=on,codes-low&group=3",
            typist.list(
                [
                    typist.count("person", "codes_low = 1"),
                    typist.count("person", "group_id = 3 AND group_id IS NOT NULL"),
                    typist.count("person", "factor = 2"),
                ],
                [typist.people(
                    ("codes_low = 1 AND login > ''", "login"),
                    three,
                    few_depth,
                    few_wanted,
                )],
            ),
            1,
        ),
        page(
            "search for one login ID",
            &format!("/admin/users?q={one}"),
            typist.list(
                typist.counts_of(&one),
                [typist.found("login", &one, "login", WHOLE)],
            ),
            1,
        ),
        page(
            "search for 太郎",
            "/admin/users?q=%E5%A4%AA%E9%83%8E",
            typist.list(
                typist.counts_of("太郎"),
                both_ranges("太郎").into_iter().chain([typist.by_word("太郎", PAGE)]),
            ),
            50,
        ),
        page(
            "search for 佐藤 花子",
            "/admin/users?q=%E4%BD%90%E8%97%A4+%E8%8A%B1%E5%AD%90",
            typist.list(
                same_name,
                [typist.found("name_key", "佐藤 花子", "name_key, id", PAGE)],
            ),
            1,
        ),
        page(
            "search for 鈴木, without a second factor",
            "/admin/users?q=%E9%88%B4%E6%9C%A8&show=off",
            // Fifty are looked at, then as many as will do if it goes on so.
            typist.list(
                off,
                both_ranges("鈴木")
                    .into_iter()
                    .chain([typist.found("name_key", "鈴木", "name_key, id", 2 * PAGE)]),
            ),
            50,
        ),
        Case {
            name: "adoption",
            path: "/admin/adoption".to_owned(),
            statements: typist.page([
                format!(
                    "SELECT counted_at, group_id, people, with_factor, with_app, with_email, begun FROM adoption_day \
                         WHERE tenant_id = {tenant} AND day = (SELECT MAX(day) FROM adoption_day WHERE tenant_id = {tenant}) ORDER BY group_id"
                ),
                format!(
                    "SELECT day, CAST(SUM(people) AS BIGINT), CAST(SUM(with_factor) AS BIGINT), CAST(SUM(with_app) AS BIGINT), \
                         CAST(SUM(with_email) AS BIGINT) FROM adoption_day \
                         WHERE tenant_id = {tenant} GROUP BY day ORDER BY day DESC LIMIT 90"
                ),
                typist.groups(),
                format!(
                    "SELECT id, login, factor, group_id FROM person WHERE tenant_id = {tenant} AND factor < 2 \
                         AND (factor, login) > (0, '') AND disabled = 0 ORDER BY factor, login LIMIT 51"
                ),
                format!(
                    "SELECT id, kind, user_id, input, state, done, total, result, started_at, seen_at FROM console_job \
                         WHERE tenant_id = {tenant} AND kind = {REMINDERS} AND state = 0"
                ),
                format!(
                    "SELECT id, actor, group_id, day, note, begun_at, ended_at, people, sent, recent, no_address, crowded, \
                         after_factor, after_login, next_due FROM reminder_round WHERE tenant_id = {tenant} ORDER BY id DESC LIMIT 10"
                ),
            ]),
            row: "<tr>",
            least: 1,
        },
        Case {
            name: "the newest events",
            path: "/admin/audit".to_owned(),
            // With the login IDs of whoever they are about; anybody's take as long.
            statements: typist.page(
                [trail(tenant, "kind > 0", PAGE)]
                    .into_iter()
                    .chain((0..PAGE as u64 - 1).map(|number| {
                        let id = Member(number * people / PAGE as u64).id();
                        format!("SELECT id, login FROM person WHERE tenant_id = {tenant} AND id = {id}")
                    })),
            ),
            row: "<tr>",
            least: 50,
        },
        Case {
            name: "one person's events",
            path: format!("/admin/audit?user={one}"),
            statements: typist.page([
                format!("SELECT id, login FROM person WHERE tenant_id = {tenant} AND login = '{one}'"),
                format!(
                    "SELECT at, lane, seq FROM audit_event WHERE tenant_id = {tenant} \
                         ORDER BY at DESC, lane DESC, seq DESC LIMIT 1 OFFSET 100000"
                ),
                trail(
                    tenant,
                    &format!(
                        "user_id = -1 AND (at, lane, seq) >= (SELECT at, lane, seq FROM audit_event \
                       WHERE tenant_id = {tenant} ORDER BY at DESC, lane DESC, seq DESC LIMIT 1 OFFSET {})",
                        100_000.min(people - 1)
                    ),
                    51,
                ),
            ]),
            row: "<tr>",
            least: 0,
        },
    ]
}

fn trail(tenant: i64, condition: &str, limit: usize) -> String {
    format!(
        "SELECT at, lane, seq, kind, user_id, actor, refusal, address, reference, detail, mac FROM audit_event \
         WHERE tenant_id = {tenant} AND {condition} ORDER BY at DESC, lane DESC, seq DESC LIMIT {limit}"
    )
}
