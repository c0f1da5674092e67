"""What a MongoDB server makes of a document by an update, in the sequence of its keys."""

from typing import Any

Json = dict[str, Any]


def updated(document: Json, update: Json) -> Json:
    """Return the document after an update by ``$set`` and ``$push``.

    A field that is there keeps its place; new ones are appended in the sequence of their names.
    """
    assert update.keys() <= {"$set", "$push"}, update.keys()
    after = dict(document)
    for path, value in sorted(update["$set"].items()):
        after = _set(after, path.split("."), value)
    for path, pushed in update.get("$push", {}).items():
        assert pushed.keys() == {"$each"}
        *above, name = path.split(".")
        held = after
        for step in above:
            held = held[step]
        after = _set(after, [*above, name], [*held[name], *pushed["$each"]])
    return after


def _set(document: Json, path: list[str], value: Any) -> Json:
    name, *below = path
    return document | {name: _set(document[name], below, value) if below else value}
