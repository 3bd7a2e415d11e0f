"""The base of every REST view."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from core.kit.errors import BadParameter
from core.kit.etags import IfMatch, PreconditionFailed, Tagged, matches, parse_if_match
from core.kit.idempotency import make_idempotent
from core.kit.pagination import Pages, page_at_cursor
from core.kit.permissions import Principal, is_service
from ongoza_contracts.access import Permission
from ongoza_contracts.http.strict_text import quoted

if TYPE_CHECKING:
    from django.contrib.auth.models import _User  # of the stubs: AUTH_USER_MODEL


class UndeclaredPermission(TypeError):
    """A view must declare in `permissions` what each of its methods needs, and nowhere else."""


class UndeclaredEtag(TypeError):
    """A view must declare in `etag_methods` which of its methods answer with an ETag."""


class ApiView(APIView):
    """Takes no query parameter unless the class says otherwise, and declares who may call it."""

    permissions: ClassVar[Mapping[str, Principal | Permission]] = {}
    """By HTTP method; `core.access.permissions` enforces it."""
    gives_ids: ClassVar[bool] = False
    """Whether POST assigns an id from a sequence or issues a token: neither may be issued twice."""
    private: ClassVar[bool] = False
    """Whether nobody but the user reads here: no admin who views the account as its user."""
    has_optional_body: ClassVar[bool] = False
    """Whether a POST without body is valid, which OpenAPI documents."""
    query_parameters: ClassVar[tuple[str, ...]] = ()
    """The names a GET may carry, each at most once. Everything else is refused."""
    may_be_absent: ClassVar[bool] = False
    """Whether a route without an id may have nothing to show: 404."""
    etag_methods: ClassVar[tuple[str, ...]] = ()
    """The methods that answer with `one`, which OpenAPI documents. A method that is missing here
    fails whenever it does."""
    if_match_methods: ClassVar[tuple[str, ...]] = ()
    """The methods that pass `if_match` to their service; to others the header is a refusal, because
    a client that sends it does not want the change without the check."""
    idempotent_methods: ClassVar[tuple[str, ...]] = ()
    """The methods that are carried out once for each `Idempotency-Key`, which OpenAPI documents.
    Their responses are stored: no secret and no address of another person may be in them. Other
    methods do not read the header."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        methods = {*cls.http_method_names} - {"head", "options"}
        handled = {method.upper() for method in methods if hasattr(cls, method)}
        if handled != cls.permissions.keys() or {"permission_classes", "get_permissions"} & {
            *vars(cls)
        }:
            raise UndeclaredPermission(f"{cls.__name__}: {sorted(handled)}")
        for name in {method.lower() for method in cls.idempotent_methods} & vars(cls).keys():
            setattr(cls, name, make_idempotent(getattr(cls, name)))

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Refuses no `Accept`: downloads, feeds and pages have types that no renderer has."""
        return super().perform_content_negotiation(request, force=True)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        validate_query_params(request, self.query_parameters)
        self._refuse_unread_if_match()

    def _refuse_unread_if_match(self) -> None:
        unread = {"POST", "PUT", "PATCH", "DELETE"} - {*self.if_match_methods}
        if self.request.method in unread and "If-Match" in self.request.headers:
            raise PreconditionFailed(f"{self.request.method} takes no If-Match here.")

    @property
    def if_match(self) -> IfMatch | None:
        return parse_if_match(self.request.headers.get("If-Match"))

    def one(self, row: Tagged, kind: type[BaseSerializer[Any]], status: int = 200) -> Response:
        """One object with its ETag; 304 without a body for a client who has this state already."""
        is_read = self.request.method in ("GET", "HEAD")
        if ("GET" if is_read else self.request.method) not in self.etag_methods:
            raise UndeclaredEtag(f"{type(self).__name__}: {self.request.method}")
        headers = {"ETag": row.etag}
        if is_read and matches(self.request.headers.get("If-None-Match"), row):
            return Response(status=304, headers=headers)
        return Response(kind(row).data, status, headers=headers)

    @property
    def caller(self) -> "_User":
        """The signed-in user. Refuses a request without one, and another service."""
        user = self.request.user
        if not user.is_authenticated:
            raise NotAuthenticated
        if is_service(user):
            raise PermissionDenied
        return user

    def body(self, kind: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The request's body as `kind` understands it; `partial` makes every field optional.

        Raises DRF's ValidationError.
        """
        if self.request.stream is None:  # DRF would read {} from it: a change of nothing
            raise ValidationError("There is no body.", "invalid")
        serializer = kind(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def raw_body(self) -> bytes:
        """The request's body for a view whose parser is a `BytesParser`. Raises ValidationError."""
        if self.request.stream is None:
            raise ValidationError("There is no body.", "invalid")
        content: Any = self.request.data
        return bytes(content)

    def page(
        self,
        rows: QuerySet[Any],
        kind: type[BaseSerializer[Any]],
        context: Mapping[str, Any] | None = None,
    ) -> Response:
        """The page of `rows` that was asked for: name PAGE_PARAMETERS in `query_parameters`."""
        shown = partial(kind, many=True, context=dict(context or {}))
        if "page" not in self.request.query_params:
            found, around = page_at_cursor(rows, self.request)
            return Response({**around, "results": shown(found).data})
        if "cursor" in self.request.query_params:
            raise BadParameter("page and cursor exclude each other.")
        pages = Pages()
        found = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(shown(found).data)


def validate_query_params(request: Request, known: tuple[str, ...]) -> None:
    """Raise BadParameter for a query parameter that is unknown, repeated or not plain text."""
    for name, values in request.query_params.lists():
        if name not in known:
            raise BadParameter(f"{quoted(name)} is no query parameter of this route.")
        if len(values) > 1:
            raise BadParameter(f"{name} is given more than once.")
        if "\x00" in values[0]:
            raise BadParameter(f"{name} has a NUL.")
