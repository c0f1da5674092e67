"""What a server's answers mean: stored, in conflict, refused, away, or wrong for good.

What a server or a driver says can hold a document: a duplicate key, the command that was refused,
what a validator found. So an error reports only the code and its name; a failed connection or
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
from order_projector.settings import masked, variable

_TAIL: Final = re.compile(r"(, full error: | \(configured timeouts: |, Timeout: ).*")
_COMMAND: Final = re.compile(r"\{.*", re.DOTALL)
_INDEX: Final = re.compile(r"index: (\S+) dup key")
_PASSING_LABELS: Final = ("RetryableWriteError", "TransientTransactionError")


class DatabaseError(SafeError):
    """The database refuses a command for good; ``code`` is the server's, where it gave one."""

    def __init__(self, message: str, code: int | None = None) -> None:
        """The message holds nothing that was sent or stored."""
        super().__init__(message)
        self.code = code


class Unencodable(DatabaseError):
    """Something was to be sent that no document can hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to the writes of one command that it refused, by order id.

    ``doubtful`` are those it refused with a code that does not tell whose fault it is.
    """

    refused: dict[str, Written | Unusable] = field(default_factory=dict)
    doubtful: dict[str, Unusable] = field(default_factory=dict)


@contextmanager
def availability() -> Iterator[None]:
    """Tell a server that cannot answer now, or does not let us in, from one that refuses for good.

    Raises `Unavailable`, or `AccessDenied` with the variable to correct; `Unencodable`;
    `DatabaseError` for any other error of the driver but a `ConfigurationError`. None of them
    carries the driver's own error, whose text can hold a document.
    """
    try:
        yield
    except ConfigurationError as error:
        raise _unresolved(error) from None
    except (InvalidDocument, OverflowError, UnicodeEncodeError):
        raise Unencodable("BSON has no form for what was to be sent") from None
    except (ConnectionFailure, CursorNotFound) as error:
        raise _away(_brief(error)) from None
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
        return _access_denied(f"the login lacks a right: {_server_message(error)}")
    if error.code in PASSING or any(map(error.has_error_label, _PASSING_LABELS)):
        return Unavailable(named(error.code))
    return DatabaseError(f"the database refuses a command: {named(error.code)}", error.code)


def refused_writes(result: Mapping[str, Any], writes: Sequence[OrderWrite]) -> Answer:
    """What the server's answer says of the writes that it refused.

    Raises `Unavailable` where one of the errors will pass.
    """
    if result["writeConcernErrors"]:
        raise Unavailable(named(result["writeConcernErrors"][0].get("code")))
    answer = Answer()
    for error in result["writeErrors"]:
        write, code = writes[error["index"]], error["code"]
        if code in PASSING or code in LOGIN:
            raise Unavailable(named(code))
        if code == RIGHT:
            raise _access_denied(f"the login lacks a right: {named(code)}")
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
            if _is_of_the_id(error):
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


def _is_of_the_id(error: Mapping[str, Any]) -> bool:
    """Whether the key that is there twice is the id; a server that does not tell means the id."""
    pattern = error.get("keyPattern")
    if pattern:
        return list(pattern) == ["_id"]
    index = _INDEX.search(str(error.get("errmsg")))
    return index is None or index.group(1) == "_id_"


def _unresolved(error: ConfigurationError) -> Unavailable:
    """What keeps a `mongodb+srv` URI from being followed, which the driver does at its first use.

    It raises the same error for a name service that is away and for an answer that makes no sense;
    only the former has a reason behind it.
    """
    if error.__cause__ is None:
        return _access_denied(f"the name service gives no usable address: {_brief(error)}")
    return Unavailable(f"the address cannot be resolved: {_brief(error)}")


def _away(reason: str) -> Unavailable:
    match fault(reason):
        case TlsFault.TRUST:
            return _access_denied(
                f"the database's certificate is not trusted (see tlsCAFile): {reason}"
            )
        case TlsFault.CERTIFICATE:
            return _access_denied(f"the database refuses the certificate of this client: {reason}")
        case None:
            return Unavailable(reason)


def _access_denied(reason: str) -> AccessDenied:
    return AccessDenied(f"{variable('mongodb_uri')}: {reason}")


def _server_message(error: OperationFailure) -> str:
    """Return the server's message without the command that it quotes."""
    return _COMMAND.sub("...", _brief((error.details or {}).get("errmsg") or error))


def _brief(reason: object) -> str:
    """The reason without what the driver knows of the whole deployment, and without secrets.

    It is bounded where it is shown: half of a secret could not be told from any other word.
    """
    return masked(_TAIL.sub("", undecorated(str(reason))))
