"""Options of a MongoDB URI that have no effect are named, whatever their case, and no others."""

import logging

import pytest

from order_projector.adapters.mongo.options import client_options
from order_projector.adapters.mongo.uri import OVERRIDDEN, hosts, overridden
from order_projector.settings import Settings
from order_projector.worker import build


@pytest.mark.parametrize(
    ("uri", "named"),
    [
        ("mongodb://h", ()),
        ("mongodb://h/orders", ()),
        ("mongodb://h/?tls=true&replicaSet=rs0&authSource=admin", ()),
        ("mongodb://h/?w=1&READPREFERENCE=nearest", ("readPreference", "w")),
        ("mongodb://h/?j=false", ("journal",)),
        ("mongodb://a,b:27018/shop?retryWrites=false", ("retryWrites", "the database in its path")),
        ("mongodb+srv://u%2Fser:p%40ss@h/shop", ("the database in its path",)),
    ],
)
def test_what_a_uri_says_in_vain_is_named(uri: str, named: tuple[str, ...]) -> None:
    assert overridden(uri, "orders") == named


def test_every_option_that_the_store_sets_is_one_that_a_uri_gives_in_vain() -> None:
    assert sorted(client_options(10.0)) == sorted(
        {"appName": "appname"}.get(name, name) for name in OVERRIDDEN
    )


def test_a_worker_names_what_its_uri_says_in_vain_in_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    build(Settings(mongodb_uri="mongodb://user:secret@h/shop?w=1&retryWrites=false", breaker=False))
    (record,) = caplog.records
    assert record.getMessage() == (
        "ORDERS_MONGODB_URI: ignored: retryWrites, w, the database in its path; the worker "
        "sets these options itself, and the database is that of ORDERS_MONGODB_DATABASE"
    )


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("mongodb://h", "h"),
        ("mongodb://u:p@a,b:27018/shop?w=1", "a,b:27018"),
        ("mongodb+srv://u%2Fser:p%40ss@h/?tls=true", "h"),
    ],
)
def test_the_addresses_of_a_uri_are_told_without_its_login(uri: str, found: str) -> None:
    assert hosts(uri) == found
