"""The application without its neighbours, for tests."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from ai.app import create_app
from ai.catalogue.cache import CatalogueCache
from ai.coaching.wordings import Wordings
from ai.dashboard.service import PriorCache
from ai.embeddings.queue import EncoderQueue
from ai.kit.core_client import CoreClient
from ai.kit.settings import Settings
from ai.kit.vectors import Matrix, ModelIdentity
from ai.projections.seen import SeenLearners
from ai.recommendations.stored_lists import StoredLists
from ai.resources import Resources
from ai.search.cache import LexicalCache
from ai.suggestions.service import AgreementCache
from ai.vectorstore.pgvector import PgVectorStore
from tests.tokens import SECRET

ORIGIN = "http://app.ongoza.example"


class EncoderDouble:
    """Vectors of length 1 that depend on nothing but the text."""

    identity = ModelIdentity(model="double", revision="1", precision="fp32", dimension=384)

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            rows[row, len(text) % 384] = 1
        return rows


class DatabaseDown:
    """A pool whose server is away."""

    async def _refuse(self, *_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError

    fetchrow = fetchval = fetch = execute = _refuse


def settings_alone(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JWT_SECRET_KEY", SECRET)
    monkeypatch.setenv("VECTOR_DB_PASSWORD", "unused")
    monkeypatch.setenv("CORS_ORIGINS", ORIGIN)
    return Settings()


def app_alone(settings: Settings) -> FastAPI:
    """Without database and core, and with an encoder that needs no model."""
    app = create_app(settings)
    pool = cast(asyncpg.Pool, DatabaseDown())
    app.state.resources = Resources(
        settings=settings,
        tokens=app.state.tokens,
        pool=pool,
        core=CoreClient(
            "http://core.test",
            app.state.tokens,
            timeout=1,
            transport=httpx.MockTransport(lambda _: httpx.Response(503)),
        ),
        encoder=EncoderQueue(EncoderDouble()),
        catalogues=CatalogueCache(pool),
        seen=SeenLearners(pool),
        stored_lists=StoredLists(pool),
        priors=PriorCache(pool),
        agreements=AgreementCache(pool),
        wordings=Wordings(pool),
        lexical=LexicalCache(pool),
        vectors=PgVectorStore(pool),
    )
    return app


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://ai.test") as client:
        yield client
