from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.coaching import selectors, services
from core.coaching.serializers import (
    AddGoalMilestoneRequest,
    ChangeGoalMilestoneRequest,
    GoalMilestoneSerializer,
    GoalSerializer,
    SetGoalRequest,
    UpdateGoalRequest,
)
from core.kit.pagination import PAGE_PARAMETERS
from core.kit.parameters import enum_param, user_id_param
from core.kit.permissions import Principal
from core.kit.schema import PAGE, page_of
from core.kit.views import ApiView
from ongoza_contracts.access import Permission
from ongoza_contracts.coaching import GoalState

FILTERS = [
    OpenApiParameter("user", int, description="Id of the learner; by default the caller."),
    OpenApiParameter("state", str, enum=list(GoalState)),
]


class GoalList(ApiView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    etag_methods = ("POST",)
    idempotent_methods = ("POST",)
    query_parameters = (*PAGE_PARAMETERS, "user", "state")

    @extend_schema(
        operation_id="goals_list", parameters=[*FILTERS, *PAGE], responses=page_of(GoalSerializer)
    )
    def get(self, request: Request) -> Response:
        """A learner's goals: the caller's own, or those of a learner whom the caller may read."""
        rows = selectors.goals_of(self.caller, user_id_param(request, self.caller.id))
        if state := enum_param(request, "state", GoalState):
            rows = rows.filter(state=state)
        return self.page(rows, GoalSerializer)

    @extend_schema(
        operation_id="goals_set", request=SetGoalRequest, responses={201: GoalSerializer}
    )
    def post(self, request: Request) -> Response:
        """Create a goal of the caller."""
        goal = services.set_goal(user=self.caller, **self.body(SetGoalRequest))
        return self.one(goal, GoalSerializer, 201)


class GoalDetail(ApiView):
    permissions = {"GET": Permission.LEARNER_READ, "PATCH": Principal.USER}
    if_match_methods = ("PATCH",)
    etag_methods = ("GET", "PATCH")

    @extend_schema(operation_id="goals_read", responses=GoalSerializer)
    def get(self, request: Request, goal_id: UUID) -> Response:
        """One goal: one's own, or that of a learner within reach; else 404."""
        return self.one(selectors.visible_goal(self.caller, goal_id), GoalSerializer)

    @extend_schema(operation_id="goals_update", request=UpdateGoalRequest, responses=GoalSerializer)
    def patch(self, request: Request, goal_id: UUID) -> Response:
        """Change title, target date or state of one of the caller's goals. 409 `illegal_transition`
        where an achieved goal is to be dropped: make it active first."""
        changes = self.body(UpdateGoalRequest, partial=True)
        goal = services.update_goal(
            user=self.caller, goal_id=goal_id, if_match=self.if_match, **changes
        )
        return self.one(goal, GoalSerializer)


class GoalMilestones(ApiView):
    permissions = {"GET": Permission.LEARNER_READ, "POST": Principal.USER}
    idempotent_methods = ("POST",)
    query_parameters = PAGE_PARAMETERS

    @extend_schema(
        operation_id="goals_list_milestones",
        parameters=PAGE,
        responses=page_of(GoalMilestoneSerializer),
    )
    def get(self, request: Request, goal_id: UUID) -> Response:
        """The milestones of a goal that the caller may read, oldest first."""
        return self.page(selectors.milestones_of(self.caller, goal_id), GoalMilestoneSerializer)

    @extend_schema(
        operation_id="goals_add_milestone",
        request=AddGoalMilestoneRequest,
        responses={201: GoalMilestoneSerializer},
    )
    def post(self, request: Request, goal_id: UUID) -> Response:
        """Add a milestone to one of the caller's goals, which has at most 20."""
        body = self.body(AddGoalMilestoneRequest)
        milestone = services.add_milestone(user=self.caller, goal_id=goal_id, **body)
        return Response(GoalMilestoneSerializer(milestone).data, 201)


class GoalMilestoneDetail(ApiView):
    permissions = {"PATCH": Principal.USER, "DELETE": Principal.USER}

    @extend_schema(
        operation_id="goals_change_milestone",
        request=ChangeGoalMilestoneRequest,
        responses=GoalMilestoneSerializer,
    )
    def patch(self, request: Request, goal_id: UUID, milestone_id: UUID) -> Response:
        """Change the title of a milestone, or say whether it is done."""
        milestone = services.change_milestone(
            user=self.caller,
            goal_id=goal_id,
            milestone_id=milestone_id,
            **self.body(ChangeGoalMilestoneRequest, partial=True),
        )
        return Response(GoalMilestoneSerializer(milestone).data)

    @extend_schema(operation_id="goals_delete_milestone", responses={204: None})
    def delete(self, request: Request, goal_id: UUID, milestone_id: UUID) -> Response:
        """Delete a milestone of one of the caller's goals."""
        services.delete_milestone(user=self.caller, goal_id=goal_id, milestone_id=milestone_id)
        return Response(status=204)
