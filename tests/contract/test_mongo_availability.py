"""What the store on MongoDB makes of a server that is away, frozen, or refuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from order_projector.adapters.mongo import Driver, MongoStore, connect
from order_projector.adapters.mongo.answers import availability, refused_writes
from order_projector.local.database import running_database
from order_projector.local.ports import HOST, free_port
from order_projector.projection.ports import Bookkeeping, OrderWrite, Refused, Unavailable, Written

WRITE = OrderWrite("o", None, {"id": "o"}, Bookkeeping(1, 1, {}, {}, (), (), (), {}))

STEPS: dict[str, Callable[[MongoStore], Awaitable[object]]] = {
    "prepare": lambda store: store.prepare(),
    "ping": lambda store: store.ping(),
    "load": lambda store: store.load(["o"]),
    "write": lambda store: store.write([WRITE]),
    "revisions": lambda store: store.revisions(["o"]),
    "stored": lambda store: store.stored(["o"]),
}


@pytest.fixture(params=["motor", "pymongo"])
def driver(request: pytest.FixtureRequest) -> Driver:
    """Each of the drivers."""
    chosen: Driver = request.param
    return chosen


@pytest.fixture
async def nobody(driver: Driver) -> AsyncIterator[MongoStore]:
    """A store where no server listens."""
    store = connect(f"mongodb://{HOST}:{free_port()}", "orders", driver=driver, timeout=0.2)
    yield store
    await store.close()


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
async def test_a_server_that_is_not_there_is_unavailable(
    nobody: MongoStore, step: Callable[[MongoStore], Awaitable[object]]
) -> None:
    with pytest.raises(Unavailable):
        await step(nobody)


async def test_a_server_that_is_frozen_is_noticed_and_serves_again_when_it_wakes(
    driver: Driver, tmp_path: Path
) -> None:
    async with running_database(tmp_path) as server:
        store = connect(f"mongodb://{HOST}:{server.port}", "orders", driver=driver, timeout=0.5)
        await store.ping()

        server.pause()
        with pytest.raises(Unavailable):
            await store.load(["o"])
        server.resume()

        assert await store.load(["o"]) == {}
        await store.close()


def test_an_address_that_is_none_is_told_at_once(driver: Driver) -> None:
    with pytest.raises(ConfigurationError, match="must begin with 'mongodb://'"):
        connect("mysql://host", "orders", driver=driver)


@pytest.mark.parametrize("code", [91, 112, 189, 10107, 11600])
def test_an_error_that_will_pass_means_unavailable(code: int) -> None:
    with pytest.raises(Unavailable, match="stepping down"), availability():
        raise OperationFailure("stepping down", code)


def test_an_error_that_the_server_calls_retryable_means_unavailable() -> None:
    with pytest.raises(Unavailable), availability():
        raise OperationFailure("?", 1, {"errorLabels": ["RetryableWriteError"]})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (18, "the database refuses the login: not allowed"),
        (8000, "the database refuses the login: not allowed"),
        (13, "the login lacks a right: not allowed"),
    ],
)
def test_a_login_or_a_right_that_is_wrong_is_a_refusal_that_names_the_variable(
    code: int, reason: str
) -> None:
    with pytest.raises(Refused, match=f"^ORDERS_MONGODB_URI: {reason}$"), availability():
        raise OperationFailure("not allowed", code, {"errmsg": "not allowed", "secret": "?"})


def test_any_other_error_is_raised_as_it_is() -> None:
    with pytest.raises(OperationFailure, match="no such command"), availability():
        raise OperationFailure("no such command", 59)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            (
                "db:1: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get "
                "local issuer certificate (_ssl.c:1006) (configured timeouts: x), Timeout: 2.0s, ?"
            ),
            (
                "ORDERS_MONGODB_URI: the database's certificate is not trusted (see tlsCAFile): "
                "db:1: certificate verify failed: unable to get local issuer certificate"
            ),
        ),
        (
            "db:1: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required",
            (
                "ORDERS_MONGODB_URI: the database refuses the certificate of this client: db:1: "
                "tlsv13 alert certificate required"
            ),
        ),
    ],
)
def test_a_certificate_that_one_side_does_not_trust_is_a_refusal(said: str, reason: str) -> None:
    with pytest.raises(Refused) as caught, availability():
        raise ServerSelectionTimeoutError(said)
    assert str(caught.value) == reason


def test_a_server_whose_own_certificate_has_expired_is_waited_for() -> None:
    with pytest.raises(Unavailable) as caught, availability():
        raise ServerSelectionTimeoutError("certificate verify failed: certificate has expired")
    assert not isinstance(caught.value, Refused)


def test_a_write_that_no_majority_has_is_not_taken_as_written() -> None:
    result = {"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting"}]}

    with pytest.raises(Unavailable, match="waiting"):
        refused_writes(result, [WRITE])


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        ({"code": 11000, "keyPattern": {"_id": 1}}, Written.CONFLICT),
        ({"code": 11000}, Written.CONFLICT),
        ({"code": 10334}, Written.TOO_LARGE),
    ],
)
def test_a_write_is_refused_by_itself(error: dict[str, object], meaning: Written) -> None:
    result = {"writeErrors": [{"index": 0, "errmsg": "?", **error}], "writeConcernErrors": []}

    assert refused_writes(result, [WRITE]) == {"o": meaning}


def test_a_write_that_a_stepping_down_primary_refused_is_unavailable() -> None:
    errors = [{"index": 0, "code": 189, "errmsg": "stepped down"}]

    with pytest.raises(Unavailable, match="stepped down"):
        refused_writes({"writeErrors": errors, "writeConcernErrors": []}, [WRITE])


@pytest.mark.parametrize(
    "error", [{"code": 13}, {"code": 11000, "keyPattern": {"source_id": 1}}, {"code": 121}]
)
def test_a_write_that_is_refused_for_good_is_raised(error: dict[str, object]) -> None:
    errors = [{"index": 0, "errmsg": "no", **error}]

    with pytest.raises(BulkWriteError):
        refused_writes({"writeErrors": errors, "writeConcernErrors": []}, [WRITE])
