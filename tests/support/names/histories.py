"""Random sets of events that name a few orders in every possible way."""

from typing import Any, Final

from hypothesis import strategies as st

from tests.support.names.model import DERIVED

Json = dict[str, Any]

ORDERS: Final = ("X", "Y", "Z")
SOURCE_IDS: Final = ("S", "T", "X")
"""One of them equals an order id; it is unrelated to that order."""


def _time(at: int) -> str:
    return f"2026-03-01T10:00:{at:02}Z"


_TIMES: Final = st.integers(0, 9)
_IDS: Final = st.sampled_from(ORDERS)
_SOURCE_IDS: Final = st.sampled_from(SOURCE_IDS)

NAMES: Final = st.one_of(
    st.builds(lambda x: {"id": x}, _IDS),
    st.builds(lambda x, s: {"id": x, "source_id": s}, _IDS, _SOURCE_IDS),
    st.builds(lambda x, s: {"id": x, "source_id": s}, _IDS, _SOURCE_IDS),
    st.builds(lambda x: {"id": x, "source_id": ""}, _IDS),
    st.builds(lambda s: {"source_id": s}, _SOURCE_IDS),
    st.builds(lambda s: {"source_id": s}, _SOURCE_IDS),
    st.builds(lambda s: {"id": DERIVED[s]}, _SOURCE_IDS),
    st.builds(lambda s, t: {"id": DERIVED[s], "source_id": t}, _SOURCE_IDS, _SOURCE_IDS),
)


@st.composite
def _payment(draw: st.DrawFn) -> Json:
    names = draw(NAMES)
    payment: Json = {"id": draw(st.sampled_from("pq")), "amount": draw(st.integers(1, 5))}
    if draw(st.booleans()):
        payment["date"] = _time(draw(_TIMES))
    if draw(st.booleans()):
        return {"type": "payment.succeeded", "data": {"payment": payment, "order": names}}
    if draw(st.booleans()) and len(names) == 2:
        payment["order_id"] = names["id"]
        order = {"source_id": names["source_id"]}
        return {"type": "payment.succeeded", "data": {"payment": payment, "order": order}}
    payment |= {f"order_{name}": value for name, value in names.items()}
    return {"type": "payment.succeeded", "data": {"payment": payment}}


@st.composite
def _snapshot(draw: st.DrawFn) -> Json:
    order = draw(NAMES) | {"metadata": {"n": draw(st.integers(0, 9))}}
    return {
        "type": draw(st.sampled_from(["order.created", "order.paid"])),
        "data": {"order": order},
    }


@st.composite
def _redemption(draw: st.DrawFn) -> Json:
    redemption: Json = {"id": draw(st.sampled_from("ab"))}
    if draw(st.booleans()):
        redemption["date"] = _time(draw(_TIMES))
    if draw(st.booleans()):
        redemption["redemption"] = draw(st.sampled_from("bc"))
    voucher = {"id": "v", "discount": {"type": "AMOUNT", "amount_off": 1}}
    data = {"order": draw(NAMES), "redemption": redemption, "voucher": voucher}
    return {"type": "redemption.succeeded", "data": data}


@st.composite
def _stack(draw: st.DrawFn) -> Json:
    children = [
        {"id": each, "redemption": "c", "date": _time(draw(_TIMES)), "order": {}} for each in "ab"
    ]
    data = {"redemptions": children, "parent_redemption": {"id": "c"}, "order": draw(NAMES)}
    return {"type": "redemption.succeeded", "data": data}


@st.composite
def _rollback(draw: st.DrawFn) -> Json:
    rollback = {"id": draw(st.sampled_from("uv")), "redemption": draw(st.sampled_from("abc"))}
    data = {"redemption_rollback": rollback, "order": draw(NAMES)}
    return {"type": "redemption.rollback.succeeded", "data": data}


@st.composite
def _void(draw: st.DrawFn) -> Json:
    data = {"order": draw(NAMES), "voids": f"e{draw(st.integers(0, 9))}"}
    return {"type": "event.voided", "data": data}


@st.composite
def _refund(draw: st.DrawFn) -> Json:
    payment = {"id": draw(st.sampled_from("pq")), "amount": 5}
    refund = {"id": "r", "amount": 1, "date": _time(draw(_TIMES))}
    data = {"order": draw(NAMES), "payment": payment, "refund": refund}
    return {"type": "payment.refunded", "data": data}


EVENTS: Final = st.one_of(
    _payment(), _payment(), _snapshot(), _redemption(), _stack(), _rollback(), _void(), _refund()
)


@st.composite
def sets_of_events(draw: st.DrawFn) -> list[Json]:
    """Draw a set of events, each with an envelope of its own."""
    events = draw(st.lists(EVENTS, min_size=1, max_size=10))
    return [
        {"id": f"e{nth}", "created_at": _time(draw(_TIMES)), **event}
        for nth, event in enumerate(events)
    ]


PAYMENTS_AND_SNAPSHOTS: Final = st.one_of(_payment(), _payment(), _snapshot(), _void())


@st.composite
def sets_of_payments(draw: st.DrawFn) -> list[Json]:
    """Draw a set of payments, snapshots and voids."""
    events = draw(st.lists(PAYMENTS_AND_SNAPSHOTS, min_size=1, max_size=10))
    return [
        {"id": f"e{nth}", "created_at": _time(draw(_TIMES)), **event}
        for nth, event in enumerate(events)
    ]
