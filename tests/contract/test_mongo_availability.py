"""How the MongoDB store reports a server that is away, frozen, or rejects a command."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from bson.errors import InvalidDocument
from pymongo.errors import (
    ConfigurationError,
    DocumentTooLarge,
    InvalidOperation,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteConcernError,
)

from order_projector.adapters.mongo import DatabaseError, Driver, MongoStore, connect
from order_projector.adapters.mongo.answers import (
    Answer,
    Unencodable,
    availability,
    refused_writes,
)
from order_projector.adapters.mongo.codes import PASSING
from order_projector.local.database import running_database
from order_projector.local.ports import HOST, free_port
from order_projector.projection.ports import (
    AccessDenied,
    OrderWrite,
    ProjectionState,
    Unavailable,
    Unusable,
    UnusableReason,
    Written,
)
from tests.support.processes import pause

WRITE = OrderWrite("o", None, {"id": "o"}, ProjectionState(1, 1, {}, {}, (), (), (), {}))

EMAIL = "ada@example.com"
TAKEN = Unusable(UnusableReason.UNIQUE_INDEX, "a unique index refuses its document")

STEPS: dict[str, Callable[[MongoStore], Awaitable[object]]] = {
    "indexes": lambda store: store.indexes().missing(),
    "ping": lambda store: store.ping(),
    "load": lambda store: store.load(["o"]),
    "write": lambda store: store.write([WRITE]),
    "revisions": lambda store: store.revisions(["o"]),
    "stored": lambda store: store.stored(["o"]),
}


def refusal(error: dict[str, object]) -> dict[str, Any]:
    """Return the server's answer to a single write that it rejects."""
    return {"writeErrors": [{"index": 0, "errmsg": "?", **error}], "writeConcernErrors": []}


@pytest.fixture(params=["motor", "pymongo"])
def driver(request: pytest.FixtureRequest) -> Driver:
    """Return each of the drivers."""
    chosen: Driver = request.param
    return chosen


@pytest.fixture
async def nobody(driver: Driver) -> AsyncIterator[MongoStore]:
    """Yield a store at an address where no server listens."""
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

        pause(server)
        with pytest.raises(Unavailable):
            await store.load(["o"])
        server.resume()

        assert await store.load(["o"]) == {}
        await store.close()


def test_an_address_that_is_none_is_told_at_once(driver: Driver) -> None:
    with pytest.raises(ConfigurationError, match="must begin with 'mongodb://'"):
        connect("mysql://host", "orders", driver=driver)


@pytest.mark.parametrize(("code", "name"), PASSING.items())
def test_an_error_that_will_pass_means_unavailable(code: int, name: str) -> None:
    with pytest.raises(Unavailable) as caught, availability():
        raise OperationFailure(f"of {EMAIL}", code)
    assert str(caught.value) == f"error code {code} ({name})"


def test_an_error_that_the_server_calls_retryable_means_unavailable() -> None:
    with pytest.raises(Unavailable), availability():
        raise OperationFailure("?", 1, {"errorLabels": ["RetryableWriteError"]})


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (18, "the database refuses the login: not allowed"),
        (8000, "the database refuses the login: not allowed"),
        (13, "the login lacks a privilege: not allowed"),
    ],
)
def test_a_login_or_a_right_that_is_wrong_is_a_refusal_that_names_the_variable(
    code: int, reason: str
) -> None:
    with pytest.raises(AccessDenied, match=f"^ORDERS_MONGODB_URI: {reason}$"), availability():
        raise OperationFailure("not allowed", code, {"errmsg": "not allowed", "secret": "?"})


