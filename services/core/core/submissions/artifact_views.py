from uuid import UUID

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.files.content_types import MEDIA_TYPES
from core.files.responses import attachment
from core.files.schema import Download
from core.kit.errors import NotFound
from core.kit.etags import same_tag
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from core.submissions import artifacts, selectors, serializers
from core.submissions.serializers import ArtifactDetailSerializer, ArtifactSerializer
from core.users.base_views import ConsentedView


class Artifacts(ConsentedView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="artifacts_list", parameters=PAGE, responses=page_of(ArtifactSerializer)
    )
    def get(self, request: Request, submission_id: UUID) -> Response:
        """What an attempt consists of, oldest first."""
        rows = selectors.artifacts_of(self.caller, submission_id)
        return self.page(rows, ArtifactSerializer)

    @extend_schema(
        operation_id="artifacts_add",
        request=serializers.AddArtifactRequest,
        responses={201: ArtifactDetailSerializer},
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Add a text, a link or a complete file of the caller's to a draft. 409 `not_a_draft`,
        `upload_incomplete`, `too_many_artifacts`, `submission_too_large`."""
        added = artifacts.add_artifact(
            user=self.caller,
            submission_id=submission_id,
            **self.body(serializers.AddArtifactRequest),
        )
        return self.one(added, ArtifactDetailSerializer, 201)


class ArtifactDetail(ConsentedView):
    private = True
    permissions = dict.fromkeys(("GET", "PATCH", "DELETE"), Principal.USER)
    etag_methods = ("GET", "PATCH")
    if_match_methods = ("PATCH", "DELETE")

    @extend_schema(operation_id="artifacts_read", responses=ArtifactDetailSerializer)
    def get(self, request: Request, submission_id: UUID, artifact_id: UUID) -> Response:
        """One artifact of an attempt that the caller may read."""
        found = selectors.visible_artifact(self.caller, submission_id, artifact_id)
        return self.one(found, ArtifactDetailSerializer)

    @extend_schema(
        operation_id="artifacts_change",
        request=serializers.ChangeTextRequest,
        responses=ArtifactDetailSerializer,
    )
    def patch(self, request: Request, submission_id: UUID, artifact_id: UUID) -> Response:
        """Change a text of a draft. 409 `not_a_draft`, `not_a_text`, `submission_too_large`."""
        changed = artifacts.change_text(
            user=self.caller,
            submission_id=submission_id,
            artifact_id=artifact_id,
            if_match=self.if_match,
            **self.body(serializers.ChangeTextRequest, partial=True),
        )
        return self.one(changed, ArtifactDetailSerializer)

    @extend_schema(operation_id="artifacts_delete", responses={204: None})
    def delete(self, request: Request, submission_id: UUID, artifact_id: UUID) -> Response:
        """Delete an artifact of a draft. 409 `not_a_draft`."""
        artifacts.delete_artifact(
            user=self.caller,
            submission_id=submission_id,
            artifact_id=artifact_id,
            if_match=self.if_match,
        )
        return Response(status=204)


class ArtifactContent(ApiView):
    private = True
    permissions = {"GET": Principal.USER}
    etag_methods = ("GET",)

    @extend_schema(
        operation_id="artifacts_download",
        responses={(200, media_type): Download for media_type in MEDIA_TYPES},
    )
    def get(
        self, request: Request, submission_id: UUID, artifact_id: UUID
    ) -> FileResponse | Response:
        """Download the file of an artifact. 404 for a text or link; 410 `file_gone` if its bytes
        were lost."""
        found = selectors.visible_artifact(self.caller, submission_id, artifact_id)
        if found.blob is None:
            raise NotFound
        headers = {"ETag": f'"{found.pk}"'}
        if same_tag(request.headers.get("If-None-Match"), headers["ETag"]):
            return Response(status=304, headers=headers)
        response = attachment(request, found.blob, found.name)
        response.headers["ETag"] = headers["ETag"]
        return response
