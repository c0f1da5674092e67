"""The answer that holds a file."""

from typing import Any

from fastapi.responses import StreamingResponse


class Download(StreamingResponse):
    """Sends its head together with the first bytes: until then, the file can be refused."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send the file."""
        held: list[Any] = []

        async def send_with_head(message: Any) -> None:
            held.append(message)
            if message["type"] != "http.response.start":
                for each in held:
                    await send(each)
                held.clear()

        await super().__call__(scope, receive, send_with_head)
