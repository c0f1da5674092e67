"""The order store on MongoDB: the one room that knows Motor and PyMongo."""

from order_projector.adapters.mongo.configured import configured_store
from order_projector.adapters.mongo.preparation import Preparation
from order_projector.adapters.mongo.store import Driver, ForeignDocument, MongoStore, connect

__all__ = ["Driver", "ForeignDocument", "MongoStore", "Preparation", "configured_store", "connect"]
