//! People whose passwords are elsewhere: in a real slapd over TLS, and in a real Dovecot by its `auth-client` socket.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::client::{Answer, Client};
use crate::dovecot::Installed;
use crate::place::{Place, run};
use crate::process::{Process, serve};
use crate::relay::{free_port, wait_for};

const PASSWORD: &str = "ひみつの 合言葉";

/// An LDAP server of the test's own, with TLS from the first byte. The search needs an account; people may bind.
struct Slapd {
    folder: PathBuf,
    port: u16,
    process: Option<Process>,
}

impl Slapd {
    fn set_up(folder: &Path) -> Self {
        let (port, place) = (free_port(), folder.display());
        fs::create_dir_all(folder.join("db")).unwrap();
        let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files");
        for name in ["relay-certificate.pem", "relay-key.pem"] {
            fs::copy(files.join(name), folder.join(name)).unwrap();
        }
        let config = format!(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
             pidfile {place}/slapd.pid\nTLSCertificateFile {place}/relay-certificate.pem\n\
             TLSCertificateKeyFile {place}/relay-key.pem\ndatabase mdb\nsuffix \"dc=example,dc=jp\"\n\
             rootdn \"cn=root,dc=example,dc=jp\"\nrootpw rootpw\ndirectory {place}/db\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn=\"cn=warifu,dc=example,dc=jp\" read by * none\n"
        );
        fs::write(folder.join("slapd.conf"), config).unwrap();
        let people = format!(
            "dn: dc=example,dc=jp\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n\
             dn: cn=warifu,dc=example,dc=jp\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n\
             cn: warifu\nuserPassword: service secret\n\n\
             dn: ou=people,dc=example,dc=jp\nobjectClass: organizationalUnit\nou: people\n\n\
             dn: uid=hana,ou=people,dc=example,dc=jp\nobjectClass: inetOrgPerson\nuid: hana\ncn: 佐藤 花子\nsn: 佐藤\n\
             mail: hana@example.jp\nuserPassword: {PASSWORD}\n\n\
             dn: uid=jiro,ou=people,dc=example,dc=jp\nobjectClass: inetOrgPerson\nuid: jiro\ncn: 二郎\nsn: 鈴木\n\
             userPassword: another secret\n"
        );
        fs::write(folder.join("people.ldif"), people).unwrap();
        let mut add = Command::new("/usr/sbin/slapadd");
        add.arg("-f")
            .arg(folder.join("slapd.conf"))
            .arg("-l")
            .arg(folder.join("people.ldif"));
        let added = add.output().unwrap();
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
        let mut slapd = Self {
            folder: folder.to_owned(),
            port,
            process: None,
        };
        slapd.start();
        slapd
    }

    fn start(&mut self) {
        let mut command = Command::new("/usr/sbin/slapd");
        command
            .arg("-d")
            .arg("0")
            .arg("-f")
            .arg(self.folder.join("slapd.conf"));
        command
            .arg("-h")
            .arg(format!("ldaps://127.0.0.1:{}/", self.port));
        self.process = Some(Process::start(command));
        wait_for("slapd", || {
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
    }

    fn stop(&mut self) {
        self.process = None;
    }

    /// Goes on listening, and never answers.
    fn freeze(&self) {
        self.process.as_ref().unwrap().signal("STOP");
    }

    fn thaw(&self) {
        self.process.as_ref().unwrap().signal("CONT");
    }
}

/// A Dovecot of the test's own that does nothing but know passwords.
struct Dovecot<'i> {
    installed: &'i Installed,
    folder: PathBuf,
    process: Option<Process>,
}

impl<'i> Dovecot<'i> {
    fn set_up(installed: &'i Installed, folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        fs::write(
            folder.join("users"),
            format!("hana:{{PLAIN}}{PASSWORD}\njiro:{{PLAIN}}another secret\n"),
        )
        .unwrap();
        let config = format!(
            "{}default_internal_user = nobody\ndefault_internal_group = nogroup\ndefault_login_user = nobody\n\
             auth_mechanisms = plain\n\
             service anvil {{\n  chroot =\n  unix_listener anvil-auth-penalty {{\n    mode = 0\n  }}\n}}\n\
             service stats {{\n  chroot =\n}}\n\
             service auth {{\n  unix_listener auth-client {{\n    mode = 0666\n  }}\n}}\n",
            installed.series.only_passwords(installed.seen(folder))
        );
        fs::write(folder.join("dovecot.conf"), config).unwrap();
        let mut chown = Command::new("chown");
        chown.args(["-R", "nobody:nogroup"]).arg(folder);
        run(chown, "").good();
        let mut open = Command::new("chmod");
        open.arg("a+rx").arg(folder.parent().unwrap());
        run(open, "").good();
        let mut dovecot = Self {
            installed,
            folder: folder.to_owned(),
            process: None,
        };
        dovecot.start();
        dovecot
    }

