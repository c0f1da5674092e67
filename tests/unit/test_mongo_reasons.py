"""Why the database is away, without any secret or part of a secret."""

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from order_projector.adapters.mongo.answers import availability
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.settings import Settings, shown

SESAME = "horse-battery-staple"
SETTINGS = Settings(mongodb_uri=f"mongodb://ada:{SESAME}@db-1/orders")
BEFORE = "the proxy in front of it says: " + "x" * 155


@pytest.mark.parametrize("quoted", [SESAME, SETTINGS.mongodb_uri])
def test_a_long_reason_is_not_cut_in_the_middle_of_a_secret_before_it_is_masked(
    quoted: str,
) -> None:
    with pytest.raises(Unavailable) as away, availability():
        raise AutoReconnect(f"{BEFORE} {quoted} is not known")

    reason = shown(SETTINGS.mask(str(away.value)))
    assert "horse" not in reason
    assert reason.endswith(" is not known")


def test_a_login_that_is_refused_is_told_without_the_uri_that_the_server_quotes() -> None:
    with pytest.raises(AccessDenied) as refused, availability():
        raise OperationFailure("no", 18, {"errmsg": f"{BEFORE} {SETTINGS.mongodb_uri}"})

    assert "horse" not in str(refused.value)


def test_an_operation_that_the_driver_cancels_is_a_lost_connection() -> None:
    with pytest.raises(Unavailable) as away, availability():
        raise AutoReconnect("operation cancelled")

    assert str(away.value) == "the connection was lost in the middle of a command"
