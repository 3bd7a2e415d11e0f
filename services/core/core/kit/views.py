"""The base of every REST view."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from core.kit.errors import BadParameter


class ApiView(APIView):
    """Needs a signed-in user and takes no query parameter, unless the class says otherwise."""

    query_parameters: ClassVar[tuple[str, ...]] = ()
    """The names a GET may carry, each at most once. Everything else is refused."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_odd_parameters(request, self.query_parameters)


def refuse_odd_parameters(request: Request, known: tuple[str, ...]) -> None:
    """Raise BadParameter for a query parameter that is unknown, repeated or not plain text."""
    for name, values in request.query_params.lists():
        if name not in known:
            raise BadParameter("A query parameter is unknown here.")
        if len(values) > 1:
            raise BadParameter(f"{name} is given more than once.")
        if "\x00" in values[0]:
            raise BadParameter(f"{name} has a NUL.")
