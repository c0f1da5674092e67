"""A replica set of one member, which has no configuration until it is initiated.

The server behind the proxy always reports itself as the primary of a set whose member has its own
listening address. MongoDB does neither, and clients cannot reach the server at that address.
"""

import json
from pathlib import Path
from typing import Any

_OF_A_MEMBER = (
    *("setName", "setVersion", "hosts", "primary", "me", "electionId"),
    *("passives", "arbiters", "lastWrite"),
)


class ReplicaSet:
    """The set that `--replSet` names; its configuration is stored next to the data."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._file = folder / "replica-set.json"
        self._member = json.loads(self._file.read_text()) if self._file.exists() else None

    def status(self) -> dict[str, Any]:
        """Return the answer to `replSetGetStatus`."""
        if self._member is None:
            why = "no replset config has been received"
            return {"ok": 0.0, "errmsg": why, "code": 94, "codeName": "NotYetInitialized"}
        member = {"_id": 0, "name": self._member, "health": 1.0, "state": 1, "stateStr": "PRIMARY"}
        return {"set": self._name, "myState": 1, "members": [member], "ok": 1.0}

    def initiate(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to `replSetInitiate`."""
        if self._member is not None:
            why = "already initialized"
            return {"ok": 0.0, "errmsg": why, "code": 23, "codeName": "AlreadyInitialized"}
        if config.get("_id") != self._name or len(config.get("members", ())) != 1:
            why = f"one member of the set {self._name} is wanted"
            return {"ok": 0.0, "errmsg": why, "code": 93, "codeName": "InvalidReplicaSetConfig"}
        self._member = config["members"][0]["host"]
        self._file.write_text(json.dumps(self._member))
        return {"ok": 1.0}

    def greeting(self, hello: dict[str, Any]) -> dict[str, Any]:
        """Return the server's answer to `hello`, corrected."""
        if self._member is None:
            answer = {name: value for name, value in hello.items() if name not in _OF_A_MEMBER}
            not_yet = {"isreplicaset": True, "info": "Does not have a valid replica set config"}
            return answer | dict.fromkeys(("isWritablePrimary", "ismaster"), False) | not_yet
        ours = {"hosts": [self._member], "primary": self._member, "me": self._member}
        return hello | {"setName": self._name} | ours
