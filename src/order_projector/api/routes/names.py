"""Names in paths: one raw segment, percent-decoded once."""

from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from order_projector.domain.limits import LONGEST_ID


class NameConvertor(Convertor[str]):
    """Matches one raw segment; one that cannot be a name matches no route."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """Return the name."""
        try:
            name = unquote_to_bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            raise HTTPException(404) from None
        if len(name) > LONGEST_ID:
            raise HTTPException(404)
        return name

    def to_string(self, value: str) -> str:
        """Return the name as it is: no path is ever built of one."""
        return value


register_url_convertor("name", NameConvertor())

NAME: Final = "{name:name}"
"""The segment of a path that is a name."""
