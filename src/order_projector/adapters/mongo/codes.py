"""The error codes of a MongoDB server, by what they mean for the worker.

Codes and names are from the server's own list and from compatible services.
"""

from typing import Final

PASSING: Final = {
    6: "HostUnreachable",
    7: "HostNotFound",
    24: "LockTimeout",
    46: "LockBusy",
    50: "MaxTimeMSExpired",
    63: "StaleShardVersion",
    64: "WriteConcernTimeout",
    79: "UnknownReplWriteConcern",
    89: "NetworkTimeout",
    90: "CallbackCanceled",
    91: "ShutdownInProgress",
    94: "NotYetInitialized",
    100: "UnsatisfiableWriteConcern",
    107: "LockFailed",
    109: "ConfigurationInProgress",
    112: "WriteConflict",
    117: "ConflictingOperationInProgress",
    133: "FailedToSatisfyReadPreference",
    134: "ReadConcernMajorityNotAvailableYet",
    145: "PooledConnectionsDropped",
    146: "ExceededMemoryLimit",
    149: "NoConfigPrimary",
    150: "StaleEpoch",
    175: "QueryPlanKilled",
    189: "PrimarySteppedDown",
    202: "NetworkInterfaceExceededTimeLimit",
    203: "ShardingStateNotInitialized",
    208: "TooManyLocks",
    215: "DatabaseDropPending",
    216: "ElectionInProgress",
    237: "CursorKilled",
    239: "SnapshotTooOld",
    246: "SnapshotUnavailable",
    249: "StaleDbVersion",
    250: "StaleChunkHistory",
    261: "TooManyLogicalSessions",
    262: "ExceededTimeLimit",
    264: "TooManyFilesOpen",
    267: "PreparedTransactionInProgress",
    272: "MigrationConflict",
    276: "IndexBuildAborted",
    279: "ClientDisconnect",
    290: "TransactionExceededLifetimeLimitSeconds",
    314: "ObjectIsBusy",
    317: "ConnectionPoolExpired",
    319: "MovePrimaryInProgress",
    338: "ReshardCollectionInProgress",
    342: "ReshardingCriticalSectionTimeout",
    343: "ShardCannotRefreshDueToLocksHeld",
    355: "InterruptedDueToStorageChange",
    365: "TemporarilyUnavailable",
    371: "UserWritesBlocked",
    384: "ConnectionError",
    391: "ReauthenticationRequired",
    402: "ResourceExhausted",
    406: "MigrationBlockingOperationCoordinatorCleaningUp",
    407: "PooledConnectionAcquisitionExceededTimeLimit",
    412: "UpdatesStillPending",
    433: "AdmissionQueueOverflow",
    449: "RateLimitExceeded",
    9001: "SocketException",
    10107: "NotWritablePrimary",
    11600: "InterruptedAtShutdown",
    11601: "Interrupted",
    11602: "InterruptedDueToReplStateChange",
    13388: "StaleConfig",
    13435: "NotPrimaryNoSecondaryOk",
    13436: "NotPrimaryOrSecondary",
    14031: "OutOfDiskSpace",
    16500: "TooManyRequests",
}
"""Temporary errors, which end by themselves or once an operator acts: no document is at fault."""

LOGIN: Final = {
    18: "AuthenticationFailed",
    8000: "AtlasError",  # Atlas: wrong login, or the login's storage quota is used up
}

RIGHT: Final = 13
"""Unauthorized."""

DUPLICATE_KEY: Final = 11000
"""DuplicateKey: of the id, or of a unique index."""

VALIDATION: Final = 121
"""DocumentValidationFailure: the collection's validator."""

TOO_LARGE: Final = frozenset({10334, 17419, 17420})
"""BSONObjectTooLarge, and the codes of an update that would make a document too large."""

NAMES: Final = PASSING | LOGIN | {RIGHT: "Unauthorized"}


def named(code: object) -> str:
    """Format a code for people, with its name if that is known."""
    name = NAMES.get(code) if isinstance(code, int) else None
    return f"error code {code} ({name})" if name else f"error code {code}"
