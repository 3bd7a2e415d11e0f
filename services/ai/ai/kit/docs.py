"""The OpenAPI document, completed where FastAPI does not know it, and its two pages without
CDNs."""

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from ai.kit.auth import BearerToken
from ai.kit.bodies import read_json
from ai.kit.fairness import BodyBudget, Concurrency
from ongoza_contracts.http.openapi import (
    SCHEMAS,
    add_etag,
    add_refusals,
    complete,
    drop_titles,
    operations,
)

ASSETS = "/docs-assets"
# The pages need their own inline script; whatever their bundles would fetch elsewhere is blocked.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'"
)


_BOUNDS = {"ge": "minimum", "le": "maximum"}


def install(app: FastAPI) -> None:
    """Serves /docs and /redoc, and completes /openapi.json. The app is made with both urls None."""
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_offline") / "static")))
    app.add_api_route("/docs", _page(_swagger(app)), include_in_schema=False)
    app.add_api_route("/redoc", _page(_redoc(app)), include_in_schema=False)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]


def _page(html: HTMLResponse) -> Callable[[], Any]:
    html.headers["Content-Security-Policy"] = CONTENT_POLICY

    async def page() -> HTMLResponse:
        return html

    return page


def _swagger(app: FastAPI) -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=app.title,
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None, "persistAuthorization": True},
    )


def _redoc(app: FastAPI) -> HTMLResponse:
    return get_redoc_html(
        openapi_url="/openapi.json",
        title=app.title,
        redoc_js_url=f"{ASSETS}/redoc.standalone.js",
        redoc_favicon_url=f"{ASSETS}/favicon.png",
        with_google_fonts=False,
    )


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        _document_bodies(app, document, schemas)
        drop_titles([document["components"], document["paths"]])
        _drop_defaults(document, schemas)
        _mend_parameters(document)
        _add_refusals(app, document)
        complete(document)
        app.openapi_schema = document
    return app.openapi_schema


def _drop_defaults(document: dict[str, Any], schemas: dict[str, Any]) -> None:
    """FastAPI's own 422 does not happen, and its summaries repeat the names of functions."""
    for operation in operations(document):
        operation["responses"].pop("422", None)
        operation.pop("summary", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)


def _mend_parameters(document: dict[str, Any]) -> None:
    """FastAPI says that an optional parameter may be null, which no address can say, and names the
    bounds of a validated number as pydantic does."""
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            for kind in schema.pop("anyOf", ()):
                if kind != {"type": "null"}:
                    schema |= kind
            for name, keyword in _BOUNDS.items():
                if name in schema:
                    schema[keyword] = schema.pop(name)


def _document_bodies(app: FastAPI, document: dict[str, Any], schemas: dict[str, Any]) -> None:
    """FastAPI does not see what `read_json` reads; this adds it."""
    for route in iter_route_contexts(app.routes):
        for model in _models_read(getattr(route, "dependant", None)):
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                content = _reference(model, schemas)
                operation["requestBody"] = {"required": True, "content": content}


def _add_refusals(app: FastAPI, document: dict[str, Any]) -> None:
    """The refusals that follow from a route's dependencies."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        if dependant is None or route.path_format not in document["paths"]:
            continue
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            add_refusals(operation, _refusals(dependant, operation))
            if "304" in operation["responses"]:
                add_etag(operation, is_read=True)


def _refusals(dependant: Dependant, operation: dict[str, Any]) -> set[int]:
    found = {400, 431}  # the limit of headers counts the query too
    calls = {type(one.call) for one in _all_dependencies(dependant)}
    names = {one["name"]: one["in"] for one in operation.get("parameters", ())}
    read = {name for model in _models_read(dependant) for name in model.model_fields}
    if BearerToken in calls:
        found |= {401, 403}
    if "path" in names.values() or "user_id" in {*names, *read}:
        found |= {404}
    if read:
        found |= {413, 415}
    if calls & {Concurrency, BodyBudget}:
        found |= {429}
    return found


def _all_dependencies(dependant: Dependant) -> Iterator[Dependant]:
    for dependency in dependant.dependencies:
        yield dependency
        yield from _all_dependencies(dependency)


def _models_read(dependant: Dependant | None) -> Iterator[type[BaseModel]]:
    for dependency in dependant.dependencies if dependant else ():
        if isinstance(dependency.call, read_json):
            yield dependency.call.model
        yield from _models_read(dependency)


def _reference(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=SCHEMAS + "{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"application/json": {"schema": {"$ref": SCHEMAS + model.__name__}}}
