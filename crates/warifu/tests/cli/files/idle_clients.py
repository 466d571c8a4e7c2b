"""Mail clients that stay: logs in as each argument `source,host,port,protocol,user,password` says (IMAP then waits in IDLE), prints
`open NUMBER` for each, then `closed NUMBER what was said` when the server ends one. Ends with its standard input."""

import select
import socket
import sys

connections = {}
for number, argument in enumerate(sys.argv[1:]):
    source, host, port, protocol, user, password = argument.split(",")
    connection = socket.create_connection((host, int(port)), timeout=20, source_address=(source, 0))
    lines = connection.makefile("rwb", buffering=0)

    def say(line):
        lines.write(line.encode() + b"\r\n")

    def hear(start):
        while not (line := lines.readline().decode()).startswith(start):
            if not line:
                sys.exit(f"{argument}: hung up")
        return line

    lines.readline()
    if protocol == "imap":
        say(f"a LOGIN {user} {password}")
        hear("a OK")
        say("b SELECT INBOX")
        hear("b OK")
        say("c IDLE")
        hear("+")
    else:
        say(f"USER {user}")
        hear("+OK")
        say(f"PASS {password}")
        hear("+OK")
    connections[connection] = (number, lines)
    print(f"open {number}", flush=True)

while connections:
    readable, _, _ = select.select([*connections, sys.stdin], [], [])
    if sys.stdin in readable:
        break
    for connection in readable:
        number, lines = connections[connection]
        said = lines.read(4096).decode().strip()
        # Words of a connection that goes on, such as "* OK Still here", are none of an end.
        if said and "BYE" not in said and "-ERR" not in said:
            continue
        del connections[connection]
        print(f"closed {number} {said}", flush=True)
