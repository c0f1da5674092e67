"""The timeline: an order's facts in the order in which they are folded.

Facts are folded by (event time, event id). A stack of redemptions is one step of the timeline, at
its parent's time or, while the parent is unknown, its earliest child's. The same holds for a
stack's rollback.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from order_projector.domain.facts import (
    Erasure,
    EventStamp,
    Fact,
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
    Void,
    identity,
)
from order_projector.domain.together import each_counted_once, tellers


@dataclass(frozen=True, slots=True)
class RedemptionStep:
    """A single redemption (``parent`` None, one child) or a stack, its children in their order.

    ``id`` is the redemption that a rollback names: the only child's or the parent's.
    ``promotion_stack`` is the id of the promotion stack that a list of the stack names.
    """

    id: str
    at: int
    event: EventStamp
    children: tuple[Redemption, ...]
    parent: Redemption | None = None
    stack: Stack | None = None
    stacked: tuple[str, ...] = ()
    promotion_stack: str | None = None

    @property
    def nth(self) -> int:
        """Its position among the redemptions of one event that belong to no stack."""
        first = self.parent or self.children[0]
        return first.nth or 0

    def facts(self) -> Iterable[Redemption | Stack]:
        """Yield the facts in the order in which their details are applied."""
        yield from self.children
        if self.parent:
            yield self.parent
        if self.stack:
            yield self.stack


@dataclass(frozen=True, slots=True)
class RollbackStep:
    """The rollback of the redemption or stack ``redemption``.

    ``children`` are the rollbacks of a stack's children that came in the same request. ``head`` is
    the stack if ``redemption`` is a child of one, which is never undone by itself. ``teller`` is
    the redemption whose order states what this one applied, if it is not its own.
    """

    redemption: str
    at: int
    event: EventStamp
    rollback: Rollback
    children: tuple[Rollback, ...] = ()
    head: str | None = None
    teller: str | None = None

    def facts(self) -> Iterable[Rollback]:
        """Yield the facts, the stack's own rollback last."""
        yield from self.children
        yield self.rollback


@dataclass(frozen=True, slots=True)
class FactStep:
    """A payment, a refund, a snapshot or a voiding event: a single fact."""

    at: int
    event: EventStamp
    fact: Payment | Refund | Snapshot | Void

    def facts(self) -> Iterable[Payment | Refund | Snapshot | Void]:
        """Yield the one fact."""
        yield self.fact


Step = RedemptionStep | RollbackStep | FactStep


def timeline(facts: Iterable[Fact]) -> list[Step]:
    """Return every step of an order's history, in the order in which to fold them."""
    redemptions: dict[str, Redemption] = {}
    stacks: dict[str, Stack] = {}
    lists: dict[str, Stack] = {}
    rollbacks: list[Rollback] = []
    steps: list[Step] = []
    for fact in facts:
        match fact:
            case Redemption():
                redemptions[fact.id] = fact
            case Stack(whole=True):
                stacks[fact.id] = fact
            case Stack():
                lists[fact.id] = fact
            case Rollback():
                rollbacks.append(fact)
            case Erasure():
                pass  # an erased order is not folded
            case _:
                steps.append(FactStep(fact.at, fact.event, fact))
    redemptions = each_counted_once(redemptions)
    stacks = lists | stacks
    heads = _heads(redemptions, stacks)
    if redemptions or stacks:
        redeemed = _redeemed(redemptions, stacks, heads)
        steps.extend(_with_promotion_stack(step, lists) for step in redeemed)
    if rollbacks:
        steps.extend(_rolled_back(rollbacks, heads, tellers(redemptions)))
    if len(steps) > 1:
        steps.sort(key=_place)
    return steps


def _with_promotion_stack(step: RedemptionStep, lists: Mapping[str, Stack]) -> RedemptionStep:
    """Add the promotion stack that a list names, where the request of the stack does not."""
    listed = lists.get(step.id)
    name = (step.stack and step.stack.promotion_stack) or (listed and listed.promotion_stack)
    return replace(step, promotion_stack=name) if name else step


