"""An answer and its compressed form are two: each has an ETag of its own, and either is known."""

import pytest

from tests.support.api import World
from tests.support.story import ORDER_ID, WHOLE

JSON = f"/orders/{ORDER_ID}/json"
PAGE = f"/orders/{ORDER_ID}"
PATHS = (JSON, PAGE, "/orders/assets/page.css")
PLAIN, GZIP = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip"}


@pytest.fixture(autouse=True)
async def whole_order(api: World) -> None:
    """Add an order whose answers are long enough to be compressed."""
    await api.told(*WHOLE)


async def etags_of(api: World, path: str) -> tuple[str, str]:
    """Return the ETags of an answer as it is, and of it compressed."""
    plain, packed = await api.get(path, **PLAIN), await api.get(path, **GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.content == packed.content
    return plain.headers["ETag"], packed.headers["ETag"]


@pytest.mark.parametrize("path", PATHS)
async def test_the_etag_of_a_compressed_answer_differs_from_that_of_the_answer_as_it_is(
    api: World, path: str
) -> None:
    plain, packed = await etags_of(api, path)

    assert packed == f'{plain[:-1]}-gzip"'


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_either_form_is_answered_with_304_and_the_etag_of_what_it_has(
    api: World, path: str
) -> None:
    for etag in await etags_of(api, path):
        for accepted in (PLAIN, GZIP):
            for named in (etag, f"W/{etag}", f'"other", {etag}'):
                answer = await api.get(path, **accepted, **{"If-None-Match": named})
                assert (answer.status_code, answer.headers["ETag"]) == (304, etag)


@pytest.mark.parametrize("path", PATHS)
async def test_what_a_browser_keeps_depends_on_the_encodings_it_accepts(
    api: World, path: str
) -> None:
    known = {"If-None-Match": "*"}
    for headers in (PLAIN, GZIP, PLAIN | known, GZIP | known):
        vary = (await api.get(path, **headers)).headers["Vary"].split(", ")
        assert sorted(vary) == ["Accept-Encoding", "X-Voucherify-Channel"]


async def test_a_write_names_the_stored_revision_by_the_etag_of_either_form(api: World) -> None:
    revision = (await etags_of(api, JSON))[0]

    for etag in await etags_of(api, JSON):
        unwanted = {"If-None-Match": etag}
        refused = await api.client.put(
            f"/v1/orders/{ORDER_ID}", json={"amount": 5}, headers=unwanted
        )
        assert refused.status_code == 412
        wanted = {"If-Match": etag}
        written = await api.client.put(f"/v1/orders/{ORDER_ID}", json={}, headers=wanted)
        assert (written.status_code, written.headers["ETag"]) == (200, revision)
