"""The base of every REST view."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from core.kit.errors import BadParameter
from core.kit.pagination import Pages
from core.kit.permissions import Principal
from ongoza_contracts.access import Permission

if TYPE_CHECKING:
    from django.contrib.auth.models import _User  # of the stubs: AUTH_USER_MODEL


class UndeclaredPermission(TypeError):
    """A view must declare in `permissions` what each of its methods needs, and nowhere else."""


class ApiView(APIView):
    """Takes no query parameter unless the class says otherwise, and declares who may call it."""

    permissions: ClassVar[Mapping[str, Principal | Permission]] = {}
    """By HTTP method; `core.access.permissions` enforces it."""
    gives_ids: ClassVar[bool] = False
    """Whether POST assigns an id from a sequence or issues a token: neither may be issued twice."""
    has_optional_body: ClassVar[bool] = False
    """Whether a POST without body is valid, which OpenAPI documents."""
    query_parameters: ClassVar[tuple[str, ...]] = ()
    """The names a GET may carry, each at most once. Everything else is refused."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        methods = {*cls.http_method_names} - {"head", "options"}
        handled = {method.upper() for method in methods if hasattr(cls, method)}
        if handled != cls.permissions.keys() or {"permission_classes", "get_permissions"} & {
            *vars(cls)
        }:
            raise UndeclaredPermission(f"{cls.__name__}: {sorted(handled)}")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        validate_query_params(request, self.query_parameters)

    @property
    def caller(self) -> "_User":
        """The signed-in user; views that let nobody or services in have none."""
        user = self.request.user
        if not user.is_authenticated:
            raise NotAuthenticated
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

    def page(self, rows: QuerySet[Any], kind: type[BaseSerializer[Any]]) -> Response:
        """The page of `rows` that was asked for: name PAGE_PARAMETERS in `query_parameters`."""
        pages = Pages()
        found = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(kind(found, many=True).data)


def validate_query_params(request: Request, known: tuple[str, ...]) -> None:
    """Raise BadParameter for a query parameter that is unknown, repeated or not plain text."""
    for name, values in request.query_params.lists():
        if name not in known:
            raise BadParameter("A query parameter is unknown here.")
        if len(values) > 1:
            raise BadParameter(f"{name} is given more than once.")
        if "\x00" in values[0]:
            raise BadParameter(f"{name} has a NUL.")
