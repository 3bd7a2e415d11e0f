"""The erasure of a user who lives in core is taken back, and any other one holds."""

import json
from collections.abc import Callable

import httpx
import pytest

from ai.kit.auth import Tokens
from ai.kit.core_client import CoreClient, CoreUnavailable
from ai.operations.unerase import NoSuchUser, unerase
from ai.projections.apply import Applier
from ai.projections.batch import read_batch
from ongoza_contracts.event import Fact
from ongoza_contracts.http.reconcile import VERSION_STEP_MAX
from tests.facts import erased, progress, record, user
from tests.tokens import SECRET

REPUBLISH = "/api/v1/internal/users/7/republish/"
UNREACHABLE = 5 + VERSION_STEP_MAX + 1


class Core:
    """Knows user 7 under version 5 while `alive`; `published` are the bodies of the requests."""

    def __init__(self, *, alive: bool = True, fails: bool = False) -> None:
        self.alive, self.fails = alive, fails
        self.published: list[object] = []
        self.asked: Callable[[], None] = lambda: None

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked()
        if request.url.path == REPUBLISH and not self.fails:
            self.published.append(json.loads(request.content or "null"))
            return httpx.Response(200, json={"facts": 4})
        if request.method == "GET" and self.alive:
            return httpx.Response(200, json={"key": "7", "version": 5})
        refusal = {"detail": "none", "code": "not_found", "errors": [], "request_id": "x"}
        return httpx.Response(503 if self.fails else 404, json=refusal)

    def client(self) -> CoreClient:
        transport = httpx.MockTransport(self.answer)
        return CoreClient("http://core.test", Tokens(SECRET), timeout=1, transport=transport)


async def apply(applier: Applier, *facts: Fact) -> None:
    await applier.apply(read_batch(record(fact) for fact in facts))


async def run(applier: Applier, core: Core) -> int:
    return await unerase(core.client(), applier.pool, 7, "terminal test", "a forged record")


async def erased_users(applier: Applier) -> list[int]:
    return [row[0] for row in await applier.pool.fetch("SELECT user_id FROM erased_learner")]


@pytest.mark.parametrize(
    ("versions", "body"),
    [([9], {"above": 9}), ([UNREACHABLE], None), ([9, UNREACHABLE], {"above": 9}), ([], None)],
    ids=["near", "far", "both", "not erased"],
)
async def test_a_living_user_is_no_longer_erased_and_published_again(
    applier: Applier, versions: list[int], body: object
) -> None:
    core = Core()
    for version in versions:
        await apply(applier, erased(7, version=version))
        assert await run(applier, core) == 4
    if not versions:
        assert await run(applier, core) == 4
    assert await erased_users(applier) == []
    assert core.published[-1] == body
    # The facts that core publishes are applied, and the erasures never again, wherever they are
    # read; a later one is.
    await apply(applier, user(7, 10), *(erased(7, version=version) for version in versions))
    assert await applier.pool.fetchval("SELECT version FROM learner") == 10
    await apply(applier, erased(7, version=11), *(erased(7, version=one) for one in versions))
    assert await erased_users(applier) == [7]


@pytest.mark.parametrize("at_once", [True, False], ids=["one batch", "two batches"])
async def test_all_erasures_of_a_user_are_taken_back_together(
    applier: Applier, at_once: bool
) -> None:
    forged = [erased(7, version=version) for version in (12, 9)]
    for batch in [forged] if at_once else [[one] for one in forged]:
        await apply(applier, user(7), *batch)
    core = Core()
    assert await run(applier, core) == 4
    assert core.published == [{"above": 12}]
    await apply(applier, *reversed(forged), user(7, 13), *forged)
    assert await applier.pool.fetchval("SELECT version FROM learner") == 13
    assert await erased_users(applier) == []
    await apply(applier, erased(7, version=14))
    assert await erased_users(applier) == [7]


async def test_the_audit_names_the_user_and_no_receipt_is_left(applier: Applier) -> None:
    await apply(applier, user(7), progress(7), erased(7))
    await run(applier, Core())
    rows = await applier.pool.fetch("SELECT actor, action, subject, reason FROM operation")
    assert [tuple(row) for row in rows] == [
        ("terminal test", "unerase", "user 7", "a forged record")
    ]
    assert await applier.pool.fetchval("SELECT count(*) FROM erasure_receipt") == 0


async def test_the_erasure_of_a_user_whom_core_has_erased_holds(applier: Applier) -> None:
    await apply(applier, erased(7))
    core = Core(alive=False)
    with pytest.raises(NoSuchUser):
        await run(applier, core)
    assert (await erased_users(applier), core.published) == ([7], [])


async def test_a_user_who_is_erased_while_the_command_runs_stays_erased(applier: Applier) -> None:
    await apply(applier, erased(7))
    core = Core()

    def erase_after_the_first_answer() -> None:
        core.asked = lambda: setattr(core, "alive", False)

    core.asked = erase_after_the_first_answer
    with pytest.raises(NoSuchUser):
        await run(applier, core)
    assert (await erased_users(applier), core.published) == ([7], [])
    assert await applier.pool.fetchval("SELECT count(*) FROM operation") == 0


async def test_it_can_be_repeated_when_core_did_not_answer(applier: Applier) -> None:
    await apply(applier, erased(7))
    core = Core(fails=True)
    with pytest.raises(CoreUnavailable):
        await run(applier, core)
    core.fails = False
    assert await run(applier, core) == 4
    assert core.published == [{"above": 9}]
