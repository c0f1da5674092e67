"""Makes a MongoDB a replica set of one member, and waits until it takes writes.

    python3 replica_set.py HOST:PORT NAME

It is run once by `docker-compose.yml`, in the worker's own image: a health check that initiates
would need the database's shell, and would be asked again every few seconds for ever.
"""

import sys
import time

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

WITHIN = 60.0
NOT_YET_INITIATED = 94


def main(member: str, name: str) -> int:
    """Initiate the replica set if necessary, and return the exit status."""
    with MongoClient[dict[str, object]](
        f"mongodb://{member}", directConnection=True, serverSelectionTimeoutMS=2_000
    ) as client:
        give_up = time.monotonic() + WITHIN
        while True:
            reason = _attempt(client, member, name)
            if not reason:
                sys.stdout.write(f"{member} is the primary of its replica set\n")
                return 0
            if time.monotonic() > give_up:
                sys.stderr.write(f"{member} is no primary after {WITHIN:g} s: {reason}\n")
                return 1
            time.sleep(0.5)


def _attempt(client: "MongoClient[dict[str, object]]", member: str, name: str) -> str:
    """Take the next step; return what is still missing, if anything."""
    try:
        try:
            client.admin.command("replSetGetStatus")
        except OperationFailure as failure:
            if failure.code != NOT_YET_INITIATED:
                raise
            members = [{"_id": 0, "host": member}]
            client.admin.command("replSetInitiate", {"_id": name, "members": members})
        primary = client.admin.command("hello").get("isWritablePrimary")
    except PyMongoError as error:
        return " ".join(str(error).split())
    return "" if primary else "it takes no writes yet"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
