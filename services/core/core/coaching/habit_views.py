"""Routes of habits, their days and their pauses: the caller's own alone."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.coaching import habits, selectors, serializers
from core.coaching.models import Habit
from core.coaching.overview import overview_of
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.coaching import HabitState

STATE = OpenApiParameter("state", str, enum=list(HabitState))


class HabitView(ApiView):
    private = True

    def habit(self, habit: Habit, status: int = 200) -> Response:
        return self.one(habit, serializers.HabitSerializer, status)


class Habits(HabitView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "state")

    @extend_schema(
        operation_id="habits_list",
        parameters=[STATE, *PAGE],
        responses=page_of(serializers.HabitSerializer),
    )
    def get(self, request: Request) -> Response:
        """The caller's habits with their streaks, oldest first."""
        rows = Habit.objects.filter(user=self.caller)
        if state := enum_param(request, "state", HabitState):
            rows = rows.filter(state=state)
        return self.page(rows, serializers.HabitSerializer)

    @extend_schema(
        operation_id="habits_set",
        request=serializers.SetHabitRequest,
        responses={201: serializers.HabitSerializer},
    )
    def post(self, request: Request) -> Response:
        """Create a habit of the caller, who may have 20 active ones, or more with an
        entitlement: 409 `too_many_habits`."""
        body = self.body(serializers.SetHabitRequest)
        return self.habit(habits.set_habit(user=self.caller, **body), 201)


class HabitDetail(HabitView):
    permissions = {"GET": Principal.USER, "PATCH": Principal.USER}
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="habits_read", responses=serializers.HabitSerializer)
    def get(self, request: Request, habit_id: UUID) -> Response:
        """One of the caller's habits with its streak, best streak and strength."""
        return self.habit(selectors.own_habit(self.caller, habit_id))

    @extend_schema(
        operation_id="habits_update",
        request=serializers.UpdateHabitRequest,
        responses=serializers.HabitSerializer,
    )
    def patch(self, request: Request, habit_id: UUID) -> Response:
        """Change title, schedule, reminder or state of one of the caller's habits. A new schedule
        holds for past days too."""
        changes = self.body(serializers.UpdateHabitRequest, partial=True)
        return self.habit(
            habits.update_habit(
                user=self.caller, habit_id=habit_id, if_match=self.if_match, **changes
            )
        )


class HabitLog(HabitView):
    permissions = {"GET": Principal.USER, "POST": Principal.USER}
    etag_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="habits_list_entries",
        parameters=PAGE,
        responses=page_of(serializers.HabitEntrySerializer),
    )
    def get(self, request: Request, habit_id: UUID) -> Response:
        """What became of one of the caller's habits, day by day, the newest first."""
        rows = selectors.entries_of(self.caller, habit_id)
        return self.page(rows, serializers.HabitEntrySerializer)

    @extend_schema(
        operation_id="habits_log",
        request=serializers.LogRequest,
        responses=serializers.HabitSerializer,
    )
    def post(self, request: Request, habit_id: UUID) -> Response:
        """Record a day of one of the caller's habits as done, skipped or missed. There is one entry
        a day: the last one holds. Answers with the habit."""
        body = self.body(serializers.LogRequest)
        return self.habit(habits.log_day(user=self.caller, habit_id=habit_id, **body))


class Pauses(HabitView):
    permissions = {"POST": Principal.USER}
    if_match_methods = ("POST",)
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)

    @extend_schema(
        operation_id="habits_pause",
        request=serializers.PauseRequest,
        responses={201: serializers.HabitSerializer},
    )
    def post(self, request: Request, habit_id: UUID) -> Response:
        """Pause one of the caller's habits from a day on, at most seven days ago: a pause neither
        breaks nor lengthens a streak. Without `last_day` it lasts until it is ended."""
        body = self.body(serializers.PauseRequest)
        return self.habit(
            habits.pause_habit(user=self.caller, habit_id=habit_id, if_match=self.if_match, **body),
            201,
        )


class PauseDetail(HabitView):
    permissions = {"PATCH": Principal.USER}
    if_match_methods = ("PATCH",)
    etag_methods = ("PATCH",)

    @extend_schema(
        operation_id="habits_end_pause",
        request=serializers.EndPauseRequest,
        responses=serializers.HabitSerializer,
    )
    def patch(self, request: Request, habit_id: UUID, pause_id: int) -> Response:
        """Set the last day of a pause: eight days ago or later."""
        body = self.body(serializers.EndPauseRequest)
        return self.habit(
            habits.end_pause(
                user=self.caller,
                habit_id=habit_id,
                pause_id=pause_id,
                if_match=self.if_match,
                **body,
            )
        )


class Overview(ApiView):
    private = True
    permissions = {"GET": Principal.USER}

    @extend_schema(
        operation_id="coaching_overview", responses=serializers.CoachingFiguresSerializer
    )
    def get(self, request: Request) -> Response:
        """Streaks, goals by state and recent tags of the caller, without any text. For ai, which
        calls it with the learner's token; learners ask ai."""
        return Response(serializers.CoachingFiguresSerializer(overview_of(self.caller)).data)
