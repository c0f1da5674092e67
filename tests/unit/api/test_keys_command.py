"""`order-projector keys create`, and what `serve` needs to start."""

import json
from pathlib import Path

import pytest
from typer.testing import Result

from order_projector import api
from order_projector.api.keys import Credentials, KeysFile
from order_projector.api.scopes import Scope
from order_projector.settings import ConfigurationError, load
from tests.support.api import TOKEN, key_line
from tests.support.commands import invoke as invoke_in


def invoke(folder: Path, *arguments: str) -> Result:
    return invoke_in(arguments, folder, ORDERS_MONGODB_TIMEOUT="0.1")


def test_a_key_that_is_created_opens_what_its_line_says(tmp_path: Path) -> None:
    done = invoke(
        tmp_path,
        *("keys", "create", "--scope", "orders:read", "--scope", "orders:export"),
        *("--app-id", "shop", "--note", "the back end"),
    )

    token, line = done.stdout.splitlines()
    keys = tmp_path / "keys.jsonl"
    keys.write_text(line)
    shown = Credentials(b"shop", token.removeprefix("token: ").encode())
    client = KeysFile(keys).client_of(shown)
    assert done.exit_code == 0
    assert client is not None
    assert client.scopes == {Scope.READ, Scope.EXPORT}
    assert list(json.loads(line)) == ["app_id", "token_sha256", "scopes", "note"]
    assert shown.token.decode() not in line


def test_a_key_is_one_line_whatever_its_note_says(tmp_path: Path) -> None:
    note = "a\u2028b\u2029c\u0085d\x0b\x0c\x1ce\r\nf"
    done = invoke(tmp_path, *("keys", "create", "--scope", "orders:read", "--note", note))
    token, line, *rest = done.stdout.split("\n")
    keys = tmp_path / "keys.jsonl"
    keys.write_bytes(f"{key_line()}\r\n{line}\r\n".encode())
    name = json.loads(line)["app_id"].encode()
    shown = Credentials(name, token.removeprefix("token: ").encode())

    file = KeysFile(keys)
    known = file.client_of(shown), file.client_of(Credentials(b"shop", TOKEN.encode()))
    keys.write_bytes(f"{line}\r\n".encode())
    revoked = file.client_of(Credentials(b"shop", TOKEN.encode()))

    assert rest == [""]
    assert json.loads(line)["note"] == note
    assert None not in known
    assert revoked is None


def test_a_key_without_a_name_gets_one(tmp_path: Path) -> None:
    line = invoke(tmp_path, "keys", "create", "--scope", "orders:read").stdout.splitlines()[1]

    name = json.loads(line)["app_id"]
    assert name.startswith("app_")
    assert len(name) == 16
    assert name[4:].isalnum()


@pytest.mark.parametrize("form", ["json", "console"])
def test_who_made_a_key_is_one_line_in_the_form_of_the_log_with_the_note_escaped(
    form: str, tmp_path: Path
) -> None:
    done = invoke_in(
        ("keys", "create", "--scope", "orders:read", "--app-id", "shop", "--note", "x\ny\x1b[31m"),
        tmp_path,
        ORDERS_MONGODB_URI="mongodb://127.0.0.1:1",
        ORDERS_MONGODB_TIMEOUT="0.1",
        ORDERS_LOG_FORMAT=form,
    )

    made, kept = done.stderr.splitlines()
    said = json.loads(made)["event"] if form == "json" else made
    assert "app_id: shop, scopes: orders:read, because: x\\ny\\x1b[31m" in said
    assert "the audit record of keys create is not kept" in kept
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 2)


def test_a_setting_that_cannot_be_used_is_said_before_a_token_is_shown(tmp_path: Path) -> None:
    done = invoke_in(
        ("keys", "create", "--scope", "orders:read"), tmp_path, ORDERS_MONGODB_TIMEOUT="never"
    )

    assert (done.exit_code, done.stdout) == (2, "")
    assert "ORDERS_MONGODB_TIMEOUT" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--scope", "orders:all"), "--scope"),
        (("--scope", "orders:read", "--app-id", "a.b"), "--app-id"),
        ((), "--scope"),
    ],
)
def test_a_key_that_would_open_nothing_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], named: str
) -> None:
    done = invoke(tmp_path, "keys", "create", *arguments)

    assert done.exit_code == 2
    assert named in done.stderr


def test_without_a_good_key_the_api_does_not_start_unless_it_is_open(tmp_path: Path) -> None:
    keys, secrets = tmp_path / "keys.jsonl", tmp_path / "secrets"
    secrets.write_text("\n")

    with pytest.raises(ConfigurationError, match="ORDERS_API_KEYS_FILE: required"):
        api.build(load())
    with pytest.raises(ConfigurationError, match="has not one good key"):
        api.build(load(api_keys_file=keys))
    keys.write_text("{}\n")
    with pytest.raises(ConfigurationError, match="has not one good key"):
        api.build(load(api_keys_file=keys))
    keys.write_text(key_line())
    with pytest.raises(ConfigurationError, match=r"ORDERS_API_WEBHOOK_SECRET_FILE: .* no secret"):
        api.build(load(api_keys_file=keys, api_webhook_secret_file=secrets))
    assert api.build(load(api_open=True)).app is not None


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"api_host": "::1", "api_port": 80}, "http://[::1]:80"),
        ({"api_public_url": "https://orders.example/api/"}, "https://orders.example/api"),
    ],
)
def test_every_url_in_an_answer_begins_with_the_public_one(
    given: dict[str, object], url: str
) -> None:
    assert load(**given).api_url == url
