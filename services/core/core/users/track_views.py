"""Routes of the track that a learner is in, and of those before."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.choices import enum_choices
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.serializers import StrictSerializer
from core.kit.views import ApiView
from core.users import selectors, services
from core.users.models import TrackChoice
from ongoza_contracts import vocabulary
from ongoza_contracts.access import Permission


class TrackRequest(StrictSerializer):
    track = serializers.ChoiceField(choices=enum_choices(vocabulary.Track))


class TrackChoiceSerializer(serializers.ModelSerializer[TrackChoice]):
    """A track, and by whose word: the user's own, that of profiling, or of staff."""

    class Meta:
        model = TrackChoice
        fields = ("track", "source", "chosen_at")
        read_only_fields = fields


class Track(ApiView):
    private = True
    permissions = {"PUT": Principal.USER}

    @extend_schema(
        operation_id="users_me_choose_track", request=TrackRequest, responses=TrackChoiceSerializer
    )
    def put(self, request: Request) -> Response:
        """Change the caller's track, or confirm the one that profiling or staff set.

        May be repeated: nothing changes if the caller chose this track last.
        """
        choice = services.choose_track(user_id=self.caller.id, **self.body(TrackRequest))
        return Response(TrackChoiceSerializer(choice).data)


class OwnTrackHistory(ApiView):
    private = True
    permissions = {"GET": Principal.USER}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="users_me_track_history",
        parameters=PAGE,
        responses=page_of(TrackChoiceSerializer),
    )
    def get(self, request: Request) -> Response:
        """List the caller's tracks and confirmations, the newest first."""
        return self.page(self.caller.track_choices.all(), TrackChoiceSerializer)


class TrackHistory(ApiView):
    permissions = {"GET": Permission.LEARNER_READ}
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="users_track_history",
        parameters=PAGE,
        responses=page_of(TrackChoiceSerializer),
    )
    def get(self, request: Request, user_id: int) -> Response:
        """List a learner's tracks and confirmations, the newest first; 404 for callers who may not
        read the learner."""
        user = selectors.visible_user(self.caller, user_id)
        return self.page(user.track_choices.all(), TrackChoiceSerializer)
