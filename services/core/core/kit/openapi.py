"""core's OpenAPI documents: one for everybody, one with the routes for our own services."""

import re
from collections.abc import Iterator
from typing import Any

from drf_spectacular.drainage import error
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes

from core.kit.idempotency import MAX_LENGTH, PATTERN
from core.kit.serializers import StrictSerializer
from ongoza_contracts.http import openapi as common
from ongoza_contracts.http.openapi import SCHEMAS, mappings, operations

INTERNAL = re.compile(r"/api/v1/(internal|profiling/sessions|student/coaching/overview)/")
"""Routes for our own services: nginx leads no request for them to core."""


class Schema(AutoSchema):
    """Describes an operation: with the body of a DELETE, each component under a plain name, and the
    refusals and headers that follow from the view."""

    view: Any  # an `ApiView`

    def get_operation(self, *args: Any, **options: Any) -> Any:
        operation = super().get_operation(*args, **options)
        if operation:
            common.add_refusals(operation, self._refusals("requestBody" in operation))
            self._add_preconditions(operation)
            if self.method in self.view.idempotent_methods:
                common.add_idempotency_key(operation, PATTERN, MAX_LENGTH)
            if self.view.get_throttles():
                common.add_rate_limit(operation)
        return operation

    def _refusals(self, reads_body: bool) -> set[int]:
        """The 4XX that can happen before and within a view's handler."""
        view: Any = self.view
        writes = self.method != "GET"
        found = {400, 431}  # the limit of headers counts the query too
        if view.get_authenticators() or getattr(view, "takes_credentials", False):
            found |= {401, 403}
        if "{" in self.path or "user" in view.query_parameters or view.may_be_absent:
            found |= {404}
        if writes:
            found |= {409, 412}
        if reads_body:
            found |= {404, 413, 415} if view.get_authenticators() else {413, 415}
        if view.get_throttles():
            found |= {429}
        return found

    def _add_preconditions(self, operation: dict[str, Any]) -> None:
        if self.method in self.view.etag_methods:
            common.add_etag(operation, is_read=self.method == "GET")
        if self.method in self.view.if_match_methods:
            common.add_header_parameter(
                operation, "If-Match", "The ETag of the state that the change is made to."
            )

    def get_operation_id(self) -> str:
        """Reached when a view gives none. Generated clients name their functions after it."""
        error("@extend_schema needs an operation_id")
        return str(super().get_operation_id())

    def get_request_serializer(self) -> Any:
        """Reached when a view states none."""
        return None if self.method in ("GET", "DELETE") else super().get_request_serializer()

    def _get_request_body(self, direction: str = "request") -> Any:
        """drf-spectacular drops the body of a DELETE and calls that of a PATCH optional."""
        if self.get_request_serializer() is None:
            return None
        method = self.method
        self.method = "POST" if method == "DELETE" else method
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self.method = method
        return body and {**body, "required": not getattr(self.view, "has_optional_body", False)}

    def _get_serializer_name(self, *args: Any, **options: Any) -> str:
        name = str(super()._get_serializer_name(*args, **options))
        return name.removesuffix("Request") if name.endswith("RequestRequest") else name


class _PublicEndpoints(EndpointEnumerator):
    def get_api_endpoints(self, *args: Any, **options: Any) -> list[Any]:
        found = super().get_api_endpoints(*args, **options)  # type: ignore[no-untyped-call]
        return [endpoint for endpoint in found if not INTERNAL.match(endpoint[0])]


class _InternalEndpoints(EndpointEnumerator):
    def get_api_endpoints(self, *args: Any, **options: Any) -> list[Any]:
        found = super().get_api_endpoints(*args, **options)  # type: ignore[no-untyped-call]
        return [endpoint for endpoint in found if INTERNAL.match(endpoint[0])]


class PublicDocument(SchemaGenerator):
    endpoint_inspector_cls = _PublicEndpoints


class InternalDocument(SchemaGenerator):
    endpoint_inspector_cls = _InternalEndpoints


def classes_without_description() -> list[type]:
    """Classes whose docstrings are for the authors of serializers that inherit from them."""
    return [*get_lib_doc_excludes(), StrictSerializer]  # type: ignore[no-untyped-call]


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The last hook: adds and mends what drf-spectacular leaves out or describes badly."""
    schemas = result["components"]["schemas"]
    _inline_null(result, schemas)
    _name_enums_of_parameters(result, schemas)
    for mapping in mappings(result):
        _simplify(mapping)
    common.complete(result)
    return result


def _simplify(schema: dict[str, Any]) -> None:
    """Drop directions, which fields of requests and of answers share, and unions of one schema."""
    for flag in ("readOnly", "writeOnly"):
        if schema.get(flag) is True:
            del schema[flag]
    if len(schema.get("allOf", ())) == 1:
        schema.update(schema.pop("allOf")[0])


def _inline_null(result: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Replace the components that drf-spectacular adds for null and for an empty text."""
    constants = {"NullEnum": {"type": "null"}, "BlankEnum": {"type": "string", "const": ""}}
    for mapping in mappings(result):
        name = str(mapping.get("$ref", "")).removeprefix(SCHEMAS)
        if name in constants:
            del mapping["$ref"]
            mapping.update(constants[name])
    for name in constants:
        schemas.pop(name, None)


def _name_enums_of_parameters(result: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Refer to the named enumeration that has the same values."""
    names = {
        tuple(sorted(schema["enum"])): name for name, schema in schemas.items() if "enum" in schema
    }
    for schema in _parameter_schemas(result):
        name = names.get(tuple(sorted(schema.get("enum", ()))))
        if name is not None:
            schema.clear()
            schema["$ref"] = SCHEMAS + name


def _parameter_schemas(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in operations(result):
        for parameter in operation.get("parameters", ()):
            yield parameter["schema"]
