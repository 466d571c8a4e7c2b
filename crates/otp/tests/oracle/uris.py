"""Reads otpauth URIs, one a line, and prints what two parsers find in each: the strict one below, and pyotp's.

One line per URI, first what the strict parser found and then what pyotp did; tab between fields, each in hexadecimal:
    issuer account key algorithm digits period issuer account key algorithm digits period
pyotp decodes the URI before it splits it (pyotp#47), so a name with a character that means something in a URI defeats
it; its half is then "-" alone.
"""

import re
import sys
from urllib.parse import unquote, urlsplit

import pyotp

NAME = r"(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})+"
PATH = re.compile(f"/({NAME}):({NAME})")
QUERY = re.compile(
    f"secret=([A-Z2-7]+)&issuer=({NAME})&algorithm=(SHA1|SHA256|SHA512)&digits=([678])&period=([1-9][0-9]*)"
)
SPECIAL = set("?#&%+;")


def hexed(text):
    return text.encode("utf-8").hex()


def decoded(name):
    return unquote(name, encoding="utf-8", errors="strict")


def strict(uri):
    assert uri.isascii(), uri
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", ""), uri
    label = PATH.fullmatch(parts.path)
    query = QUERY.fullmatch(parts.query)
    assert label and query, uri
    assert label[1] == query[2], uri
    return decoded(label[1]), decoded(label[2]), query[1], query[3], query[4], query[5]


def pyotps(uri):
    totp = pyotp.parse_uri(uri)
    return totp.issuer, totp.name, totp.secret, totp.digest().name.upper(), str(totp.digits), str(totp.interval)


for line in sys.stdin:
    uri = line.rstrip("\n")
    fields = strict(uri)
    defeated = SPECIAL & set(fields[0] + fields[1])
    print(*map(hexed, fields), *(["-"] if defeated else map(hexed, pyotps(uri))), sep="\t")
