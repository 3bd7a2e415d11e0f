import re
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.files import selectors, uploads
from core.files.content_types import MEDIA_TYPES
from core.files.models import Upload
from core.files.responses import attachment
from core.files.schema import ChunkRequest, Download
from core.files.serializers import CreateFileRequest, FileSerializer
from core.files.uploads import MAX_CHUNK_BYTES, Chunk, WrongOffset
from core.kit.errors import BadHeader
from core.kit.etags import matches
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parsers import BytesParser
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.http.strict_text import is_whole_number

CHUNK_HEADERS = [
    OpenApiParameter(
        "Upload-Offset",
        {"type": "integer", "minimum": 0},
        OpenApiParameter.HEADER,
        required=True,
        description="The byte of the file with which the chunk begins.",
    ),
    OpenApiParameter(
        "Content-SHA256",
        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        OpenApiParameter.HEADER,
        required=True,
        description="Of the chunk, in small hexadecimal digits.",
    ),
]


class ChunkParser(BytesParser):
    max_bytes = MAX_CHUNK_BYTES


class FileList(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(operation_id="files_list", parameters=[*PAGE], responses=page_of(FileSerializer))
    def get(self, request: Request) -> Response:
        """The caller's own files, the newest first, also those that have not arrived yet."""
        return self.page(selectors.uploads_of(self.caller.id), FileSerializer)

    @extend_schema(
        operation_id="files_create",
        request=CreateFileRequest,
        responses={200: FileSerializer, 201: FileSerializer},
    )
    def post(self, request: Request) -> Response:
        """Announce a file, which is then uploaded in chunks. 200 for one of the same name, size and
        hash that is there already; it begins again at 0 if its bytes were lost. A new one is
        complete at once if the caller has the same bytes under another name. 400
        `file_too_large`; 409 `quota_exceeded`."""
        upload, is_new = uploads.create_upload(
            owner_id=self.caller.id, **self.body(CreateFileRequest)
        )
        return _state(upload, 201 if is_new else 200)


class FileDetail(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "PATCH": Principal.USER, "DELETE": Principal.USER}
    parser_classes = (ChunkParser,)

    def handle_exception(self, exc: Exception) -> Response:
        """A refused offset carries the right one."""
        response = super().handle_exception(exc)
        if isinstance(exc, WrongOffset):
            response.headers["Upload-Offset"] = str(exc.offset)
        return response

    @extend_schema(operation_id="files_read", responses=FileSerializer)
    def get(self, request: Request, file_id: UUID) -> Response:
        """One of the caller's files, with the `offset` at which its next chunk begins."""
        return _state(selectors.own_upload(self.caller.id, file_id))

    @extend_schema(
        operation_id="files_upload_chunk",
        parameters=CHUNK_HEADERS,
        request=ChunkRequest,
        responses=FileSerializer,
    )
    def patch(self, request: Request, file_id: UUID) -> Response:
        """Upload a chunk of at most 196608 bytes; smaller ones suit slow lines. A chunk that has
        arrived before changes nothing. 409 `wrong_offset` has the right one in `Upload-Offset`.
        The last chunk completes the file: 400 `hash_mismatch` and `type_not_allowed` begin the
        upload again at 0, and after a 503 the last chunk is to be sent again."""
        chunk = _chunk(request, self.raw_body())
        return _state(uploads.append_chunk(owner_id=self.caller.id, upload_id=file_id, chunk=chunk))

    @extend_schema(operation_id="files_delete", responses={204: None})
    def delete(self, request: Request, file_id: UUID) -> Response:
        """Delete one of the caller's files, or give its upload up."""
        uploads.delete_upload(owner_id=self.caller.id, upload_id=file_id)
        return Response(status=204)


class FileContent(ApiView):
    private = True
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(
        operation_id="files_download",
        responses={(200, media_type): Download for media_type in MEDIA_TYPES},
    )
    def get(self, request: Request, file_id: UUID) -> FileResponse | Response:
        """Download one of the caller's files. 409 `upload_incomplete`
        before it is complete, 410 `file_gone` if its bytes were lost: announce it again."""
        upload = selectors.complete_upload(self.caller.id, file_id)
        if matches(request.headers.get("If-None-Match"), upload):
            return Response(status=304, headers={"ETag": upload.etag})
        response = attachment(request, upload.content, upload.name)
        response.headers["ETag"] = upload.etag
        return response


def _state(upload: Upload, status: int = 200) -> Response:
    headers = {"Upload-Offset": str(upload.offset)}
    return Response(FileSerializer(upload).data, status, headers=headers)


def _chunk(request: Request, content: bytes) -> Chunk:
    """Raises BadHeader."""
    offset = request.headers.get("Upload-Offset", "")
    sha256 = request.headers.get("Content-SHA256", "")
    if not is_whole_number(offset):
        raise BadHeader("Upload-Offset must be the number of the chunk's first byte, from 0.")
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise BadHeader("Content-SHA256 must be the SHA-256 of the chunk: 64 of 0-9 and a-f.")
    return Chunk(offset=int(offset), content=content, sha256=sha256)
