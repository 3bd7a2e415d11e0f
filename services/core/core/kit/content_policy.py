"""The header Content-Security-Policy: the sources from which core's pages may load and run."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
_PAGE = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Alpine, which the admin's theme is made with, compiles the expressions in attributes.
ADMIN_POLICY = f"{_PAGE}; script-src 'self' 'unsafe-eval'"
DOCS_POLICY = f"{_PAGE}; script-src 'self'"
POLICY = "default-src 'none'; frame-ancestors 'none'"


class ContentPolicyMiddleware:
    """The API's answers are no pages: nothing in them may load or run. A view that answers with a
    page sets a policy of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, _policy(request.path_info))
        return response


def _policy(path: str) -> str:
    if path.startswith("/admin/"):
        return ADMIN_POLICY
    return DOCS_POLICY if path.startswith("/api/docs") else POLICY
