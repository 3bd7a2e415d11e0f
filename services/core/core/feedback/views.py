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
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="feedback_list", parameters=[*PAGE], responses=page_of(FeedbackSerializer)
    )
    def get(self, request: Request) -> Response:
        """The caller's feedback on items, without withdrawn feedback."""
        return self.page(selectors.feedback_of(self.caller), FeedbackSerializer)

    @extend_schema(
        operation_id="feedback_give",
        request=GiveRequest,
        responses={200: FeedbackSerializer, 201: FeedbackSerializer},
    )
    def post(self, request: Request) -> Response:
        """Give feedback on an item ("not for me", "more like this"): 201 if new, else 200."""
        feedback, created = services.give_feedback(user=self.caller, **self.body(GiveRequest))
        return self.one(feedback, FeedbackSerializer, 201 if created else 200)


class FeedbackDetail(ApiView):
    permissions = {"DELETE": Principal.USER}
    if_match_methods = ("DELETE",)

    @extend_schema(operation_id="feedback_withdraw", responses={204: None})
    def delete(self, request: Request, content_id: str) -> Response:
        """Withdraw the caller's feedback on an item; 404 if there is none."""
        services.withdraw_feedback(user=self.caller, content_id=content_id, if_match=self.if_match)
        return Response(status=204)
