"""Asks the worker or the API of this container how it is: `healthcheck.py /livez`, or `/readyz`.

The image's health check. It needs the standard library alone and starts in a moment: it is run
every few seconds. The answer is printed, and the exit status is 0 where it is a good one. A worker
without HTTP (port 0) cannot be asked, and is not held to be ill for it.

Which of the two is asked follows from the command of process 1, or from a second argument: `run`
or `serve`.
"""

import http.client
import os
import sys
from pathlib import Path

_COMMAND = Path("/proc/1/cmdline")
_OWN = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened on


def main(path: str, command: list[str]) -> int:
    """Asks, and gives the exit status."""
    prefix, usual = ("ORDERS_API", 8080) if "serve" in command else ("ORDERS_HTTP", 8000)
    host = os.environ.get(f"{prefix}_HOST") or "127.0.0.1"
    port = int(os.environ.get(f"{prefix}_PORT") or usual)
    if port == 0:
        sys.stdout.write("HTTP is off\n")
        return 0
    connection = http.client.HTTPConnection(_OWN.get(host, host), port, timeout=4)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        sys.stdout.write(answer.read().decode() + "\n")
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"no answer on port {port}: {error}\n")
        return 1
    finally:
        connection.close()
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or _COMMAND.read_text().split("\0")))
