//! The pages of `lists`, and what their statements are when they are typed by hand: those of storage's `user_list`, `adoption` and
//! `audit`, with values in place of parameters.

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

/// What a list shows of a person.
const COLUMNS: &str = "id, role, disabled, group_id, factor, codes_low, blocked_until, last_login_at, must_enrol, own_switch, has_email, \
                       login, name, created_at";

struct Typist {
    tenant: i64,
}

impl Typist {
    /// Up to 2,001 of a set are counted.
    fn count(&self, table: &str, condition: &str) -> String {
        format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE tenant_id = {} AND {condition} LIMIT 2001) AS part",
            self.tenant
        )
    }

    fn people(&self, condition: &str, order: &str, limit: usize) -> String {
        format!(
            "SELECT {COLUMNS} FROM person WHERE tenant_id = {} AND {condition} ORDER BY {order} LIMIT {limit}",
            self.tenant
        )
    }

    /// Those with a word, after `after` of them.
    fn by_word(&self, word: &str, limit: usize, after: usize) -> String {
        format!(
            "SELECT {COLUMNS} FROM person_word JOIN person ON person.tenant_id = {tenant} AND person.id = person_word.user_id \
             WHERE person_word.tenant_id = {tenant} AND word >= '{word}' AND word < '{word}{END}' \
             ORDER BY word, user_id LIMIT {limit} OFFSET {after}",
            tenant = self.tenant
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

fn range(column: &str, start: &str) -> String {
    format!("{column} >= '{start}' AND {column} < '{start}{END}'")
}

/// The pages for a crowd of so many.
pub(crate) fn cases(tenant: TenantId, people: u64) -> Vec<Case> {
    const PERSON: &str = "<th scope=\"row\">";
    let typist = Typist { tenant: tenant.0 };
    let page = |name, path: &str, statements, least| Case {
        name,
        path: path.to_owned(),
        statements,
        row: PERSON,
        least,
    };
    let everybody = typist.count("person", "login >= ''");
    let middle = "%E4%B8%AD%E6%9D%91";
    let one = Member(people / 3).login();
    let mut same_name = typist.counts_of("佐藤");
    same_name.extend(typist.counts_of("花子"));
    same_name.push(typist.people(&range("name_key", "佐藤 花子"), "name_key, id", 51));
    let mut given = typist.counts_of("太郎");
    given.push(typist.people(&range("login", "太郎"), "login", 51));
    given.push(typist.people(&range("name_key", "太郎"), "name_key, id", 51));
    given.push(typist.by_word("太郎", 51, 0));
    let mut off = vec![typist.count("person", "factor = 0")];
    off.extend(typist.counts_of("鈴木"));
    off.push(typist.people(&range("login", "鈴木"), "login", 51));
    off.push(typist.people(&range("name_key", "鈴木"), "name_key, id", 51));
    off.push(typist.people(
        &format!("{} AND factor = 0", range("name_key", "鈴木")),
        "name_key, id",
        51,
    ));
    let mut alone = typist.counts_of(&one);
    alone.push(typist.people(&range("login", &one), "login", 4_000));
    let tenant = tenant.0;
    vec![
        page(
            "everybody, by login ID",
            "/admin/users",
            vec![
                everybody.clone(),
                typist.people("login >= '' AND login <> ''", "login", 51),
            ],
            50,
        ),
        page(
            "everybody, by name, from the middle",
            &format!("/admin/users?sort=name&text={middle}&number=0"),
            vec![
                everybody,
                typist.people("(name_key, id) > ('中村', 0)", "name_key, id", 51),
            ],
            50,
        ),
        page(
            "without a second factor, by name",
            "/admin/users?show=off&sort=name",
            vec![
                typist.count("person", "factor = 0"),
                typist.people("factor = 0 AND name_key >= ''", "name_key, id", 51),
            ],
            50,
        ),
        page(
            "locked, by last login",
            "/admin/users?show=locked&sort=last-login&down=1",
            vec![
                typist.count("person", "blocked_until > 0 AND login > ''"),
                typist.people("blocked_until > 0 AND login > ''", "login", 4_000),
            ],
            (people / 20_000).min(20) as usize,
        ),
        page(
            "two-factor on and few codes and a group, by login ID",
            "/admin/users?show=on,codes-low&group=3",
            vec![
                typist.count("person", "factor = 2"),
                typist.count("person", "codes_low = 1"),
                typist.count("person", "group_id = 3 AND group_id IS NOT NULL"),
                typist.people("factor = 2 AND codes_low = 1 AND group_id = 3", "login", 51),
            ],
            1,
        ),
        page(
            "search for one login ID",
            &format!("/admin/users?q={one}"),
            alone,
            1,
        ),
        page(
            "search for 太郎",
            "/admin/users?q=%E5%A4%AA%E9%83%8E",
            given,
            50,
        ),
        page(
            "search for 佐藤 花子",
            "/admin/users?q=%E4%BD%90%E8%97%A4+%E8%8A%B1%E5%AD%90",
            same_name,
            1,
        ),
        page(
            "search for 鈴木, without a second factor",
            "/admin/users?q=%E9%88%B4%E6%9C%A8&show=off",
            off,
            50,
        ),
        Case {
            name: "adoption",
            path: "/admin/adoption".to_owned(),
            statements: vec![
                format!(
                    "SELECT counted_at, group_id, people, with_factor, with_app, with_email, begun FROM adoption_day \
                         WHERE tenant_id = {tenant} AND day = (SELECT MAX(day) FROM adoption_day WHERE tenant_id = {tenant}) ORDER BY group_id"
                ),
                format!(
                    "SELECT day, CAST(SUM(people) AS BIGINT), CAST(SUM(with_factor) AS BIGINT), CAST(SUM(with_app) AS BIGINT), \
                         CAST(SUM(with_email) AS BIGINT) FROM adoption_day \
                         WHERE tenant_id = {tenant} GROUP BY day ORDER BY day DESC LIMIT 90"
                ),
                format!(
                    "SELECT id, login, factor, group_id FROM person WHERE tenant_id = {tenant} AND factor < 2 \
                         AND (factor, login) > (0, '') AND disabled = 0 ORDER BY factor, login LIMIT 51"
                ),
            ],
            row: "<tr>",
            least: 1,
        },
        Case {
            name: "the newest events",
            path: "/admin/audit".to_owned(),
            statements: vec![trail(tenant, "kind > 0", 51)],
            row: "<tr>",
            least: 50,
        },
        Case {
            name: "one person's events",
            path: format!("/admin/audit?user={one}"),
            statements: vec![
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
            ],
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
