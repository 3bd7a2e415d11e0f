"""ai's HTTP process: `python -m ai serve`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import typer
import uvicorn
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ai import health
from ai.coaching.router import router as coaching
from ai.curriculum.router import router as curriculum
from ai.dashboard.router import router as dashboard
from ai.embeddings.router import new_budget
from ai.embeddings.router import router as embeddings
from ai.kit import docs, error_responses
from ai.kit.auth import Tokens
from ai.kit.compression import JsonGZip
from ai.kit.connections import protocol_class
from ai.kit.db import UNAVAILABLE
from ai.kit.error_responses import error_response
from ai.kit.errors import ServiceUnavailable
from ai.kit.fairness import prefer_event_loop
from ai.kit.fallback import SOURCE_HEADER
from ai.kit.guard import Guard
from ai.kit.head import HeadAsGet
from ai.kit.logs import configure
from ai.kit.metrics import answering_scrapes, report_pool
from ai.kit.parameters import refuse_unknown_parameters
from ai.kit.settings import Settings, load_settings
from ai.kit.trace import Trace
from ai.missions.router import router as missions
from ai.operations.router import router as operations
from ai.personality.router import router as personality
from ai.profiling.router import router as profiling
from ai.recommendations.router import PlainList
from ai.recommendations.router import router as recommendations
from ai.resources import Resources, open_resources
from ai.search.router import router as search
from ongoza_ops import tracing
from ongoza_ops.metrics import Process

KEEP_ALIVE_SECONDS = 30
STOP_SECONDS = 10

ROUTERS = (
    coaching,
    curriculum,
    dashboard,
    embeddings,
    missions,
    personality,
    profiling,
    recommendations,
    search,
    operations,
    health.router,
)

command = typer.Typer(add_completion=False)

log = logging.getLogger(__name__)


class DatabaseUnavailable(ServiceUnavailable):
    code = "database_unavailable"
    detail = "The database cannot be reached at the moment; try again."


class Application(FastAPI):
    """Without FastAPI's telemetry and Starlette's answer to crashes, through which every request
    would pass: `Trace` records requests, and `Guard` answers crashes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Starlette.__call__(self, scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        stack: Any = super().build_middleware_stack()
        while not isinstance(stack, HeadAsGet):  # the outermost of ours
            stack = stack.app
        return cast(ASGIApp, stack)


def create_app(settings: Settings) -> FastAPI:
    """The application; it opens its resources when it is started."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_resources(settings, app.state.tokens) as resources:
            app.state.resources = resources
            async with answering_scrapes(Process.AI, settings, partial(_report, resources)):
                yield

    app = Application(
        title="Ongoza CyberHub AI API",
        description="Profiling, recommendations, curriculum, missions, coaching, dashboard and "
        "search.",
        version="1.0.0",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        # Nothing consumes telemetry yet, and it costs time in every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
    )
    app.state.tokens = Tokens.of(settings)
    app.state.embedding_budget = new_budget()
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(refuse_unknown_parameters)])
    error_responses.install(app)
    for failure in UNAVAILABLE:
        app.add_exception_handler(failure, _database_unavailable)
    docs.install(app)
    _wrap(app, settings)
    return app


async def _report(resources: Resources) -> None:
    report_pool(resources.pool)
    resources.encoder.report()


def _operation_id(route: APIRoute) -> str:
    """The name of a route's function in generated clients."""
    return "_".join([*map(str, route.tags), route.name])


def _wrap(app: FastAPI, settings: Settings) -> None:
    """Adds the middlewares, the innermost first."""
    app.add_middleware(PlainList)
    app.add_middleware(Guard, allowed_hosts=settings.allowed_hosts)
    app.add_middleware(JsonGZip)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-None-Match",
                "X-Request-ID",
                "traceparent",
            ],
            expose_headers=[
                "X-Request-ID",
                SOURCE_HEADER,
                "X-Recommendations-Source",
                "X-Search-Source",
                "ETag",
                "Retry-After",
            ],
        )
    app.add_middleware(Trace)
    app.add_middleware(HeadAsGet)


async def _database_unavailable(_: Request, error: Exception) -> Response:
    log.warning("database: %s", type(error).__name__)
    return error_response(DatabaseUnavailable())


@command.command()
def serve() -> None:
    """Answer HTTP requests."""
    configure()
    settings = load_settings()
    prefer_event_loop()
    tracing.start("ai")
    uvicorn.run(
        create_app(settings),
        host=settings.ai_host,
        port=settings.ai_port,
        loop="uvloop",
        http=protocol_class(settings.connections_per_address),
        ws="none",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here reads the address or the scheme of the client
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=1000,
    )
