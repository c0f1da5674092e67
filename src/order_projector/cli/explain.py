"""`order-projector explain`: show where each number of an order comes from."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.events import lines_of

if TYPE_CHECKING:
    from order_projector.domain.explanation import Explanation
    from order_projector.domain.facts import Fact


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an order: its facts in arrival order, and its stored document if loaded.

    ``copies`` counts the events by envelope id; it is empty if they were not read from files.
    """

    facts: dict[str, "Fact"]
    copies: Counter[str]
    stored: dict[str, Any] | None


def explain(
    order_id: Annotated[str, typer.Argument(help="The order id.", show_default=False)],
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            help="Read events from this file instead of the database: one JSON envelope per line, "
            "- for standard input. Repeatable.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Tell how an order came to be: each event, the rule it applied, each unit and cent it moved.

    Reads the order's facts from MongoDB (ORDERS_MONGODB_URI, ORDERS_MONGODB_DATABASE). It ends by
    proving that the ledger sums up to the order, and exits with 1 where it does not, where the
    stored order is not what its facts make or cannot be read, with 2 where there is no such order
    or the configuration is wrong, with 3 where the database does not answer.
    """
    from order_projector.cli.explanation import print_json
    from order_projector.cli.explanation_text import print_explanation
    from order_projector.domain.differences import differences
    from order_projector.domain.explanation import explain as explain_order
    from order_projector.domain.facts import Erasure

    known = _from_events(order_id, files) if files else asyncio.run(_from_database(order_id))
    if known is None or not known.facts:
        print_error(f"no event mentions order {order_id!r:.300}")
        raise typer.Exit(2)
    if any(isinstance(fact, Erasure) for fact in known.facts.values()):
        print_error(f"order {order_id!r:.300} was erased")
        raise typer.Exit(2)
    explanation = explain_order(order_id, known.facts, known.copies)
    drift = () if known.stored is None else tuple(differences(explanation.order, known.stored))
    show = print_json if as_json else print_explanation
    show(explanation, drift)
    raise typer.Exit(_verdict(explanation, drift))


def _verdict(explanation: "Explanation", drift: tuple[Any, ...]) -> int:
    return 0 if explanation.holds and not drift else 1


def _from_events(order_id: str, files: list[Path]) -> _Known:
    from order_projector.events.decode import decode
    from order_projector.events.outcome import Accepted
    from order_projector.projection import codec

    facts: dict[str, Fact] = {}
    copies: Counter[str] = Counter()
    for file in files:
        for _, text in lines_of(str(file)):
            outcome = decode(text)
            if isinstance(outcome, Accepted) and outcome.order_id == order_id:
                facts |= codec.merge(facts.get, outcome.facts)
                copies[outcome.event.id] += 1
    return _Known(facts, copies, stored=None)


async def _from_database(order_id: str) -> _Known | None:
    from order_projector.adapters.mongo import configured_store
    from order_projector.events.text import fault_of_id
    from order_projector.projection import codec
    from order_projector.projection.long_orders.loading import load_complete
    from order_projector.projection.ports import (
        AccessDenied,
        StoredOrder,
        Unavailable,
        Unusable,
    )
    from order_projector.settings import exit_on_configuration_error, load

    with exit_on_configuration_error():
        store = configured_store(load())
    if fault_of_id(order_id):
        return None  # no order can have such an id, and BSON cannot encode all of them
    try:
        state = (await load_complete(store, [order_id])).get(order_id)
        stored = await store.stored([order_id])
    except AccessDenied as denied:
        print_error(denied)
        raise typer.Exit(2) from None
    except Unavailable as error:
        print_error(f"the database does not answer: {error}")
        raise typer.Exit(3) from None
    finally:
        await store.close()
    if isinstance(state, Unusable):
        raise _unreadable(order_id, state.message)
    if state is None or not stored:
        return None
    try:
        facts = {name: codec.load(name, fact.text) for name, fact in state.all_facts().items()}
    except codec.UnreadableFact as error:
        raise _unreadable(order_id, f"its document {error}") from None
    order = dict(stored[0].order) if isinstance(stored[0], StoredOrder) else None
    return _Known(facts, Counter(), order)


def _unreadable(order_id: str, reason: str) -> typer.Exit:
    print_error(f"order {order_id!r} cannot be read: {reason}")
    return typer.Exit(1)
