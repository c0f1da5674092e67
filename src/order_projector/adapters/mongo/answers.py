"""Classify a server's answers: stored, in conflict, rejected, unavailable, or a permanent error.

The message of a server or a driver can contain a document: a duplicate key, the rejected command,
a validator's details. So an error reports only the code and its name; a failed connection or
login is reported with the driver's message.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from bson.errors import BSONError, InvalidDocument
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    CursorNotFound,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from order_projector.adapters.mongo.codes import (
    DUPLICATE_KEY,
    LOGIN,
    PASSING,
    RIGHT,
    TOO_LARGE,
    VALIDATION,
    named,
)
from order_projector.adapters.tls import TlsFault, fault, undecorated
from order_projector.projection.ports import (
    AccessDenied,
    OrderWrite,
    Unavailable,
    Unusable,
    UnusableReason,
    Written,
)
from order_projector.projection.unexpected_errors import SafeError
from order_projector.projection.waiting import waiting_for
from order_projector.settings import masked, variable

_TAIL: Final = re.compile(r"(, full error: | \(configured timeouts: |, Timeout: ).*")
_CANCELLED: Final = "operation cancelled"
"""What the driver says of commands on a connection that it closes itself."""
_COMMAND: Final = re.compile(r"\{.*", re.DOTALL)
_ANSWERED: Final = re.compile(r", full error: \{[^{}]*'code': (\d+)")
"""The server's answer to the driver itself, as the driver quotes it."""
_INDEX: Final = re.compile(r"index: (\S+) dup key")
_PASSING_LABELS: Final = ("RetryableWriteError", "TransientTransactionError")


class DatabaseError(SafeError):
    """The database rejects a command permanently; ``code`` is the server's, if it sent one."""

    def __init__(self, message: str, code: int | None = None) -> None:
        """Take a message, which must contain nothing that was sent or stored."""
        super().__init__(message)
        self.code = code


class Unencodable(DatabaseError):
    """A value to be sent has no representation in BSON."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rejected writes of one command, by order id.

    ``doubtful`` are those rejected with a code that does not say whether the order is at fault.
    """

    refused: dict[str, Written | Unusable] = field(default_factory=dict)
    doubtful: dict[str, Unusable] = field(default_factory=dict)


@contextmanager
def availability() -> Iterator[None]:
    """Wait for the database; translate the driver's errors: temporary, access denied, or permanent.

    Raises `Unavailable`; `AccessDenied` with the variable to correct; `Unencodable`; and
    `DatabaseError` for any other error of the driver. None of them carries the driver's own error
    as its cause, because its text can contain a document.
    """
    try:
        with waiting_for("database"), _translated():
            yield
    except Unavailable as away:
        away.service = "database"
        raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        raise _unresolved(error) from None
    except (InvalidDocument, OverflowError, UnicodeEncodeError):
        raise Unencodable("the command cannot be encoded as BSON") from None
    except (ConnectionFailure, CursorNotFound) as error:
        raise _away(str(error)) from None
    except (ExecutionTimeout, WriteConcernError) as error:
        raise Unavailable(named(error.code)) from None
    except OperationFailure as error:
        raise _refusal(error) from None
    except (PyMongoError, BSONError) as error:
        raise DatabaseError(f"the driver raised {type(error).__name__}") from None


def _refusal(error: OperationFailure) -> Exception:
    if error.code in LOGIN:
        return _access_denied(f"the database refuses the login: {_server_message(error)}")
    if error.code == RIGHT:
        return _access_denied(f"the login lacks a privilege: {_server_message(error)}")
    if error.code in PASSING or any(map(error.has_error_label, _PASSING_LABELS)):
        return Unavailable(named(error.code))
    return DatabaseError(f"the database refuses a command: {named(error.code)}", error.code)


def refused_writes(result: Mapping[str, Any], writes: Sequence[OrderWrite]) -> Answer:
    """Return the rejected writes of a bulk result.

    Raises `Unavailable` if one of the errors is temporary, and `AccessDenied` if a right is
    missing.
    """
    if result["writeConcernErrors"]:
        raise Unavailable(named(result["writeConcernErrors"][0].get("code")))
    answer = Answer()
    for error in result["writeErrors"]:
        write, code = writes[error["index"]], error["code"]
        if code in PASSING or code in LOGIN:
            raise Unavailable(named(code))
        if code == RIGHT:
            raise _access_denied(f"the login lacks a privilege: {named(code)}")
        meaning = _meaning(error)
        if meaning is None:
            message = f"the database refuses its document with {named(code)}"
            answer.doubtful[write.order_id] = Unusable(UnusableReason.REFUSED, message)
        else:
            answer.refused[write.order_id] = meaning
    return answer


def _meaning(error: Mapping[str, Any]) -> Written | Unusable | None:
    match error["code"]:
        case code if code == DUPLICATE_KEY:
            if is_of_the_id(error):
                return Written.CONFLICT
            return Unusable(UnusableReason.UNIQUE_INDEX, "a unique index refuses its document")
        case code if code == VALIDATION:
            return Unusable(
                UnusableReason.VALIDATOR, "the collection's validator refuses its document"
            )
        case code if code in TOO_LARGE:
            return Written.TOO_LARGE
        case _:
            return None


def is_of_the_id(error: Mapping[str, Any]) -> bool:
    """Return whether the duplicate key is the id: so if the server does not name the key, too."""
    pattern = error.get("keyPattern")
    if pattern:
        return list(pattern) == ["_id"]
    index = _INDEX.search(str(error.get("errmsg")))
    return index is None or index.group(1) == "_id_"


def _unresolved(error: ConfigurationError) -> Unavailable:
    """Return why a `mongodb+srv` URI, which the driver resolves on first use, cannot be resolved.

    The driver raises the same error whether the name service is unavailable or its answer is
    unusable; only the former has a cause.
    """
    if error.__cause__ is None:
        return _access_denied(f"DNS returns no usable address: {_brief(error)}")
    return Unavailable(f"the address cannot be resolved: {_brief(error)}")


def _away(said: str) -> Unavailable:
    """Return why there is no connection.

    Of several concurrent operations, the driver reports the refused login to one; the others find
    no server, for a reason that quotes the refusal.
    """
    reason, answered = _brief(said), _ANSWERED.search(said)
    if answered and int(answered[1]) in LOGIN:
        return _access_denied(f"the database refuses the login: {reason}")
    match fault(reason):
        case TlsFault.TRUST:
            return _access_denied(
                f"the database's certificate is not trusted (see tlsCAFile): {reason}"
            )
        case TlsFault.CERTIFICATE:
            return _access_denied(f"the database rejects the client certificate: {reason}")
        case None:
            return Unavailable(reason)


def _access_denied(reason: str) -> AccessDenied:
    return AccessDenied(f"{variable('mongodb_uri')}: {reason}")


def _server_message(error: OperationFailure) -> str:
    """Return the server's message without the command that it quotes."""
    return _COMMAND.sub("...", _brief((error.details or {}).get("errmsg") or error))


def _brief(reason: object) -> str:
    """Return the reason without the driver's description of the deployment, and without secrets.

    It is not truncated here but where it is shown, because masking cannot recognise half a secret.
    """
    if str(reason) == _CANCELLED:
        return "the connection was lost in the middle of a command"
    return masked(_TAIL.sub("", undecorated(str(reason))))
