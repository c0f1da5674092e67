"""A simple model of names: what a reader of the rules would work out with pencil and paper.

It shares nothing with the code under test, not even the derivation of ids. It covers only payments,
snapshots and voids; of an order it returns the payments, the note, the source id and the flags
about its names.
"""

from typing import Any, Final

Json = dict[str, Any]

DERIVED: Final = {
    "S": "ord_8de0b3c47f112c59745f717a62693226",
    "T": "ord_e632b7095b0bf32c260fa4c539e9fd7b",
    "X": "ord_4b68ab3847feda7d6c62c1fbcbeebfa3",
}
NAMED_BY: Final = {derived: source_id for source_id, derived in DERIVED.items()}


def names_of(event: Json) -> tuple[str | None, str | None]:
    """Return the id and the source id that an event names; a derived id is one more source id."""
    data = event["data"]
    objects = [data["order"]] if "order" in data else []
    if "payment" in data:
        payment = data["payment"]
        objects.append({"id": payment.get("order_id"), "source_id": payment.get("order_source_id")})
    order_id = next((each["id"] for each in objects if each.get("id")), None)
    if order_id in NAMED_BY:
        return None, NAMED_BY[order_id]
    source_id = next(
        (
            each["source_id"]
            for each in objects
            if each.get("source_id") and each.get("id") in (None, order_id)
        ),
        None,
    )
    return order_id, source_id


def model(events: list[Json]) -> dict[str, Json]:
    """Return the orders of a set of payments, snapshots and voids."""
    claims: dict[str, dict[str, tuple[str, str]]] = {}
    for event in events:
        order_id, source_id = names_of(event)
        if order_id and source_id and event["type"] != "event.voided":
            claim = (_claim_time(event), event["id"])
            of_order = claims.setdefault(source_id, {})
            of_order[order_id] = min(claim, of_order.get(order_id, claim))
    owners = {
        source_id: min((*claim, order_id) for order_id, claim in of_order.items())[2]
        for source_id, of_order in claims.items()
    }
    groups: dict[str, list[tuple[Json, str | None]]] = {}
    for event in events:
        order_id, source_id = names_of(event)
        alone = source_id if order_id is None else None
        address = order_id or owners.get(str(source_id)) or DERIVED[str(source_id)]
        groups.setdefault(address, []).append((event, alone))
    return {
        address: _order(address, group, claims, owners, events) for address, group in groups.items()
    }


def _claim_time(event: Json) -> str:
    date = event["data"].get("payment", {}).get("date")
    return str(date or event["created_at"])


def _order(
    address: str,
    group: list[tuple[Json, str | None]],
    claims: dict[str, dict[str, tuple[str, str]]],
    owners: dict[str, str],
    events: list[Json],
) -> Json:
    facts, void = _facts(group)
    counting = [fact for fact in facts.values() if fact[1]["id"] not in void]
    counting.sort(key=lambda fact: (_claim_time(fact[1]), fact[1]["id"]))
    return {
        "payments": {
            event["data"]["payment"]["id"]: event["data"]["payment"]["amount"]
            for _, event, _ in counting
            if event["type"] == "payment.succeeded"
        },
        "note": next(
            (
                event["data"]["order"]["metadata"]
                for _, event, _ in reversed(counting)
                if event["type"].startswith("order.")
            ),
            {},
        ),
        "source_id": _source_id(address, counting, void, events),
        "taken": sorted(
            (source_id, of_order[address][1])
            for source_id, of_order in claims.items()
            if address in of_order and owners[source_id] != address
        ),
        "shared": sorted(
            (source_id, came[-1])
            for source_id, of_order in claims.items()
            if len(of_order) > 1
            and owners[source_id] == address
            and (came := [fact[1]["id"] for fact in counting if fact[2] == source_id])
        ),
    }


def _facts(
    group: list[tuple[Json, str | None]],
) -> tuple[dict[str, tuple[tuple[str, str], Json, str | None]], set[str]]:
    """Return the facts by name, each from its latest event, and the ids of the voided events."""
    facts: dict[str, tuple[tuple[str, str], Json, str | None]] = {}
    for event, alone in group:
        stamp = (event["created_at"], event["id"])
        name = event["id"]
        if event["type"] == "payment.succeeded":
            name = "payment " + event["data"]["payment"]["id"]
        if name not in facts or facts[name][0] < stamp:
            facts[name] = (stamp, event, alone)
    struck: set[str] = set()
    standing: set[str] = set()
    voids = [fact for fact in facts.values() if fact[1]["type"] == "event.voided"]
    for stamp, event, _ in sorted(voids, key=lambda it: it[0], reverse=True):
        if stamp[1] not in struck:
            standing.add(stamp[1])
            struck.add(event["data"]["voids"])
    return facts, struck - standing


def _source_id(
    address: str,
    counting: list[tuple[tuple[str, str], Json, str | None]],
    void: set[str],
    events: list[Json],
) -> str | None:
    if address in NAMED_BY:
        return NAMED_BY[address] if _is_told(address, events) else None
    given = [
        event["data"]["order"]["source_id"]
        for _, event, _ in counting
        if event["type"].startswith("order.") and event["data"]["order"].get("source_id")
    ]
    if given:
        return str(given[-1])
    own = [
        (_claim_time(event), event["id"], source_id)
        for event in events
        for order_id, source_id in [names_of(event)]
        if order_id == address and source_id and event["type"] != "event.voided"
        if event["id"] not in void
    ]
    return min(own)[2] if own else None


def _is_told(address: str, events: list[Json]) -> bool:
    """Return whether an event of the derived id states the source id, and not only its digest."""
    for event in events:
        order_id, source_id = names_of(event)
        if order_id is None and DERIVED[str(source_id)] == address:
            objects = (event["data"].get("order", {}), event["data"].get("payment", {}))
            given = {
                each.get(name) for each in objects for name in ("source_id", "order_source_id")
            }
            if source_id in given:
                return True
    return False
