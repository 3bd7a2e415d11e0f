"""Query parameters that a route does not declare."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params

from ai.kit.errors import BadParameter
from ongoza_contracts.http.errors import FieldError
from ongoza_contracts.http.strict_text import quoted

_declared: dict[Callable[..., Any], frozenset[str]] = {}


async def refuse_unknown_parameters(request: Request) -> None:
    """A dependency of every route: FastAPI ignores what a route does not declare."""
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    if route.endpoint not in _declared:
        _declared[route.endpoint] = _query_names(route.dependant)
    for name in request.query_params:
        if name not in _declared[route.endpoint]:
            raise _unknown(quoted(name))


def _unknown(quoted_name: str) -> BadParameter:
    detail = f"{quoted_name} is no query parameter of this route."
    error = FieldError(field=quoted_name[1:-1], code="unknown_field", detail="Unknown parameter.")
    return BadParameter(detail, errors=(error,))


def _query_names(dependant: Dependant) -> frozenset[str]:
    return frozenset(field.alias for field in get_flat_params(_query_alone(dependant)))


def _query_alone(dependant: Dependant) -> Dependant:
    return Dependant(
        query_params=dependant.query_params,
        dependencies=[_query_alone(each) for each in dependant.dependencies],
        call=dependant.call,
    )
