"""`order-projector explain`: show where each number of an order comes from."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.events import lines_of, sources_of
from order_projector.cli.options import moment
from order_projector.cli.progress import Progress
from order_projector.cli.running import ExitCode, Refusal, ending_with_ctrl_c, run

if TYPE_CHECKING:
    from order_projector.adapters.mongo import MongoStore
    from order_projector.domain.explanation import Explanation
    from order_projector.domain.facts import Fact
    from order_projector.domain.names import OrderNames
    from order_projector.settings import Settings


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an order: its facts in arrival order, and its stored document if loaded.

    ``copies`` counts the events by envelope id; it is empty if they were not read from files.
    ``came_by`` maps the facts that came by a source id alone to that source id.
    """

    order_id: str
    facts: Mapping[str, "Fact"]
    names: "OrderNames"
    came_by: Mapping[str, str]
    copies: Counter[str] = field(default_factory=Counter)
    stored: dict[str, Any] | None = None


_Names = Annotated[
    list[str],
    typer.Argument(
        metavar="[FILE]... NAME",
        help="The order's id or source id, or the id of one of its payments or redemptions; "
        "before it, files of events to read instead of the database.",
        show_default=False,
    ),
]
_Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        help="Read events from this file instead of the database: one JSON envelope per line, "
        "- for standard input. Repeatable.",
        show_default=False,
    ),
]
_At = Annotated[
    int | None,
    moment("--at", help_text="As the order was then: ISO 8601, or how long ago, such as 7d."),
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def explain(
    names: _Names,
    files: _Files = None,
    at: _At = None,
    as_json: _Json = False,
) -> None:
    """Explain an order: each event, the rule it applied, each unit and cent it moved.

    Reads the order's facts from MongoDB (ORDERS_MONGODB_URI, ORDERS_MONGODB_DATABASE). It ends by
    proving that the ledger sums up to the order, and exits with 1 if it does not, if the stored
    order is not the fold of its facts or cannot be read, or if there is no such order, with 2 if
    the configuration is wrong, with 3 if the database does not answer.
    """
    *positional, name = names
    read = [*map(Path, positional), *(files or [])]
    if read:
        with ending_with_ctrl_c():
            known = _from_events(name, read)
            code = _explain_known(name, known, at, as_json)
        raise typer.Exit(code)

    async def work(settings: "Settings") -> ExitCode:
        return _explain_known(name, await _from_database(settings, name), at, as_json)

    run(work)


def _explain_known(name: str, known: _Known | None, at: int | None, as_json: bool) -> ExitCode:
    """Print what is known of the order; exit with 1 if that is nothing."""
    from order_projector.domain.facts import Erasure

    if known is None or not known.facts:
        print_error(f"no event mentions order {name!r:.300}")
        raise typer.Exit(ExitCode.NO)
    if any(isinstance(fact, Erasure) for fact in known.facts.values()):
        raise _erased(known.order_id)
    return _print(known if at is None else _until(known, at), as_json)


def _until(known: _Known, at: int) -> _Known:
    """Return what is known of the order as it was at a moment; nothing is stored of that."""
    from order_projector.domain.clock import format_time
    from order_projector.domain.moments import facts_until, names_until

    facts = facts_until(known.facts, at)
    if not facts:
        print_error(f"order {known.order_id!r:.300} begins after {format_time(at)}")
        raise typer.Exit(ExitCode.NO)
    return replace(known, facts=facts, names=names_until(known.names, at), stored=None)


def _print(known: _Known, as_json: bool) -> ExitCode:
    from order_projector.cli.explanation import print_json
    from order_projector.cli.explanation_text import print_explanation
    from order_projector.domain.differences import differences
    from order_projector.domain.explanation import explain as explain_order

    explanation = explain_order(
        known.order_id, known.facts, known.copies, known.names, known.came_by
    )
    drift = () if known.stored is None else tuple(differences(explanation.order, known.stored))
    show = print_json if as_json else print_explanation
    show(explanation, drift)
    return _verdict(explanation, drift)


def _verdict(explanation: "Explanation", drift: tuple[Any, ...]) -> ExitCode:
    return ExitCode.DONE if explanation.holds and not drift else ExitCode.NO


def _from_events(name: str, files: list[Path]) -> _Known | None:
    from order_projector.events.decode import decode
    from order_projector.events.outcome import Accepted
    from order_projector.operations.names import Ambiguous, known_order
    from order_projector.projection.names.joining import join

    outcomes = [*map(decode, _events_in(files))]
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    joined = join(accepted)
    orders = {order_id: order.facts for order_id, order in joined.orders.items()}
    try:
        order_id = joined.find(name) or known_order(orders, name)
    except Ambiguous as many:
        print_error(many)
        raise typer.Exit(ExitCode.NO) from None
    if order_id is None:
        return None
    if order_id in joined.erased:
        raise _erased(order_id)
    order = joined.orders[order_id]
    addresses = {order_id, *(each for each, owner in joined.merged.items() if owner == order_id)}
    copies = Counter(each.event.id for each in accepted if each.order_id in addresses)
    return _Known(order_id, order.facts, order.names, order.came_by, copies)


def _events_in(files: list[Path]) -> Iterator[bytes]:
    progress = Progress("events")
    for source in sources_of(files):
        for _, text in lines_of(source):
            yield text
            progress(1)
    progress.end()


async def _from_database(settings: "Settings", name: str) -> _Known | None:
    from order_projector.operations.names import Ambiguous, order_of_any_name
    from order_projector.operations.services import database

    async with database(settings) as store:
        try:
            found = await order_of_any_name(store.reader(), name)
        except Ambiguous as many:
            raise Refusal(str(many)) from None
        return await _stored(store, name if found is None else found.order_id)


async def _stored(store: "MongoStore", order_id: str) -> _Known | None:
    from order_projector.events.text import fault_of_id
    from order_projector.projection import codec
    from order_projector.projection.long_orders.loading import load_complete
    from order_projector.projection.names.view import as_joined
    from order_projector.projection.ports import StoredOrder, Unusable

    if fault_of_id(order_id):
        return None  # no order can have such an id, and BSON cannot encode all of them
    state = (await load_complete(store, [order_id])).get(order_id)
    stored = await store.stored([order_id])
    if isinstance(state, Unusable):
        raise _unreadable(order_id, state.message)
    if state is None or not stored:
        return None
    try:
        joined = as_joined(state)
    except codec.UnreadableFact as error:
        raise _unreadable(order_id, f"its document {error}") from None
    order = dict(stored[0].order) if isinstance(stored[0], StoredOrder) else None
    return _Known(order_id, joined.facts, joined.names, joined.came_by, stored=order)


def _erased(order_id: str) -> typer.Exit:
    print_error(f"order {order_id!r:.300} was erased")
    return typer.Exit(ExitCode.NO)


def _unreadable(order_id: str, reason: str) -> typer.Exit:
    print_error(f"order {order_id!r} cannot be read: {reason}")
    return typer.Exit(ExitCode.NO)
