"""Mail clients: one login for each line `source host port protocol mechanism user password`; prints `yes` or `no` and what was said."""

import base64
import socket
import sys


def b64(text):
    return base64.b64encode(text.encode()).decode()


CAPABILITIES = ('"IMPLEMENTATION', '"SIEVE', '"NOTIFY', '"SASL', '"STARTTLS', '"VERSION', '"UNAUTHENTICATE', '"MAXREDIRECTS')


def sieve(say, hear, ends, lines, mechanism, user, password):
    """RFC 5804, 2.1: strings are quoted, or follow their length."""
    hear(ends)
    if mechanism == "PLAIN":
        say(f'AUTHENTICATE "PLAIN" "{b64(chr(0) + user + chr(0) + password)}"')
        answer = hear(ends)
    else:
        say('AUTHENTICATE "LOGIN"')
        answer = hear(ends)
        for text in (user, password):
            if not answer.startswith('"'):
                break
            say(f'"{b64(text)}"')
            answer = hear(ends)
    if answer.startswith("NO") and answer.endswith("}"):
        answer += lines.readline().decode().strip()
    return ("yes " if answer.startswith("OK") else "no ") + answer


def log_in(source, host, port, protocol, mechanism, user, password):
    with socket.create_connection((host, int(port)), timeout=20, source_address=(source, 0)) as connection:
        lines = connection.makefile("rwb")

        def say(line):
            lines.write(line.encode() + b"\r\n")
            lines.flush()

        def hear(ends):
            while True:
                line = lines.readline().decode()
                if not line or ends(line):
                    return line.strip()

        if protocol == "imap":
            command, more, yes = "a AUTHENTICATE", "+", "a OK"
            def ends(line):
                return line.startswith(("a ", "+"))
        elif protocol == "sieve":
            def ends(line):
                return line.startswith(("OK", "NO", "BYE", '"')) and not line.startswith(CAPABILITIES)
        elif protocol == "pop3":
            command, more, yes = "AUTH", "+ ", "+OK"
            def ends(line):
                return line.startswith(("+", "-"))
        else:
            command, more, yes = "AUTH", "334", "235"
            def ends(line):
                return line[3:4] == " "
        if protocol == "sieve":
            return sieve(say, hear, ends, lines, mechanism, user, password)
        hear(lambda line: True)
        if protocol == "smtp":
            say("EHLO client.example.jp")
            hear(ends)
        if mechanism == "PLAIN":
            say(f"{command} PLAIN {b64(chr(0) + user + chr(0) + password)}")
            answer = hear(ends)
        else:
            say(f"{command} LOGIN")
            answer = hear(ends)
            for text in (user, password):
                if not answer.startswith(more):
                    break
                say(b64(text))
                answer = hear(ends)
        return ("yes " if answer.startswith(yes) else "no ") + answer


for line in sys.stdin:
    try:
        print(log_in(*line.split()), flush=True)
    except OSError as error:
        print(f"no connection: {error}", flush=True)
