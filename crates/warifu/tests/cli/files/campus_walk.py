"""A student of examples/campus-mail: goes through what its `run` says to try, with real clients from several addresses of this machine.

usage: campus_walk.py FOLDER FIRST_PORT HANAKO'S_PASSWORD TARO'S_PASSWORD; prints a line for each thing that it has seen.
"""

import base64
import hashlib
import hmac
import html
import http.client
import imaplib
import pathlib
import re
import smtplib
import ssl
import subprocess
import sys
import time
import urllib.parse

FOLDER, FIRST, HANAKO, TARO = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
LOGIN, WEBMAIL, IMAPS, POSTFIX, DOVECOT = FIRST, FIRST + 1, FIRST + 6, FIRST + 8, FIRST + 9
EXAMPLE = pathlib.Path(__file__).resolve().parents[5] / "examples/campus-mail"
HOME, CAFE, CAMPUS, EDUROAM = "127.0.0.1", "127.0.0.2", "127.0.0.65", "127.0.0.97"
TRUST = ssl.create_default_context(cafile=f"{FOLDER}/tls/ca.pem")


def seen(what):
    print(what, flush=True)


class Browser:
    """Cookies, forms with their hidden fields, redirects, and an address to come from."""

    def __init__(self, port, source=HOME):
        self.port, self.source, self.cookies, self.page, self.path = port, source, {}, "", ""

    def ask(self, method, path, fields=None):
        for _ in range(8):
            connection = http.client.HTTPSConnection("localhost", self.port, timeout=30, source_address=(self.source, 0), context=TRUST)
            headers = {"Accept-Language": "ja", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            body = None
            if method == "POST":
                body = urllib.parse.urlencode(fields)
                headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://localhost:{self.port}"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.page, self.status, self.path = answer.read().decode(), answer.status, path
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            if answer.status not in (302, 303):
                return self
            method, path = "GET", urllib.parse.urljoin(path, answer.headers["Location"])
            path = urllib.parse.urlsplit(path)._replace(scheme="", netloc="").geturl()
        raise AssertionError(f"round in circles at {path}")

    def open(self, path):
        return self.ask("GET", path)

    def send(self, action, **typed):
        """Sends the form of the present page that goes to `action`."""
        forms = re.findall(r"<form.*?</form>", self.page, re.S)
        form = next((form for form in forms if re.search(f'action="{action}["?]', form.split(">")[0])), None)
        assert form, f"no form goes to {action} at {self.path}:\n{self.page}"
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
        return self.ask("POST", action, {name: html.unescape(value) for name, value in hidden} | typed)

    def is_at(self, path):
        assert self.path.split("?")[0] == path, f"{self.path} and not {path}:\n{self.page}"


def totp(secret):
    counter = int(time.time()) // 30
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def imap(source, user="hanako", password=HANAKO):
    """What the mail server says to a mail program."""
    client = imaplib.IMAP4_SSL("127.0.0.1", IMAPS, ssl_context=TRUST, timeout=30) if source == HOME else From(source)
    try:
        client.login(user, password)
        return "OK " + client.select("INBOX")[1][0].decode()
    except imaplib.IMAP4.error as refused:
        return f"NO {refused}"


class From(imaplib.IMAP4_SSL):
    """IMAP from an address of one's own choice."""

    def __init__(self, source):
        self.source = source
        super().__init__("127.0.0.1", IMAPS, ssl_context=TRUST)

    def _create_socket(self, timeout):
        import socket

        plain = socket.create_connection((self.host, self.port), 30, (self.source, 0))
        return TRUST.wrap_socket(plain, server_hostname=self.host)


def submit(port, source=HOME, sender="hanako@campus.example"):
    """What the mail server says to somebody who sends."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30, source_address=(source, 0)) as client:
        client.starttls(context=TRUST)
        try:
            client.login("hanako", HANAKO)
            client.sendmail(sender, ["taro@campus.example"], "Subject: from a mail program\r\n\r\nhello\r\n")
        except smtplib.SMTPResponseException as refused:
            return f"{refused.smtp_code} {refused.smtp_error.decode()}"
        except smtplib.SMTPRecipientsRefused as refused:
            return str(refused.recipients)
    return "250"


def webmail(source):
    browser = Browser(WEBMAIL, source).open("/")
    token = re.search(r'name="_token" value="([^"]*)"', browser.page)[1]
    fields = {"_token": token, "_task": "login", "_action": "login", "_timezone": "Asia/Tokyo", "_url": ""}
    return browser.ask("POST", "/?_task=login", fields | {"_user": "hanako", "_pass": HANAKO})


def log_in(source=HOME):
    browser = Browser(LOGIN, source).open("/campus/login")
    return browser.send("/campus/login", login="hanako", password=HANAKO)


def refuses(answer):
    assert answer.startswith(("NO ", "535 ")) and "/campus/login" in answer, answer


def lets_in(answer):
    assert answer.startswith(("OK", "250")), answer


for source in (HOME, CAFE, CAMPUS):
    lets_in(imap(source))
seen("switched off, the password is enough from anywhere")

student = log_in()
student.is_at("/campus/account")
student.open("/campus/account/own-switch?use=on").send("/campus/account/own-switch/on")
student.is_at("/campus/account/set-up")
student.send("/campus/logout")
for source in (HOME, CAFE, EDUROAM):
    refuses(imap(source))
lets_in(imap(CAMPUS))
for port in (POSTFIX, DOVECOT):
    refuses(submit(port))
assert webmail(HOME).status == 401
seen("switched on, every door is shut outside the campus, and says where to go")

student = log_in()
student.is_at("/campus/login/set-up")
secret = re.search(r"secret=([A-Z2-7]+)", student.page)[1]
student.send("/campus/login/set-up", code=totp(secret))
student.is_at("/campus/account/email/offer")
student.send("/campus/account/email", private_address="hanako@lab.campus.example")
assert "MAIL-06" in student.page, student.page
student.send("/campus/account/email", private_address="hanako@private.example")
request = re.search(r'class="request">.*?<strong>([^<]*)', student.page)[1]
for _ in range(100):
    mail = subprocess.run([EXAMPLE / "private-mail", "hanako", "--data", FOLDER], check=True, capture_output=True, text=True).stdout
    if request in mail:
        break
    time.sleep(0.2)
assert re.search("^From: .*hanako@campus.example", mail), mail
assert "Subject: OTP notification (OTP発行のお知らせ)\n" in mail, mail
student.send("/campus/account/email/confirm", emailed_code=re.search(r"OTP：(\d+)", mail)[1])
student.is_at("/campus/account")
assert "hanako@private.example" in student.page
seen("app and private address are registered from outside; the code came from the own address")

lets_in(imap(HOME))
for source in (CAFE, EDUROAM):
    refuses(imap(source))
for port in (POSTFIX, DOVECOT):
    lets_in(submit(port))
    refuses(submit(port, CAFE))
assert submit(POSTFIX, sender="taro@campus.example").startswith("{'taro@campus.example': (553"), "in another name"
seen("after the login in the browser mail programs work from its address, and from no other")

student.open("/campus/account/mail")
assert CAFE in student.page and EDUROAM in student.page, student.page
permit = re.search(r'<th scope="row">' + re.escape(CAFE) + r'</th>.*?href="([^"]*permit[^"]*)"', student.page, re.S)[1]
student.open(html.unescape(permit)).send("/campus/account/mail/permit")
student.is_at("/campus/account/mail")
lets_in(imap(CAFE))
refuses(imap(EDUROAM))
seen("another address is let in from the page")

inbox = webmail(HOME)
assert inbox.status == 200 and "messagelist" in inbox.page, inbox.page
assert webmail("127.0.0.3").status == 401
compose = inbox.open("/?_task=mail&_action=compose")
token = re.search(r'"request_token":"([^"]*)"', compose.page)[1]
draft = re.search(r'"compose_id":"([^"]*)"', compose.page)[1]
identity = re.search(r'<select name="_from".*?<option value="(\d+)"', compose.page, re.S)[1]
sent = compose.ask("POST", "/?_task=mail&_unlock=1&_framed=1&_lang=ja", {
    "_token": token, "_task": "mail", "_action": "send", "_id": draft, "_from": identity, "_to": "taro@campus.example",
    "_subject": "from the webmail", "_message": "hello", "_is_html": "0", "_draft": "", "_attachments": "",
})
assert "sent_successfully" in sent.page, sent.page
for _ in range(100):
    arrived = imap(HOME, "taro", TARO)
    if arrived == "OK 4":
        break
    time.sleep(0.2)
assert arrived == "OK 4", arrived
seen("the webmail asks as its visitor, and three letters have reached the other student")

open_clients = []
for source in (HOME, CAMPUS):
    client = From(source)
    client.login("hanako", HANAKO)
    open_clients.append(client)
student.open("/campus/account/mail").send("/campus/account/mail/close-all")
is_ended = False
for _ in range(150):
    try:
        open_clients[0].noop()
    except (imaplib.IMAP4.abort, OSError):
        is_ended = True
        break
    time.sleep(0.2)
assert is_ended, "the mail program that was connected still is"
open_clients[1].noop()
for source in (HOME, CAFE):
    refuses(imap(source))
refuses(submit(POSTFIX))
assert webmail(HOME).status == 401
lets_in(imap(CAMPUS))
seen("ended on the page, open connections end but those of the campus, and every door is shut again")
