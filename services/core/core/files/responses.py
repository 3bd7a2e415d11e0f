from django.http import FileResponse

from core.files.models import File
from core.files.services import open_file


def attachment(file: File, filename: str) -> FileResponse:
    """The bytes as a download, which browsers neither show nor store. Raises what `open_file`
    raises. The view has checked that the caller owns the file."""
    response = FileResponse(
        open_file(file), as_attachment=True, filename=filename, content_type=file.content_type
    )
    response.headers["Content-Length"] = str(file.size)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
