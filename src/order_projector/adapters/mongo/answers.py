"""What a server's answers mean: stored, in conflict, too large, away, or wrong for good."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    OperationFailure,
    WriteConcernError,
)

from order_projector.projection.ports import OrderWrite, Unavailable, Written

_DUPLICATE_KEY: Final = 11000
_TOO_LARGE: Final = frozenset({10334, 17419, 17420})
_PASSING: Final = frozenset({
    6,  # HostUnreachable
    7,  # HostNotFound
    24,  # LockTimeout
    46,  # LockBusy
    50,  # MaxTimeMSExpired
    64,  # WriteConcernFailed
    89,  # NetworkTimeout
    91,  # ShutdownInProgress
    112,  # WriteConflict
    133,  # FailedToSatisfyReadPreference
    134,  # ReadConcernMajorityNotAvailableYet
    189,  # PrimarySteppedDown
    262,  # ExceededTimeLimit
    9001,  # SocketException
    10107,  # NotWritablePrimary
    11600,  # InterruptedAtShutdown
    11601,  # Interrupted
    11602,  # InterruptedDueToReplStateChange
    13435,  # NotPrimaryNoSecondaryOk
    13436,  # NotPrimaryOrSecondary
    14031,  # OutOfDiskSpace
})  # fmt: skip
_PASSING_LABELS: Final = ("RetryableWriteError", "TransientTransactionError")


@contextmanager
def availability() -> Iterator[None]:
    """Tell a server that cannot answer now from one that refuses for good."""
    try:
        yield
    except (ConnectionFailure, ExecutionTimeout, WriteConcernError, CursorNotFound) as error:
        raise Unavailable(_brief(error)) from error
    except OperationFailure as error:
        if error.code in _PASSING or any(map(error.has_error_label, _PASSING_LABELS)):
            raise Unavailable(_brief(error)) from error
        raise


def refused_writes(result: Mapping[str, Any], writes: Sequence[OrderWrite]) -> dict[str, Written]:
    """The writes that the server answered with an error of their own.

    Raises `Unavailable` where an error will pass, and `BulkWriteError` where none will.
    """
    if result["writeConcernErrors"]:
        raise Unavailable(_brief(result["writeConcernErrors"][0].get("errmsg", "write concern")))
    refused = {}
    for error in result["writeErrors"]:
        order_id = writes[error["index"]].order_id
        if error["code"] == _DUPLICATE_KEY and "_id" in error.get("keyPattern", ("_id",)):
            refused[order_id] = Written.CONFLICT
        elif error["code"] in _TOO_LARGE:
            refused[order_id] = Written.TOO_LARGE
        elif error["code"] in _PASSING:
            raise Unavailable(_brief(error["errmsg"]))
        else:
            raise BulkWriteError(dict(result))
    return refused


def _brief(reason: object) -> str:
    return " ".join(str(reason).split())[:200]
