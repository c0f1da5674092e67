"""What must hold in the end, when the faults are over and every record is committed."""

from collections.abc import Collection, Mapping

import orjson

from tests.simulation.checks import Checks, Violation
from tests.simulation.expectation import ExpectedOrder, Poison


def violation(
    checks: Checks,
    expected: Mapping[str, ExpectedOrder],
    lag: int,
    last_words: Collection[str],
    *,
    peaceful: bool,
) -> Violation | None:
    """Return the first difference from the ``expected`` orders, which all events together make.

    The last announcement of an order in ``last_words`` may be outdated: it came from a worker that
    had been expelled from the group and ended before its second look, a member again or not. In a
    peaceful world nothing is announced twice, because there is no reason to.
    """
    if lag:
        return Violation(f"a lag of {lag} has come back")
    strangers = sorted(checks.orders.keys() - expected.keys())
    if strangers:
        return Violation(f"orders of no event: {strangers}", strangers[0])
    for order_id, order in expected.items():
        reason = _stored(checks, order_id, order)
        if order_id not in last_words:
            reason = reason or _announced(checks, order_id, order)
        if reason is not None:
            return Violation(reason, order_id)
    for place, meaning in checks.knowledge.at.items():
        if isinstance(meaning, Poison) and checks.is_missing(place, meaning):
            return Violation(f"{place} is poison and was never dead-lettered", meaning.order_id)
    repeated = [name.decode() for name, times in checks.times_announced.items() if times > 1]
    if peaceful and repeated:
        return Violation(f"announced more than once for no reason: {', '.join(repeated)}")
    return None


def _stored(checks: Checks, order_id: str, expected: ExpectedOrder) -> str | None:
    kept = checks.orders.get(order_id)
    if kept is None:
        return "was never stored"
    if orjson.dumps(kept.served) != orjson.dumps(expected.order):
        return (
            f"is stored as {orjson.dumps(kept.served)!r} "
            f"instead of {orjson.dumps(expected.order)!r}"
        )
    if kept.flags != expected.flags:
        return f"has the flags {kept.flags} instead of {expected.flags}"
    return None


def _announced(checks: Checks, order_id: str, expected: ExpectedOrder) -> str | None:
    last, kept, order = checks.last_announced.get(order_id), checks.orders[order_id], expected.order
    if last is None:
        return None if kept.is_merged and kept.revision == 0 else "was never announced"
    content = orjson.loads(last.value or b"null")
    if content is None:
        return None if order == {} else "was announced last as erased"
    said = {name: value for name, value in content["order"].items() if name in order}
    if said != order or (not kept.is_merged and content["order"] != order):
        revision, stored = content["revision"], kept.revision
        return f"was announced last at revision {revision}, and is stored at {stored}"
    return None
