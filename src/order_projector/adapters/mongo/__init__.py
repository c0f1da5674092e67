"""The order store on MongoDB: the one room that knows Motor and PyMongo."""

from order_projector.adapters.mongo.configured import configured_store
from order_projector.adapters.mongo.store import Driver, ForeignDocument, MongoStore, connect
from order_projector.adapters.mongo.uri import overridden

__all__ = ["Driver", "ForeignDocument", "MongoStore", "configured_store", "connect", "overridden"]
