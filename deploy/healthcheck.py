"""Asks the worker of this container how it is: `healthcheck.py /livez`, or `/readyz`.

The image's health check. It needs the standard library alone and starts in a moment: it is run
every few seconds. The answer is printed, and the exit status is 0 where it is a good one. A worker
without HTTP (port 0) cannot be asked, and is not held to be ill for it.
"""

import http.client
import os
import sys

_OWN = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened on


def main(path: str) -> int:
    """Asks, and gives the exit status."""
    host = os.environ.get("ORDERS_HTTP_HOST") or "127.0.0.1"
    port = int(os.environ.get("ORDERS_HTTP_PORT") or 8000)
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
    sys.exit(main(sys.argv[1]))
