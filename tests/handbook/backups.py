"""Stand-ins for mongodump and mongorestore that use the same file layout."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bson import decode_all, encode
from pymongo import AsyncMongoClient

SUFFIX: Final = ".bson"


async def dump(folder: Path, words: Sequence[str]) -> str:
    """Dump every collection of a database, like `mongodump --uri URI --db DB --out FOLDER`."""
    options = _options(words)
    to = folder / options["--out"] / options["--db"]
    to.mkdir(parents=True)
    async with AsyncMongoClient[dict[str, Any]](options["--uri"]) as client:
        database = client[options["--db"]]
        for name in await database.list_collection_names():
            documents = [encode(each) async for each in database[name].find()]
            (to / f"{name}{SUFFIX}").write_bytes(b"".join(documents))
    return ""


async def restore(folder: Path, words: Sequence[str]) -> str:
    """Replace the collections in the files, like `mongorestore --uri URI --drop FOLDER`."""
    *given, source = words
    options = _options([word for word in given if word != "--drop"])
    async with AsyncMongoClient[dict[str, Any]](options["--uri"]) as client:
        for file in sorted((folder / source).glob(f"*/*{SUFFIX}")):
            collection = client[file.parent.name][file.name.removesuffix(SUFFIX)]
            await collection.delete_many({})
            if documents := decode_all(file.read_bytes()):
                await collection.insert_many(documents)
    return ""


def _options(words: Sequence[str]) -> dict[str, str]:
    return dict(zip(words[::2], words[1::2], strict=True))