def test_the_command_that_a_right_is_missing_for_is_not_told() -> None:
    said = f'not authorized on orders to execute command {{ find: "orders", filter: "{EMAIL}" }}'

    with pytest.raises(AccessDenied) as caught, availability():
        raise OperationFailure(said, 13, {"errmsg": said})
    assert str(caught.value) == (
        "ORDERS_MONGODB_URI: the login lacks a privilege: "
        "not authorized on orders to execute command ..."
    )


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            OperationFailure(EMAIL, 59, {"errmsg": EMAIL}),
            DatabaseError,
            "the database refuses a command: error code 59",
        ),
        (
            WriteConcernError(EMAIL, 64, {"errmsg": EMAIL}),
            Unavailable,
            "error code 64 (WriteConcernTimeout)",
        ),
        (
            InvalidDocument(f"Invalid document {EMAIL}"),
            Unencodable,
            "the command cannot be encoded as BSON",
        ),
        (DocumentTooLarge(EMAIL), Unencodable, "the command cannot be encoded as BSON"),
        (OverflowError(EMAIL), Unencodable, "the command cannot be encoded as BSON"),
        (InvalidOperation(EMAIL), DatabaseError, "the driver raised InvalidOperation"),
    ],
)
def test_what_the_driver_raises_is_told_on_without_its_words(
    error: Exception, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught, availability():
        raise error

    assert type(caught.value) is kind
    assert EMAIL not in "".join(format_exception(caught.value))
    assert str(caught.value) == message


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
                "ORDERS_MONGODB_URI: the database rejects the client certificate: db:1: "
                "tlsv13 alert certificate required"
            ),
        ),
    ],
)
def test_a_certificate_that_one_side_does_not_trust_is_a_refusal(said: str, reason: str) -> None:
    with pytest.raises(AccessDenied) as caught, availability():
        raise ServerSelectionTimeoutError(said)
    assert str(caught.value) == reason


@pytest.mark.parametrize("code", [18, 8000])
def test_no_server_to_choose_because_the_login_was_refused_is_a_refusal(code: int) -> None:
    """Only the first operation gets the error; others find no server until the next check."""
    answer = {"ok": 0.0, "errmsg": "authentication failed", "code": code, "operationTime": {}}
    refused = OperationFailure("authentication failed", code, answer)

    with pytest.raises(AccessDenied) as caught, availability():
        raise ServerSelectionTimeoutError(f"{refused}, Timeout: 2.0s, Topology Description: ?")
    assert str(caught.value) == (
        "ORDERS_MONGODB_URI: the database refuses the login: authentication failed"
    )


def test_no_server_to_choose_for_another_reason_is_waited_for() -> None:
    stepping_down = OperationFailure("stepping down", 189, {"ok": 0.0, "code": 189})

    with pytest.raises(Unavailable) as caught, availability():
        raise ServerSelectionTimeoutError(f"{stepping_down}, Timeout: 2.0s, ?")
    assert type(caught.value) is Unavailable
    assert str(caught.value) == "stepping down"


def test_a_server_whose_own_certificate_has_expired_is_waited_for() -> None:
    with pytest.raises(Unavailable) as caught, availability():
        raise ServerSelectionTimeoutError("certificate verify failed: certificate has expired")
    assert not isinstance(caught.value, AccessDenied)


def test_a_write_that_no_majority_has_is_not_taken_as_written() -> None:
    result = {"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting"}]}

    with pytest.raises(Unavailable, match="WriteConcernTimeout"):
        refused_writes(result, [WRITE])


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        ({"code": 11000, "keyPattern": {"_id": 1}}, Written.CONFLICT),
        ({"code": 11000}, Written.CONFLICT),
        ({"code": 11000, "errmsg": "E11000 ... index: _id_ dup key: {}"}, Written.CONFLICT),
        ({"code": 10334}, Written.TOO_LARGE),
        ({"code": 11000, "keyPattern": {"source_id": 1}}, TAKEN),
        ({"code": 11000, "keyPattern": {"_id": 1, "status": 1}}, TAKEN),
        ({"code": 11000, "errmsg": f"E11000 ... index: email_1 dup key: {EMAIL}"}, TAKEN),
        (
            {"code": 121, "errInfo": {"failingDocumentId": EMAIL}},
            Unusable(UnusableReason.VALIDATOR, "the collection's validator refuses its document"),
        ),
    ],
)
def test_a_write_is_refused_by_itself(
    error: dict[str, object], meaning: Written | Unusable
) -> None:
    assert refused_writes(refusal(error), [WRITE]) == Answer({"o": meaning})


@pytest.mark.parametrize("code", [*PASSING, 13, 18, 8000])
def test_a_write_that_was_refused_for_what_will_pass_is_unavailable(code: int) -> None:
    with pytest.raises(Unavailable) as caught:
        refused_writes(refusal({"code": code, "errmsg": EMAIL}), [WRITE])
    assert EMAIL not in str(caught.value)


def test_a_write_that_was_refused_with_an_unknown_code_leaves_whose_fault_it_is_open() -> None:
    why = Unusable(
        UnusableReason.REFUSED, "the database refuses its document with error code 16755"
    )

    assert refused_writes(refusal({"code": 16755}), [WRITE]) == Answer(doubtful={"o": why})
