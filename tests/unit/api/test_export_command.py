"""`order-projector export`: its options, and a file that exists only once it is complete."""

from pathlib import Path

import pytest
from typer.testing import Result

from tests.support.commands import invoke

NOWHERE = {
    "ORDERS_MONGODB_URI": "mongodb://127.0.0.1:1",
    "ORDERS_MONGODB_TIMEOUT": "0.1",
}


def exported(folder: Path, *options: str) -> Result:
    return invoke(("export", *options), folder, **NOWHERE)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--order", "amount"), "--order: must be one of created_at"),
        (("--format", "xml"), "--format: must be one of csv, jsonl"),
        (("--fields", "id,items"), "--fields:[1] is no field of an order"),
        (("--filter", "{"), "--filter:"),
        (("--filter", '{"status": {"conditions": {"$x": 1}}}'), "--filter:.status.conditions.$x"),
        (("--output", "no/folder/file.csv"), "--output: no/folder/file.csv: No such file"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(
    tmp_path: Path, options: tuple[str, ...], named: str
) -> None:
    done = exported(tmp_path, *options)

    assert done.exit_code == 2
    assert named in done.stderr


def test_a_database_that_does_not_answer_leaves_no_file(tmp_path: Path) -> None:
    done = exported(tmp_path, "--output", "orders.csv")

    assert done.exit_code == 3
    assert list(tmp_path.iterdir()) == []
