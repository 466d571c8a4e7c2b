"""Prints pyotp's code for each line `algorithm digits period time base32`."""

import hashlib
import sys

import pyotp

HASHES = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}

for line in sys.stdin:
    algorithm, digits, period, time, key = line.split()
    totp = pyotp.TOTP(key, digits=int(digits), digest=HASHES[algorithm], interval=int(period))
    print(totp.at(int(time)))
