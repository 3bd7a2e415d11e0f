"""ai's HTTP application in the test's own process, over resources of the test's choice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
from fastapi import FastAPI

from ai.app import create_app
from ai.catalogue.cache import CatalogueCache
from ai.coaching.wordings import Wordings
from ai.dashboard.service import PriorCache
from ai.kit.core_client import CoreClient
from ai.kit.settings import Settings
from ai.projections.seen import SeenLearners
from ai.recommendations.stored_lists import StoredLists
from ai.resources import Resources
from ai.search.cache import LexicalCache
from ai.suggestions.service import AgreementCache
from tests.tokens import SECRET, bearer


class DatabaseDown:
    """A pool that fails when it is used."""

    async def _refuse(self, *_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError

    fetchrow = fetchval = fetch = execute = _refuse


def app_over(
    pool: Any, settings: Settings, *, core: httpx.MockTransport | None = None, **others: Any
) -> FastAPI:
    """`core` answers in core's place; `others` are further resources. Resources that are not named
    fail when they are used."""
    settings = settings.model_copy(update={"jwt_secret_key": SECRET})
    app = create_app(settings)
    given = {
        "wordings": Wordings(pool),
        "encoder": cast(Any, None),
        "seen": SeenLearners(pool),
        "stored_lists": StoredLists(pool),
        "lexical": LexicalCache(pool),
        "vectors": cast(Any, None),
        **others,
    }
    app.state.resources = Resources(
        settings=settings,
        tokens=app.state.tokens,
        pool=pool,
        core=CoreClient("http://core.test", app.state.tokens, timeout=1, transport=core),
        catalogues=CatalogueCache(pool),
        priors=PriorCache(pool),
        agreements=AgreementCache(pool),
        **given,
    )
    return app


@asynccontextmanager
async def learner_seven(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://ai.test", headers=bearer()
    ) as client:
        yield client
