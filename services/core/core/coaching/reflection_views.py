"""Routes of reflections: the caller's own, and those that a learner shares with their mentor."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.coaching import reflections, selectors, serializers
from core.coaching.models import Reflection
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView

AUTHOR = OpenApiParameter("user", int, description="Id of the author; by default the caller.")


class Reflections(ApiView):
    private = True
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = (*PAGE_PARAMETERS, "user")

    @extend_schema(
        operation_id="reflections_list",
        parameters=[AUTHOR, *PAGE],
        responses=page_of(serializers.ReflectionSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's reflections, or those that a learner shares with the caller, who is their
        mentor; newest first."""
        user_id = user_id_param(request, self.caller.id)
        rows = selectors.reflections_of(self.caller, user_id)
        return self.page(rows, serializers.ReflectionSerializer)

    @extend_schema(
        operation_id="reflections_write",
        request=serializers.WriteReflectionRequest,
        responses={201: serializers.ReflectionSerializer},
    )
    def post(self, request: Request) -> Response:
        """Write a reflection. Nobody but the caller can read it until it is shared."""
        body = self.body(serializers.WriteReflectionRequest)
        return _answer(reflections.write_reflection(user=self.caller, **body), 201)


class ReflectionDetail(ApiView):
    private = True
    permissions = {
        "GET": Principal.USER,
        "PATCH": Principal.USER,
        "DELETE": Principal.USER,
    }

    @extend_schema(operation_id="reflections_read", responses=serializers.ReflectionSerializer)
    def get(self, request: Request, reflection_id: UUID) -> Response:
        """One reflection: the caller's own, or one that is shared with the caller."""
        return _answer(selectors.visible_reflection(self.caller, reflection_id))

    @extend_schema(
        operation_id="reflections_change",
        request=serializers.ChangeReflectionRequest,
        responses=serializers.ReflectionSerializer,
    )
    def patch(self, request: Request, reflection_id: UUID) -> Response:
        """Change one of the caller's reflections, share it with those who are the caller's mentors
        now, or end that. 409 `consent_missing` without the consent `mentor_reads_reflections`;
        withdrawing that consent ends all sharing."""
        body = self.body(serializers.ChangeReflectionRequest, partial=True)
        changed = reflections.change_reflection(
            user=self.caller, reflection_id=reflection_id, **body
        )
        return _answer(changed)

    @extend_schema(operation_id="reflections_delete", responses={204: None})
    def delete(self, request: Request, reflection_id: UUID) -> Response:
        """Delete one of the caller's reflections."""
        reflections.delete_reflection(user=self.caller, reflection_id=reflection_id)
        return Response(status=204)


def _answer(reflection: Reflection, status: int = 200) -> Response:
    reflections.decrypt([reflection])
    return Response(serializers.ReflectionSerializer(reflection).data, status)
