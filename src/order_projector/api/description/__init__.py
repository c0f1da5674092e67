"""The OpenAPI document: built from the same tables that the routes read requests by."""

from functools import cache
from typing import Any

from order_projector import __version__
from order_projector.api.description.headers import headers, with_headers
from order_projector.api.description.operations import operations
from order_projector.api.description.schemas import schemas


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of the API."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "order-projector",
            "version": __version__,
            "description": (
                "Orders as they are projected from events: read, written through the log, "
                "imported and exported. It speaks as Voucherify's orders API does."
            ),
        },
        "paths": with_headers(operations()),
        "components": {
            "schemas": schemas(),
            "headers": headers(),
            "securitySchemes": {
                "app_id": {"type": "apiKey", "in": "header", "name": "X-App-Id"},
                "app_token": {"type": "apiKey", "in": "header", "name": "X-App-Token"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "APP_ID.TOKEN"},
                "download": {"type": "apiKey", "in": "query", "name": "token"},
                "basic": {"type": "http", "scheme": "basic", "description": "The page alone."},
            },
        },
    }
