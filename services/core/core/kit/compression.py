"""gzip for the API's longer answers."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

MIN_BYTES = 1024


class JsonGZipMiddleware(GZipMiddleware):
    """Compresses JSON of the API, but no answer that holds a secret beside text of the caller: the
    length of such an answer would give the secret away, letter by letter (BREACH).

    Placed where it sees every answer of the API; the ETag becomes a weak one.
    """

    uncompressed_paths: ClassVar[tuple[str, ...]] = (
        "/api/v1/auth/",
        "/api/v1/feedback",
        "/api/v1/invitations",
        "/api/v1/users/me/password",
    )

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not isinstance(response, HttpResponse) or not self._may_compress(request, response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if len(response.content) < MIN_BYTES:
            return response
        return super().process_response(request, response)

    def _may_compress(self, request: HttpRequest, response: HttpResponse) -> bool:
        path = request.path_info
        is_json = "json" in response.headers.get("Content-Type", "")
        is_ours = path.startswith("/api/") and not path.startswith(self.uncompressed_paths)
        return is_ours and (is_json or response.status_code == 304)