    fn start(&mut self) {
        let mut command = self.installed.program("dovecot", &self.folder);
        command
            .args(["-F", "-c"])
            .arg(self.installed.seen(&self.folder).join("dovecot.conf"));
        self.process = Some(Process::start(command));
        wait_for("Dovecot", || {
            UnixStream::connect(self.folder.join("run/auth-client")).ok()
        });
    }

    fn stop(&mut self) {
        let process = self.process.take().unwrap();
        process.signal("TERM");
        process.end();
    }
}

impl Drop for Dovecot<'_> {
    fn drop(&mut self) {
        // Its children outlive a parent that is killed.
        if self.process.is_some() {
            self.stop();
        }
    }
}

/// A server with a tenant whose passwords `settings` finds, and an administrator whose password is here.
fn with_directory(settings: &str) -> Place {
    let place = Place::with_server();
    let config = place.read("data/warifu.toml");
    place.write(
        "data/warifu.toml",
        &format!(
            "{config}\n[[first_factor]]\ntenant = 'midori'\ntimeout_seconds = 2\n{settings}\n"
        ),
    );
    let midori = [
        "tenant",
        "add",
        "midori",
        "--name",
        "みどり商事",
        "--preset",
        "workspace",
    ];
    place.run(midori).good();
    place
}

fn log_in(address: SocketAddr, login: &str, password: &str) -> (Client, Answer) {
    let mut client = Client::new(address);
    let fields = [("login", login), ("password", password)];
    let answer = client.submit("/midori/login", &fields);
    (client, answer)
}

fn comes_in(address: SocketAddr, login: &str, password: &str) -> String {
    let (mut client, answer) = log_in(address, login, password);
    assert_eq!(answer.status, 303, "{login}: {}", answer.body);
    client.get("/midori/account").body
}

#[track_caller]
fn is_refused(address: SocketAddr, login: &str, password: &str, status: u16, code: &str) {
    let (mut client, answer) = log_in(address, login, password);
    assert_eq!(answer.status, status, "{login}: {}", answer.body);
    assert!(answer.body.contains(code), "{login}: {}", answer.body);
    assert_eq!(client.get("/midori/account").status, 303, "{login}");
}

/// What nobody may get in with, whichever directory is asked.
fn check_strangers(address: SocketAddr) {
    for (login, password) in [
        ("hana", "ひみつの合言葉"),
        ("hana", ""),
        ("nobody", PASSWORD),
        ("jiro", PASSWORD),
    ] {
        is_refused(address, login, password, 422, "LOGIN-01");
    }
    // Words of the directories' own languages.
    for login in [
        "*",
        "h*",
        "hana)(uid=*",
        "hana)(|(uid=*)",
        "(uid=hana)",
        "hana\\2a",
        "hana\tnologin",
        "uid=hana",
    ] {
        is_refused(address, login, PASSWORD, 422, "LOGIN-01");
    }
    is_refused(
        address,
        "hana",
        &format!("x\0hana\0{PASSWORD}"),
        422,
        "LOGIN-01",
    );
}

