"""While DNS cannot resolve an address, it is as unavailable as any service that is away."""

from types import SimpleNamespace
from typing import Any

import pytest
from dns.resolver import NXDOMAIN, LifetimeTimeout, NoNameservers
from pymongo.asynchronous import srv_resolver as asynchronous
from pymongo.synchronous import srv_resolver as synchronous

from order_projector.adapters.mongo import Driver, MongoStore, connect
from order_projector.projection.ports import AccessDenied, Unavailable

URI = "mongodb+srv://orders.example.com"


class Answers:
    """A name service for either driver, which gives one answer after the other."""

    def __init__(self, *answers: type[Exception] | str) -> None:
        self.left = list(answers)

    def give(self, *question: Any, **options: Any) -> Any:
        del options
        if question[1] == "TXT":
            raise NXDOMAIN
        answer = self.left.pop(0)
        if isinstance(answer, str):
            target = SimpleNamespace(to_text=lambda **_: answer)
            return [SimpleNamespace(target=target, port=1)]
        raise answer

    async def give_later(self, *question: Any, **options: Any) -> Any:
        return self.give(*question, **options)


@pytest.fixture(params=["motor", "pymongo"])
def driver(request: pytest.FixtureRequest) -> Driver:
    """Return each of the drivers in turn."""
    chosen: Driver = request.param
    return chosen


def store(monkeypatch: pytest.MonkeyPatch, driver: Driver, answers: Answers) -> MongoStore:
    monkeypatch.setattr(synchronous, "_resolve", answers.give)
    monkeypatch.setattr(asynchronous, "_resolve", answers.give_later)
    return connect(URI, "orders", driver=driver, timeout=0.2)


async def test_a_name_service_that_is_away_is_unavailable_until_it_answers(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = (LifetimeTimeout, NoNameservers, NXDOMAIN, OSError)
    orders = store(monkeypatch, driver, Answers(*away, "db1.example.com"))

    for _ in away:
        with pytest.raises(Unavailable, match=r"^the address cannot be resolved: "):
            await orders.ping()
    with pytest.raises(Unavailable, match=r"db1\.example\.com"):
        await orders.ping()
    await orders.close()


async def test_an_answer_that_names_hosts_of_others_is_refused(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = store(monkeypatch, driver, Answers("db1.elsewhere.net"))

    with pytest.raises(AccessDenied, match=r"^ORDERS_MONGODB_URI: .*: Invalid SRV host: db1"):
        await orders.ping()
    await orders.close()
