"""Routes of flags and hints."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.kit.permissions import Principal
from core.kit.views import ApiView
from core.missions import labs, selectors, serializers
from core.missions.models import Mission
from core.missions.serializers import FlagStatusSerializer, HintsSerializer
from core.users.base_views import ConsentedView
from ongoza_contracts.access import Permission


class Flags(ConsentedView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    idempotent_methods = ("POST",)

    @extend_schema(operation_id="missions_read_flag", responses=FlagStatusSerializer)
    def get(self, request: Request, mission_id: UUID) -> Response:
        """Whether the caller has found their flag, and how many they have entered."""
        mission = selectors.visible_mission(self.caller, mission_id)
        found = selectors.flag_status(self.caller.id, mission)
        return Response(FlagStatusSerializer(found).data)

    @extend_schema(
        operation_id="missions_enter_flag",
        request=serializers.EnterFlagRequest,
        responses=FlagStatusSerializer,
    )
    def post(self, request: Request, mission_id: UUID) -> Response:
        """Enter the flag that the caller found in their lab. Each learner has their own; that of
        somebody else is not accepted, and is recorded.

        409 `flag_found`, `no_attempts_left`, `no_flags` or `mission_retired`.
        """
        entered = self.body(serializers.EnterFlagRequest)["flag"]
        found = labs.enter_flag(user=self.caller, mission_id=mission_id, entered=entered)
        return Response(FlagStatusSerializer(found).data)


class IssueFlag(ApiView):
    permissions = {"POST": Permission.CONTENT_MANAGE}

    @extend_schema(
        operation_id="missions_issue_flag",
        request=serializers.IssueFlagRequest,
        responses=serializers.IssuedFlagSerializer,
    )
    def post(self, request: Request, mission_id: UUID) -> Response:
        """The flag of a learner, for the system that sets up their lab.

        For directors and admins, and learners whom they may read; else 404. 409 `no_flags`.
        """
        user_id = self.body(serializers.IssueFlagRequest)["user"]
        flag = labs.issue_flag(caller=self.caller, mission_id=mission_id, user_id=user_id)
        return Response(serializers.IssuedFlagSerializer({"flag": flag}).data)


class _HintsView(ApiView):
    def hints(self, mission: Mission) -> Response:
        """What the caller may read of a mission's hints."""
        found = {
            "cost": selectors.hint_cost(self.caller.id, mission.pk),
            "hints": selectors.hints_for(self.caller, mission),
        }
        return Response(HintsSerializer(found).data)


class Hints(_HintsView):
    permissions = {"GET": Principal.USER, "PUT": Permission.CONTENT_MANAGE}

    @extend_schema(operation_id="missions_list_hints", responses=HintsSerializer)
    def get(self, request: Request, mission_id: UUID) -> Response:
        """The hints of a mission with their costs, and the text of those that the caller has
        unlocked. Directors and admins read all."""
        return self.hints(selectors.visible_mission(self.caller, mission_id))

    @extend_schema(
        operation_id="missions_set_hints",
        request=serializers.SetHintsRequest,
        responses=HintsSerializer,
    )
    def put(self, request: Request, mission_id: UUID) -> Response:
        """Replace the hints of a mission. A hint is known by its number: learners who unlocked it
        read its new text, and pay no more.

        For directors and admins. 409 `mission_retired`.
        """
        body = self.body(serializers.SetHintsRequest)
        return self.hints(labs.set_hints(mission_id=mission_id, **body))


class UnlockHint(_HintsView, ConsentedView):
    permissions = {"POST": Principal.USER}

    @extend_schema(operation_id="missions_unlock_hint", request=None, responses=HintsSerializer)
    def post(self, request: Request, mission_id: UUID, number: int) -> Response:
        """Unlock a hint: its cost is taken from the score of the mission, once. A free hint is
        unlocked too.

        409 `mission_passed` or `mission_retired`.
        """
        unlock = labs.unlock_hint(user=self.caller, mission_id=mission_id, number=number)
        return self.hints(unlock.hint.mission)
