from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.erasure import selectors
from core.erasure.serializers import ErasureSerializer
from core.kit.permissions import IsService
from core.kit.views import ApiView


class Erasure(ApiView):
    permission_classes = (IsService,)

    @extend_schema(operation_id="erasure", responses=ErasureSerializer)
    def get(self, request: Request, user_id: int) -> Response:
        """What was erased of a user here, and what is still there. For our own services."""
        return Response(ErasureSerializer(selectors.report(user_id)).data)
