"""`python -m bench.api.bare PORT`: the least that a handler can do to answer with stored bytes.

FastAPI finds the document by its id and returns the field `body` as it is: no keys, no rate limit,
no ETag, no metrics.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from motor.motor_asyncio import AsyncIOMotorClient

from order_projector.local.ports import HOST
from order_projector.settings import load

COLLECTION = "bodies"


def main() -> None:
    """Serve until killed."""
    settings = load()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(settings.mongodb_uri)
    bodies = client[settings.mongodb_database][COLLECTION]
    app = FastAPI()

    @app.get("/v1/orders/{order_id}")
    async def get_order(order_id: str) -> Response:
        found = await bodies.find_one({"_id": order_id})
        if found is None:
            return Response(status_code=404)
        return Response(found["body"], media_type="application/json")

    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
