"""What a server's answers mean: stored, in conflict, too large, away, or wrong for good."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    OperationFailure,
    WriteConcernError,
)

from order_projector.adapters.tls import Fault, fault, undecorated
from order_projector.projection.ports import OrderWrite, Refused, Unavailable, Written
from order_projector.settings import variable

_DUPLICATE_KEY: Final = 11000
_TAIL: Final = re.compile(r"(, full error: | \(configured timeouts: |, Timeout: ).*")
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
_LOGIN: Final = frozenset({
    18,  # AuthenticationFailed
    8000,  # AtlasError: what Atlas says to a wrong login
})  # fmt: skip
_RIGHT: Final = 13  # Unauthorized
_PASSING_LABELS: Final = ("RetryableWriteError", "TransientTransactionError")


@contextmanager
def availability() -> Iterator[None]:
    """Tell a server that cannot answer now, or does not let us in, from one that refuses for good.

    Raises `Unavailable`, or `Refused` with the variable to mend; what else goes wrong is raised.
    """
    try:
        yield
    except ConfigurationError as error:
        raise _unresolved(error) from None
    except (ConnectionFailure, ExecutionTimeout, WriteConcernError, CursorNotFound) as error:
        raise _away(_brief(error)) from error
    except OperationFailure as error:
        if error.code in _LOGIN:
            raise _refused(f"the database refuses the login: {_told(error)}") from error
        if error.code == _RIGHT:
            raise _refused(f"the login lacks a right: {_told(error)}") from error
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


def _unresolved(error: ConfigurationError) -> Unavailable:
    """What keeps a `mongodb+srv` URI from being followed, which the driver does at its first use.

    It raises the same error for a name service that is away and for an answer that makes no sense;
    only the former has a reason behind it.
    """
    if error.__cause__ is None:
        return _refused(f"the name service gives no usable address: {_brief(error)}")
    return Unavailable(f"the address cannot be resolved: {_brief(error)}")


def _away(reason: str) -> Unavailable:
    match fault(reason):
        case Fault.TRUST:
            return _refused(f"the database's certificate is not trusted (see tlsCAFile): {reason}")
        case Fault.CERTIFICATE:
            return _refused(f"the database refuses the certificate of this client: {reason}")
        case None:
            return Unavailable(reason)


def _refused(reason: str) -> Refused:
    return Refused(f"{variable('mongodb_uri')}: {reason}")


def _told(error: OperationFailure) -> str:
    return _brief((error.details or {}).get("errmsg") or error)


def _brief(reason: object) -> str:
    """The reason without what the driver knows of the whole deployment."""
    return _TAIL.sub("", undecorated(str(reason)))[:200]
