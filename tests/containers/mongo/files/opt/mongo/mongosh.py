"""`mongosh`, as far as a health check needs it: `--quiet --eval "db.adminCommand('ping')"`."""

import argparse
import re
import sys

from pymongo import MongoClient
from pymongo.errors import PyMongoError

_PING = re.compile(
    r"""db\.(adminCommand|runCommand)\((['"]ping['"]|\{\s*ping\s*:\s*1\s*\})\)(\.ok)?;?"""
)


def main() -> int:
    """Ping the server, and return the exit status."""
    parser = argparse.ArgumentParser("mongosh")
    parser.add_argument("address", nargs="?", default="mongodb://127.0.0.1:27017")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--eval", required=True)
    options = parser.parse_args()
    if not _PING.fullmatch(options.eval.strip()):
        sys.stderr.write("this stand-in knows only db.adminCommand('ping')\n")
        return 1
    try:
        client: MongoClient[dict[str, object]] = MongoClient(
            options.address, directConnection=True, serverSelectionTimeoutMS=3_000
        )
        client.admin.command("ping")
    except PyMongoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("{ ok: 1 }\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