def _place(step: Step) -> tuple[int, str, str, int, str]:
    # Within one event: redemptions, then rollbacks, each in the event's own order, then the others.
    match step:
        case RedemptionStep():
            return step.at, step.event.id, "1", step.nth, step.id
        case RollbackStep(rollback=rollback):
            nth, name = rollback.nth or 0, f"{step.redemption} {rollback.id}"
            return step.at, step.event.id, "2", nth, name
        case FactStep():
            return step.at, step.event.id, f"3 {step.fact.kind}", 0, identity(step.fact)


def _heads(redemptions: Mapping[str, Redemption], stacks: Mapping[str, Stack]) -> dict[str, str]:
    """Map every child of a stack, known or only listed, to the topmost parent."""
    parents: dict[str, str] = {}
    for stack_id in sorted(stacks, reverse=True):
        parents.update(dict.fromkeys(stacks[stack_id].children, stack_id))
    for redemption in redemptions.values():
        if redemption.parent:
            parents[redemption.id] = redemption.parent
    topmost: dict[str, str] = {}
    for child in parents:
        if child not in topmost:
            _find_topmost(child, parents, topmost)
    return {child: head for child in parents if (head := topmost[child]) != child}


def _find_topmost(child: str, parents: Mapping[str, str], topmost: dict[str, str]) -> None:
    """Enter into `topmost` the topmost parent of a child and of everything above it.

    In a cycle of redemptions it is the smallest id. Each redemption is visited once per order, so a
    chain of stacks costs no more than as many single redemptions.
    """
    path = [child]
    places = {child: 0}
    while (parent := parents.get(path[-1])) is not None and parent not in topmost:
        if parent in places:
            topmost[parent] = min(path[places[parent] :])
            break
        places[parent] = len(path)
        path.append(parent)
    head = path[-1] if parent is None else topmost[parent]
    topmost.update(dict.fromkeys(path, head))


def _redeemed(
    redemptions: Mapping[str, Redemption], stacks: Mapping[str, Stack], heads: Mapping[str, str]
) -> Iterable[RedemptionStep]:
    children: dict[str, list[Redemption]] = {}
    for redemption in redemptions.values():
        if redemption.id in heads:
            children.setdefault(heads[redemption.id], []).append(redemption)
    stacked = children.keys() | (stacks.keys() & redemptions.keys())
    for redemption in redemptions.values():
        if redemption.id not in heads and redemption.id not in stacked:
            yield RedemptionStep(redemption.id, redemption.at, redemption.event, (redemption,))
    for head in stacked:
        if head not in heads:
            yield _stack(head, children.get(head, []), redemptions.get(head), stacks.get(head))


def _stack(
    head: str, children: list[Redemption], parent: Redemption | None, stack: Stack | None
) -> RedemptionStep:
    listed = stack.children if stack else ()
    position = {child: place for place, child in enumerate(listed)}
    children.sort(key=lambda child: (position.get(child.id, len(position)), child.at, child.id))
    first = parent or min(children, key=lambda child: (child.at, child.event.id))
    unlisted = tuple(child.id for child in children if child.id not in position)
    return RedemptionStep(
        id=head,
        at=first.at,
        event=first.event,
        children=tuple(children),
        parent=parent,
        stack=stack,
        stacked=(*listed, *unlisted),
    )


def _rolled_back(
    rollbacks: list[Rollback], heads: Mapping[str, str], told_by: Mapping[str, str]
) -> Iterable[RollbackStep]:
    """Yield a step for each rollback; those of one request are one step, at the time of its whole.

    The parts of a request are found by the id of the rollback that is the whole.
    """
    wholes = {rollback.id: rollback for rollback in rollbacks if rollback.parent is None}
    parts: dict[str, list[Rollback]] = {}
    for rollback in sorted(rollbacks, key=lambda it: (it.at, it.event.id, it.id)):
        if rollback.parent in wholes:
            parts.setdefault(wholes[rollback.parent].id, []).append(rollback)
    for rollback in rollbacks:
        if rollback.parent in wholes:
            continue
        yield RollbackStep(
            redemption=rollback.redemption,
            at=rollback.at,
            event=rollback.event,
            rollback=rollback,
            children=tuple(parts.get(rollback.id, ())),
            head=heads.get(rollback.redemption),
            teller=told_by.get(rollback.redemption),
        )
