"""Redemptions and rollbacks that concern no order: a gift card topped up, points for a reward."""

from random import Random

from order_projector.workload import payloads
from order_projector.workload.catalogue import Json
from order_projector.workload.offers import GiftCredits, LoyaltyPoints, handed_out
from order_projector.workload.scenario import ScenarioStep
from order_projector.workload.timestamps import HOUR, OPENING, stamp


def orderless_step(rng: Random) -> ScenarioStep:
    """Draw an event in which no order stands."""
    at = OPENING + rng.randrange(24 * HOUR)
    number = f"{rng.getrandbits(64):016x}"
    own = {"id": f"r_{number}", "date": stamp(at), "result": "SUCCESS", "order": None}
    card = handed_out(rng.choice((GiftCredits(2_500), LoyaltyPoints(120, 20, 100))), rng)
    redemption: Json = {**own, **card.redemption}
    rollback = payloads.rolled_back(f"r_{number}", f"rr_{number}", at, None)
    kind: str
    data: Json
    kind, data = rng.choice(
        (
            ("succeeded", {"redemption": redemption, **card.carriers}),
            ("succeeded", {"redemption": redemption, "order": None, **card.carriers}),
            ("succeeded", {"redemptions": [redemption | card.carriers]}),
            ("rollback.succeeded", {"redemption_rollback": rollback}),
            ("rollback.succeeded", {"rollbacks": [rollback], "order": None}),
        )
    )
    return ScenarioStep(at, f"redemption.{kind}", data)
