from io import BytesIO
from typing import IO, Any

from django.http import FileResponse
from rest_framework.request import Request

from core.files.models import Blob, File
from core.files.services import open_file


def attachment(request: Request, file: File | Blob, filename: str) -> FileResponse:
    """The bytes as a download, which browsers neither show nor store. Raises what `open_file`
    raises. HEAD is answered from the row. The view has checked that the caller may read it."""
    content: IO[Any] | Any = BytesIO() if request.method == "HEAD" else open_file(file)
    response = FileResponse(
        content, as_attachment=True, filename=filename, content_type=file.content_type
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
