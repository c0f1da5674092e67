"""The places of dead letters in their topic, as an operator names them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from order_projector.cli.running import WrongUse

if TYPE_CHECKING:
    from order_projector.projection.ports import Coordinates
    from order_projector.settings import Settings


def parsed_places(places: Sequence[str], settings: "Settings") -> "list[Coordinates]":
    """Return the places that an operator names. Raises `WrongUse`."""
    from order_projector.operations.dead_letters.letters import parse_place

    found = list["Coordinates"]()
    for text in dict.fromkeys(places):
        at = parse_place(text, settings.dead_letters_topic)
        if at is None:
            raise WrongUse(f"PLACE: {text!r:.100} is not of the form partition:offset, as 3:17")
        found.append(at)
    return found
