"""Senders of mail: one try for each JSON object a line; prints `yes` or `no`, how far it came and what was said."""

import json
import smtplib
import ssl
import sys


def tls():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def send(source, host, port, door, mechanism, user, password, recipient, data=None):
    address = (source, 0)
    if door == "submissions":
        client = smtplib.SMTP_SSL(host, port, timeout=60, source_address=address, context=tls())
    else:
        client = smtplib.SMTP(host, port, timeout=60, source_address=address)
    try:
        client.ehlo("client.example.jp")
        if door != "submissions":
            client.starttls(context=tls())
            client.ehlo("client.example.jp")
        if mechanism:
            client.user, client.password = user, password
            how = client.auth_plain if mechanism == "PLAIN" else client.auth_login
            try:
                client.auth(mechanism, how)
            except smtplib.SMTPAuthenticationError as error:
                return f"no auth {error.smtp_code} {error.smtp_error.decode()}"
        client.mail("hana@example.jp")
        code, text = client.rcpt(recipient)
        if code != 250:
            return f"no rcpt {code} {text.decode()}"
        if data:
            code, text = client.data(data)
            if code != 250:
                return f"no data {code} {text.decode()}"
        return f"yes {code}"
    finally:
        client.close()


for line in sys.stdin:
    try:
        print(send(**json.loads(line)).replace("\n", " "), flush=True)
    except (OSError, smtplib.SMTPException) as error:
        print(f"no connection {error!r}".replace("\n", " "), flush=True)
