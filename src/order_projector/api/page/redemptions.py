"""The redemptions of an order, as the page shows them: what each takes off, and what is undone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.api.page.steps import Parts, StepRef
from order_projector.api.page.text import MOST_ROWS, Time, name_of, served_time
from order_projector.domain.currency import Currency
from order_projector.domain.explanation import Explanation
from order_projector.domain.facts import Redemption
from order_projector.domain.ledger import discounted
from order_projector.domain.timeline import RedemptionStep, RollbackStep

_Numbered = tuple[int, RedemptionStep]


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The rollback of a redemption, and what the redemption had taken off."""

    id: str
    time: Time
    step: StepRef | None
    before: str


@dataclass(frozen=True, slots=True)
class Child:
    """One redemption of a stack."""

    id: str
    what: str
    takes_off: str


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """A redemption or a stack: what was redeemed, and what it takes off now."""

    id: str
    what: str
    campaign: str | None
    time: Time
    step: StepRef | None
    takes_off: str
    rolled_back: RolledBack | None
    children: tuple[Child, ...]


@dataclass(frozen=True, slots=True)
class Redemptions:
    """The redemptions of an order; ``more`` are not shown.

    ``rest`` is what the order's discounts are beyond those of its redemptions, empty if nothing.
    """

    rows: tuple[RedemptionRow, ...]
    more: int
    rest: str
    total: str


@dataclass(frozen=True, slots=True)
class _Discounts:
    """What redemptions take off, by id: now, and at each step of the timeline."""

    now: Counter[str | None]
    at_step: Counter[tuple[int, str | None]]


def redemptions_of(explanation: Explanation, parts: Parts) -> Redemptions:
    """Return the redemptions of an order, as the order lists them."""
    discounts, steps = _discounts(explanation), _steps(explanation)
    rollbacks = {
        entry.step.rollback.id: parts.ref(number)
        for number, entry in enumerate(explanation.entries, start=1)
        if isinstance(entry.step, RollbackStep)
    }
    served = explanation.order.get("redemptions", {})
    currency = explanation.money.currency
    rows = [
        _row(name, served[name], steps.get(name), discounts, currency, parts, rollbacks)
        for name in [*served][:MOST_ROWS]
    ]
    total = explanation.order.get("total_discount_amount", 0)
    rest = total - sum(discounts.now[name] for name in discounts.now if name is not None)
    return Redemptions(
        tuple(rows),
        max(0, len(served) - MOST_ROWS),
        currency.plain(rest) if rest else "",
        currency.plain(total),
    )


def _discounts(explanation: Explanation) -> _Discounts:
    now: Counter[str | None] = Counter()
    at_step: Counter[tuple[int, str | None]] = Counter()
    for number, entry in enumerate(explanation.entries, start=1):
        for line in entry.ledger:
            cents = discounted(line.account, line.cents)
            now[line.redemption_id] += cents
            at_step[number, line.redemption_id] += cents
    return _Discounts(now, at_step)


def _steps(explanation: Explanation) -> Mapping[str, _Numbered]:
    return {
        entry.step.id: (number, entry.step)
        for number, entry in enumerate(explanation.entries, start=1)
        if isinstance(entry.step, RedemptionStep)
    }


def _row(
    name: str,
    served: Mapping[str, Any],
    found: _Numbered | None,
    discounts: _Discounts,
    currency: Currency,
    parts: Parts,
    rollbacks: Mapping[str, StepRef],
) -> RedemptionRow:
    number, step = found or (0, None)
    children = step.children if step and step.stacked else ()
    names = {name, *(child.id for child in children)}
    before = sum(discounts.at_step[number, each] for each in names)
    return RedemptionRow(
        id=name_of(name),
        what=_what(served, step),
        campaign=_campaign(served),
        time=served_time(served["date"]),
        step=parts.ref(number) if step else None,
        takes_off=currency.plain(sum(discounts.now[each] for each in names)),
        rolled_back=_rolled_back(served, currency.plain(before), rollbacks),
        children=tuple(_children(children, discounts, currency)),
    )


def _what(served: Mapping[str, Any], step: RedemptionStep | None) -> str:
    if "stacked" in served:
        return f"stack of {len(served['stacked'])}"
    if step and step.children:
        return _redeemed(step.children[0])
    return _object(served.get("related_object_type"), served.get("related_object_id"))


def _redeemed(redemption: Redemption) -> str:
    related = redemption.related
    return _object(related.type, related.code or related.id) if related else ""


def _object(kind: str | None, name: str | None) -> str:
    return " ".join(filter(None, ((kind or "").replace("_", " "), name and name_of(name))))


def _campaign(served: Mapping[str, Any]) -> str | None:
    campaign = served.get("related_object_parent_id")
    return None if campaign is None else name_of(campaign)


def _rolled_back(
    served: Mapping[str, Any], before: str, rollbacks: Mapping[str, StepRef]
) -> RolledBack | None:
    if "rollback_id" not in served:
        return None
    rollback = served["rollback_id"]
    return RolledBack(
        name_of(rollback), served_time(served["rollback_date"]), rollbacks.get(rollback), before
    )


def _children(
    children: tuple[Redemption, ...], discounts: _Discounts, currency: Currency
) -> Iterator[Child]:
    for child in children[:MOST_ROWS]:
        takes_off = discounts.now[child.id]
        yield Child(
            name_of(child.id), _redeemed(child), currency.plain(takes_off) if takes_off else ""
        )
