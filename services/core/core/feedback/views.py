from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.feedback import selectors, services
from core.feedback.serializers import FeedbackSerializer, GiveRequest
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView


class FeedbackList(ApiView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="feedback_list", parameters=[*PAGE], responses=page_of(FeedbackSerializer)
    )
    def get(self, request: Request) -> Response:
        """What one said of content, and did not take back."""
        return self.page(selectors.feedback_of(self.caller), FeedbackSerializer)

    @extend_schema(
        operation_id="feedback_give",
        request=GiveRequest,
        responses={200: FeedbackSerializer, 201: FeedbackSerializer},
    )
    def post(self, request: Request) -> Response:
        """Say of an item "not for me" or "more like this": 201 the first time, 200 after that."""
        feedback, created = services.give_feedback(user=self.caller, **self.body(GiveRequest))
        return self.one(feedback, FeedbackSerializer, 201 if created else 200)


class FeedbackDetail(ApiView):
    permissions = {"DELETE": Principal.USER}
    if_match_methods = ("DELETE",)

    @extend_schema(operation_id="feedback_withdraw", responses={204: None})
    def delete(self, request: Request, content_id: str) -> Response:
        """Take back what one said of an item; 404 when there is nothing to take back."""
        services.withdraw_feedback(user=self.caller, content_id=content_id, if_match=self.if_match)
        return Response(status=204)
