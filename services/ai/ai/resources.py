"""The resources of the HTTP process, opened once and closed in reverse order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg

from ai.catalogue.cache import CatalogueCache
from ai.coaching.language_model import open_language_model
from ai.coaching.service import CoachResources
from ai.coaching.wordings import Wordings
from ai.dashboard.service import DashboardResources, PriorCache
from ai.embeddings.encoder import open_encoder
from ai.embeddings.multilingual import Multilingual, multilingual_encoder, open_multilingual
from ai.embeddings.queue import EncoderQueue
from ai.kit.auth import Tokens
from ai.kit.core_client import CoreClient
from ai.kit.db import open_pool
from ai.kit.loops import run_periodically
from ai.kit.settings import Settings
from ai.missions.service import MissionResources
from ai.projections.revocation import SECONDS, Revocations
from ai.projections.seen import FLUSH_SECONDS, SeenLearners
from ai.recommendations.stored_lists import StoredLists
from ai.search.cache import LexicalCache
from ai.search.service import SearchResources
from ai.suggestions.service import AgreementCache
from ai.vectorstore.base import VectorStore
from ai.vectorstore.pgvector import SEARCH_SETTINGS, PgVectorStore
from ai.vectorstore.pinecone import open_pinecone

READER = "live, public"
"""The search path of readers: the views of schema `live` show the live generation."""

CATALOGUE_SECONDS = 30.0
"""The greatest age of the catalogue in memory when the database becomes unavailable."""
PATIENCE_SECONDS = 0.05
"""How long a request waits for a newer catalogue before it uses the earlier one."""
EMPTY_SECONDS = 1.0
"""The pause between loads while it has no items."""
PRIOR_SECONDS = 3600.0
"""The greatest age of the distribution of pace over all learners."""
NO_ENROLMENTS_SECONDS = 60.0
"""The pause between fits while nobody is enrolled."""

AGREEMENT_SECONDS = 600.0
"""The greatest age of the agreement of suggestions with reviews."""
NO_REVIEWS_SECONDS = 60.0
"""The pause between its loads while nothing can be compared."""


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    tokens: Tokens
    pool: asyncpg.Pool
    """Reads the live generation."""
    core: CoreClient
    encoder: EncoderQueue
    catalogues: CatalogueCache
    seen: SeenLearners
    stored_lists: StoredLists
    priors: PriorCache
    agreements: AgreementCache
    wordings: Wordings
    lexical: LexicalCache
    vectors: PgVectorStore
    multilingual: Multilingual | None = None
    """The second model and its vectors, where it is on."""
    other_vectors: VectorStore | None = None
    """Searched first if configured; its hits are checked against the live generation."""


@asynccontextmanager
async def open_resources(settings: Settings, tokens: Tokens) -> AsyncIterator[Resources]:
    """The database and core may be down: connections are opened when first needed.

    The model is loaded here, in half a second, so that a process with another model than the
    recorded one does not start.
    """
    async with AsyncExitStack() as stack:
        pool = await open_pool(settings, search_path=READER, parameters=SEARCH_SETTINGS)
        stack.push_async_callback(pool.close)
        core = CoreClient(settings.django_api_url, tokens, timeout=settings.django_api_timeout)
        stack.push_async_callback(core.close)
        encoder = EncoderQueue(await asyncio.to_thread(open_encoder, settings.embedding_backend))
        stack.callback(encoder.close)
        second = await asyncio.to_thread(multilingual_encoder, settings.multilingual_search)
        multilingual = open_multilingual(second, pool) if second else None
        if multilingual:
            stack.callback(multilingual.encoder.close)
        lexical = LexicalCache(pool)
        catalogues, priors, agreements = (
            CatalogueCache(pool, patience=PATIENCE_SECONDS),
            PriorCache(pool),
            AgreementCache(pool),
        )
        seen = SeenLearners(pool)
        for loop in (
            run_periodically(seen.flush, pause=FLUSH_SECONDS),
            run_periodically(Revocations(pool, tokens).refresh, pause=SECONDS),
            run_periodically(catalogues.refresh, pause=CATALOGUE_SECONDS, rest=EMPTY_SECONDS),
            run_periodically(lexical.refresh, pause=CATALOGUE_SECONDS, rest=EMPTY_SECONDS),
            run_periodically(priors.refresh, pause=PRIOR_SECONDS, rest=NO_ENROLMENTS_SECONDS),
            run_periodically(agreements.refresh, pause=AGREEMENT_SECONDS, rest=NO_REVIEWS_SECONDS),
        ):
            stack.callback(asyncio.create_task(loop).cancel)
        model = open_language_model(settings)
        wordings = Wordings(pool, model, settings.llm_calls_per_day)
        stack.push_async_callback(wordings.close)
        other = None
        if settings.pinecone_host:
            other = await stack.enter_async_context(open_pinecone(settings, encoder.identity))
        yield Resources(
            settings,
            tokens,
            pool,
            core,
            encoder,
            catalogues,
            seen,
            StoredLists(pool),
            priors,
            agreements,
            wordings,
            lexical,
            PgVectorStore(pool),
            multilingual,
            other,
        )


# Only mypy checks these: the resources have everything that the features need.
_FOR_FEATURES: Callable[[Resources], MissionResources] = lambda resources: resources  # noqa: E731
_FOR_SEARCH: Callable[[Resources], SearchResources] = lambda resources: resources  # noqa: E731
_FOR_DASHBOARD: Callable[[Resources], DashboardResources] = lambda resources: resources  # noqa: E731
_FOR_COACH: Callable[[Resources], CoachResources] = lambda resources: resources  # noqa: E731
