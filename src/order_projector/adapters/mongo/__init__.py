"""The order store on MongoDB: the one room that knows Motor and PyMongo."""

from order_projector.adapters.mongo.answers import DatabaseError
from order_projector.adapters.mongo.configured import configured_store
from order_projector.adapters.mongo.store import Driver, MongoStore, connect
from order_projector.adapters.mongo.uri import overridden

__all__ = [
    "DatabaseError",
    "Driver",
    "MongoStore",
    "configured_store",
    "connect",
    "overridden",
]
