"""Every API route answers with and without its trailing slash, without a redirect."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class OptionalTrailingSlashMiddleware:
    """A redirect would lose the body of a POST; routes are declared with the slash alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/") and not request.path_info.endswith("/"):
            request.path_info += "/"
            request.path += "/"
        return self.get_response(request)