#[test]
fn people_of_a_real_ldap_directory_appear_at_their_first_login() {
    let ldap = Place::new();
    let mut slapd = Slapd::set_up(&ldap.path().join("ldap"));
    let authority =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/files/relay-certificate.pem");
    let (port, authority) = (slapd.port, authority.display());
    let settings = format!(
        "kind = 'ldap'\nurl = 'ldaps://127.0.0.1:{port}'\nauthorities = '{authority}'\nbase = 'ou=people,dc=example,dc=jp'\n\
         bind_dn = 'cn=warifu,dc=example,dc=jp'\nbind_password_file = 'ldap-password'"
    );
    let place = with_directory(&settings);
    place.write("data/ldap-password", "service secret\n");
    let checked = place.run(["check"]);
    assert!(
        checked.out.contains("midori: the LDAP directory answers"),
        "{}",
        checked.out
    );
    let (server, address, _) = serve(&place);

    let account = comes_in(address, "hana", PASSWORD);
    assert!(account.contains("佐藤 花子"), "{account}");
    assert!(
        !account.contains("/midori/account/password"),
        "changed elsewhere: {account}"
    );
    // Capitals and full width are the same person, whichever the directory takes.
    comes_in(address, "ＨＡＮＡ", PASSWORD);
    let listed = place.run(["user", "list", "midori", "--json"]).good();
    assert_eq!(listed.matches("\"login\":").count(), 1, "{listed}");
    check_strangers(address);

    // Down, or silent: "try later", and nobody comes in. Then as before.
    slapd.stop();
    is_refused(address, "hana", PASSWORD, 503, "LOGIN-06");
    let checked = place.run(["check"]);
    assert!(checked.out.contains("cannot be asked"), "{}", checked.out);
    slapd.start();
    comes_in(address, "hana", PASSWORD);
    slapd.freeze();
    is_refused(address, "hana", PASSWORD, 503, "LOGIN-06");
    slapd.thaw();
    comes_in(address, "hana", PASSWORD);
    drop(server);

    // Another authority than the configuration's is not believed, and then nothing is sent.
    let config = place.read("data/warifu.toml");
    let other = config.replace("relay-certificate.pem", "good-certificate.pem");
    place.write("data/warifu.toml", &other);
    let (_server, address, _) = serve(&place);
    is_refused(address, "hana", PASSWORD, 503, "LOGIN-06");
}

#[test]
fn people_of_a_real_dovecot_appear_at_their_first_login() {
    log_in_by_socket(&Installed::here());
}

#[test]
fn people_of_a_dovecot_of_another_series_appear_at_their_first_login() {
    if let Some(installed) = Installed::elsewhere() {
        log_in_by_socket(&installed);
    }
}

fn log_in_by_socket(installed: &Installed) {
    let mail = Place::new();
    let mut dovecot = Dovecot::set_up(installed, &mail.path().join("d"));
    let socket = dovecot.folder.join("run/auth-client");
    let settings = format!(
        "kind = 'dovecot'\nsocket = '{}'\nemail_domain = 'example.jp'",
        socket.display()
    );
    let place = with_directory(&settings);
    let (_server, address, _) = serve(&place);
    let checked = place.run(["check"]);
    assert!(
        checked
            .out
            .contains("midori: the Dovecot directory answers"),
        "{}",
        checked.out
    );
    comes_in(address, "hana", PASSWORD);
    let shown = place.run(["user", "list", "midori", "--json"]).good();
    assert!(shown.contains("\"hana\""), "{shown}");
    check_strangers(address);
    dovecot.stop();
    is_refused(address, "hana", PASSWORD, 503, "LOGIN-06");
    dovecot.start();
    comes_in(address, "hana", PASSWORD);
}
