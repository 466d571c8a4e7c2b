"""Reads a mail from standard input; prints its headers, its texts and what is wrong with it as JSON."""

import email
import email.policy
import json
import sys

mail = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
parts = [part for part in mail.walk() if not part.is_multipart()]
json.dump(
    {
        "headers": [[name.lower(), str(value)] for name, value in mail.items()],
        "texts": {part.get_content_type(): part.get_content() for part in parts},
        "defects": [str(defect) for part in mail.walk() for defect in part.defects],
    },
    sys.stdout,
)
