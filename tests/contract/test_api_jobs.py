"""Every store of the API's keys, imports and exports behaves the same."""

import asyncio
import math
from dataclasses import replace
from typing import Any

import pytest

from order_projector.adapters.mongo import MongoExports, MongoImports, MongoKeys, MongoStore
from order_projector.projection.api_jobs import (
    ExportJob,
    FailedOrder,
    FirstTry,
    ImportJob,
    JobStatus,
)
from order_projector.projection.ports import OrderStore
from tests.support.memory_jobs import MemoryExports, MemoryImports, MemoryKeys

JOB = ImportJob("aa_1", 5, 5, 3, is_strict=True)
ENDED = 0.0
"""A lease that expires at once."""


def of(store: OrderStore, memory: type[Any], mongo: type[Any]) -> Any:
    return mongo(store.database, store.timeout) if isinstance(store, MongoStore) else memory()


@pytest.fixture
def imports(store: OrderStore) -> Any:
    return of(store, MemoryImports, MongoImports)


async def test_the_first_try_with_a_key_is_the_one(store: OrderStore) -> None:
    keys = of(store, MemoryKeys, MongoKeys)
    tries = [FirstTry(str(number), number, "order.created") for number in range(4)]

    assert await keys.first_try("k") is None
    found = await asyncio.gather(*(keys.remember("k", each) for each in tries))

    assert len(set(found)) == 1
    assert await keys.first_try("k") == found[0]
    assert await keys.first_try("other") is None


async def test_an_import_comes_back_with_its_whole_input(imports: Any) -> None:
    text = b"[" + b"x" * 20_000_000 + b"]"
    await imports.create(JOB, text)
    await imports.create(replace(JOB, total=9), b"another")

    claimed = await imports.claim("one", 30)

    assert claimed.job == await imports.get("aa_1") == JOB
    assert claimed.text == text


async def test_one_process_works_at_an_import_until_its_lease_ends(imports: Any) -> None:
    await imports.create(JOB, b"[]")

    claims = await asyncio.gather(*(imports.claim(name, 30) for name in ("one", "two", "three")))
    (held,) = [each for each in claims if each is not None]

    owner = ("one", "two", "three")[claims.index(held)]
    assert await imports.save(replace(held.job, next=1), owner, ENDED) is True
    taken = await imports.claim("late", 30)
    assert taken.job.next == 1
    assert await imports.save(replace(held.job, next=3), owner, 30) is False
    assert (await imports.get("aa_1")).next == 1


async def test_how_far_an_import_is_comes_back_as_it_was_and_the_end_is_the_end(
    imports: Any,
) -> None:
    await imports.create(JOB, b"[]")
    await imports.claim("one", 30)
    done = replace(
        JOB,
        status=JobStatus.DONE,
        next=3,
        failed=(FailedOrder(1, "Property .status"),),
        acknowledged_at=7,
        times=(1, 0, 2),
    )

    assert await imports.save(done, "one", ENDED) is True

    assert await imports.get("aa_1") == done
    assert await imports.claim("two", 30) is None
    assert await imports.get("aa_2") is None


@pytest.mark.parametrize("end", [JobStatus.DONE, JobStatus.FAILED])
async def test_the_input_of_an_import_is_kept_until_its_end_and_no_longer(
    end: JobStatus, store: OrderStore
) -> None:
    """It may hold the personal data of an order that is erased later."""
    imports = of(store, MemoryImports, MongoImports)
    text = b'[{"metadata": "somebody"}]'
    await imports.create(JOB, text)
    await imports.create(replace(JOB, id="aa_10"), text)
    for _ in range(2):
        claimed = await imports.claim("one", 30)
        assert claimed.text == text
    await imports.save(replace(JOB, next=1), "one", 30)
    assert await inputs(store, imports) == {"aa_1", "aa_10"}

    await imports.save(replace(JOB, next=3, status=end), "one", 30)
    await imports.create(JOB, text)  # the same request once more

    assert await inputs(store, imports) == {"aa_10"}
    assert (await imports.get("aa_1")).status is end


async def test_an_import_of_no_order_has_no_input(store: OrderStore) -> None:
    imports = of(store, MemoryImports, MongoImports)
    await imports.create(replace(JOB, total=0, status=JobStatus.DONE), b"[]")

    assert await inputs(store, imports) == set()
    assert await imports.claim("one", 30) is None


async def inputs(store: OrderStore, imports: Any) -> set[str]:
    """Return the imports of which there is any input."""
    if not isinstance(store, MongoStore):
        return set(imports._texts)
    found = await store.database["api_jobs"].find({"kind": "input"}).to_list(None)
    return {each["_id"].split("/")[1] for each in found}


async def test_imports_are_listed_the_newest_first(imports: Any) -> None:
    jobs = [ImportJob(f"aa_{number}", number, number, 0) for number in range(4)]
    for job in jobs:
        await imports.create(job, b"[]")

    assert list(await imports.listed(2, None)) == [jobs[3], jobs[2]]
    assert list(await imports.listed(5, 2)) == [jobs[1], jobs[0]]


async def test_exports_are_kept_listed_and_deleted(store: OrderStore) -> None:
    exports = of(store, MemoryExports, MongoExports)
    parameters = {"filters": {"metadata.$x": {"conditions": {"$is": 1}}}}
    jobs = [
        ExportJob(f"exp_{number}", number, kind, parameters, "secret")
        for number, kind in enumerate(("order", "ledger", "order"))
    ]
    for job in jobs:
        await exports.create(job)
    await exports.create(replace(jobs[0], secret="another"))  # noqa: S106

    newest = await exports.listed(-1, 2, 0, ("order", "ledger"))
    orders = await exports.listed(1, 1, 1, ("order",))

    assert (list(newest.jobs), newest.total) == ([jobs[2], jobs[1]], 3)
    assert (list(orders.jobs), orders.total) == ([jobs[2]], 2)
    assert await exports.get("exp_0") == jobs[0]
    assert await exports.delete("exp_0") is True
    assert await exports.delete("exp_0") is False
    assert await exports.get("exp_0") is None


async def test_parameters_of_an_export_come_back_whatever_they_hold(store: OrderStore) -> None:
    exports = of(store, MemoryExports, MongoExports)
    parameters = {
        "\ud800": ["\udfff", "\\", "é", "\0"],
        "$x.y": {"": 10**20, "far": math.inf, "third": 0.1, "none": None},
    }
    job = ExportJob("exp_9", 5, "order", parameters, "secret")

    await exports.create(job)

    assert await exports.get("exp_9") == job
