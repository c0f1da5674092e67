"""What the quantities of a calculated order count, where redemptions have added units before.

Senders differ: one lists a line as the customer filled the cart, another as the earlier redemptions
left it, with the units that they added. Both say what the order amounts to and costs afterwards:
the reading that comes to the same is the one that was meant. Where both do, the one that leaves the
customer's cart as it was is taken; where neither does, the quantities are as they were given.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from order_projector.domain.cart import Cart, CartLine, Line, Taken
from order_projector.domain.contribution import contributed
from order_projector.domain.facts import (
    Details,
    Given,
    GivenLine,
    Redemption,
    Rollback,
    Snapshot,
    Stack,
)
from order_projector.domain.order import Order, learn, take_step
from order_projector.domain.timeline import Redeemed, RolledBack, Step, Told

_Fact = TypeVar("_Fact", Redemption, Stack, Rollback, Snapshot)

_Added = Callable[[int, CartLine], int]
"""How many of a listed line's units earlier redemptions added to the line that is there."""


def as_meant(order: Order, step: Step) -> Step:
    """The next step of an order, with quantities in the form before any redemption."""
    told = _calculated(step)
    if told is None or not _has_added_units(order, step):
        return step
    meant = (told.amount, told.total_amount)
    readings = _readings(order, step)
    return next((reading for reading in readings if _outcome(order, reading) == meant), step)


def _readings(order: Order, step: Step) -> Iterator[Step]:
    """What the step may mean, first whatever leaves the customer's cart as it was."""
    there = [line.quantity for line in order.items]
    keeps = _customers(step) == there
    if keeps:
        yield step
    counted = [_less_added_units(order, step, added) for added in (_unless_known, _all)]
    readings = [reading for reading in counted if reading != step]
    yield from (reading for reading in readings if _customers(reading) == there)
    if not keeps:
        yield step
    yield from (reading for reading in readings if _customers(reading) != there)


def _unless_known(quantity: int, there: CartLine) -> int:
    """None where the customer is known to have that many."""
    return 0 if quantity == there.line.quantity else there.added_quantity


def _all(_quantity: int, there: CartLine) -> int:
    return there.added_quantity


def _customers(step: Step) -> list[int]:
    told = _calculated(step)
    return [line.quantity for line in (told and told.items) or ()]


def _calculated(step: Step) -> Details | None:
    """The details that the step's items come from, where their order was calculated."""
    match step:
        case Told(fact=Snapshot() as snapshot):
            told = [snapshot.details]
        case Redeemed():
            told = [fact.details for fact in step.facts()]
        case RolledBack(rollback=Rollback() as rollback):
            told = [rollback.details]
        case _:
            return None
    last = next((details for details in reversed(told) if details.items), None)
    return last if last and last.total_amount is not None else None


def _has_added_units(order: Order, step: Step) -> bool:
    """Also a stack's own children add units before each other."""
    if any(entry.added_quantity for entry in order.cart.lines):
        return True
    return isinstance(step, Redeemed) and any(map(_adds_units, step.children[:-1]))


def _adds_units(child: Redemption) -> bool:
    lines = child.given.lines if child.given else ()
    return any(
        line.applied_quantity or line.initial_quantity not in (None, line.quantity)
        for line in lines
    )


def _less_added_units(order: Order, step: Step, added: _Added) -> Step:
    """The step as it is meant where the sender counted the units that were added before."""
    twin = _twin(order, step)
    match step:
        case Redeemed():
            whole = step.parent and _less(step.parent, twin.cart, added)
            stack = step.stack and _less(step.stack, twin.cart, added)
            children = tuple(_one_after_the_other(step, twin, added))
            return replace(step, children=children, parent=whole, stack=stack)
        case RolledBack(rollback=Rollback() as rollback):
            for taken in reversed(twin.taken.pop(step.redemption, ())):
                twin.cart.give_back(taken)
            return replace(step, rollback=_less(rollback, twin.cart, added))
        case Told(fact=Snapshot() as snapshot):
            return replace(step, fact=_less(snapshot, twin.cart, added))
    return step


def _one_after_the_other(step: Redeemed, twin: Order, added: _Added) -> Iterator[Redemption]:
    """Each child less what those before it have added; uses the twin up."""
    for child in step.children:
        meant = _less(child, twin.cart, added)
        learn(twin, meant.details)
        contribution = contributed(meant, twin.cart).contribution
        twin.applied[child.id] = (contribution,)
        twin.cart.take(contribution)
        yield meant


def _less(fact: _Fact, cart: Cart, added: _Added) -> _Fact:
    if fact.details.total_amount is None or fact.details.items is None:
        return fact
    details = replace(fact.details, items=tuple(_lines_less(fact.details.items, cart, added)))
    match fact:
        case Redemption() | Stack():
            return replace(fact, details=details, given=_given_less(fact.given, cart, added))
        case _:
            return replace(fact, details=details)


def _lines_less(items: tuple[Line, ...], cart: Cart, added: _Added) -> Iterator[Line]:
    listed = Cart.of(items)
    for entry in listed.lines:
        line = entry.line
        there = cart.find(line, listed.occurrence(entry))
        if there is None or not (units := added(line.quantity, there)):
            yield line
            continue
        quantity = max(0, line.quantity - units)
        amount = None if line.amount is None else max(0, line.amount - there.added_amount)
        if quantity or not there.brought:
            yield replace(line, quantity=quantity, amount=amount)


def _given_less(given: Given | None, cart: Cart, added: _Added) -> Given | None:
    if given is None:
        return None
    return replace(given, lines=tuple(_given_line_less(line, cart, added) for line in given.lines))


def _given_line_less(given: GivenLine, cart: Cart, added: _Added) -> GivenLine:
    there = cart.find(given.line, given.occurrence)
    if there is None or given.initial_quantity is None:
        return given
    initial = max(0, given.initial_quantity - added(given.initial_quantity, there))
    line = there.line if there.brought and not initial else given.line
    return replace(given, line=line, initial_quantity=initial)


def _outcome(order: Order, step: Step) -> tuple[int | None, int | None]:
    """What the order would amount to and cost after the step."""
    twin = _twin(order, step)
    take_step(twin, step)
    return twin.cart.amount, twin.cart.total_amount


def _twin(order: Order, step: Step) -> Order:
    """Of the order what a step may change of its cart, to try something on."""
    cart = order.cart.copy()
    twins = dict(zip(map(id, order.cart.lines), cart.lines, strict=True))
    taken: dict[str, tuple[Taken, ...]] = {}
    if isinstance(step, RolledBack):
        taken[step.redemption] = tuple(
            Taken(each.order_discount, tuple((twins[id(at)], share) for at, share in each.placed))
            for each in order.taken.get(step.redemption, ())
        )
    return Order(
        items=order.items,
        cart=cart,
        applied=dict(order.applied),
        taken=taken,
        rollbacks=dict(order.rollbacks),
    )
