"""The MongoDB adapter: the worker, the API and the operators' commands use a driver by it alone."""

from order_projector.adapters.mongo.answers import DatabaseError
from order_projector.adapters.mongo.api_jobs import MongoKeys
from order_projector.adapters.mongo.configured import configured_store, why_no_database
from order_projector.adapters.mongo.exports import MongoExports
from order_projector.adapters.mongo.imports import MongoImports
from order_projector.adapters.mongo.preparation import Preparation
from order_projector.adapters.mongo.requests import RequestStore
from order_projector.adapters.mongo.store import Driver, MongoStore, connect
from order_projector.adapters.mongo.uri import overridden

__all__ = [
    "DatabaseError",
    "Driver",
    "MongoExports",
    "MongoImports",
    "MongoKeys",
    "MongoStore",
    "Preparation",
    "RequestStore",
    "configured_store",
    "connect",
    "overridden",
    "why_no_database",
]
