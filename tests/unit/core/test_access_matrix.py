"""Every route of core's OpenAPI documents, asked by every role in every relation to a learner."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from rest_framework.request import Request
from rest_framework.response import Response

from core.access.services import Scope, grant
from core.kit.openapi import InternalDocument, PublicDocument
from core.kit.permissions import Principal
from core.kit.views import ApiView, UndeclaredPermission
from core.organizations.models import Organization
from core.organizations.services import add_organization
from core.users.models import User
from ongoza_contracts.access import SCOPES, ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.access_matrix import (
    CALLERS,
    READS_LEARNER,
    For,
    Outsider,
    Relation,
    Route,
    matches,
    outsider_statuses,
    roles,
    statuses,
)
from tests.openapi_documents import core_document
from tests.unit.core import conversation_rows
from tests.unit.core.certificate_rows import published_certificate, published_enrolment
from tests.unit.core.coaching_routes import COACHING
from tests.unit.core.mentor_routes import MENTORSHIP
from tests.unit.core.mission_routes import MISSION_ROUTES
from tests.unit.core.quiz_rows import quiz
from tests.unit.core.review_routes import REVIEW_ROUTES
from tests.unit.core.submission_routes import SUBMISSION_ROUTES
from tests.unit.core.subscription_routes import SUBSCRIPTION_ROUTES
from tests.unit.core.world import (
    NOBODY,
    Caller,
    goal_request,
    item,
    person,
    progress_report,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db

COHORT = UUID("018f0000-0000-7000-8000-000000000020")
ABSENT = "018f0000-0000-7000-8000-00000000dead"
ABSENT_WEBHOOK = f"webhook-subscriptions/{ABSENT}/"
PUBLISHERS = roles(Role.DIRECTOR, Role.ADMIN)
MANAGERS = roles(Role.DIRECTOR, Role.ADMIN)
ADMINS = roles(Role.ADMIN)
SPONSORS = roles(Role.SPONSOR, Role.ADMIN)

ROUTES: dict[str, Route] = {
    **MISSION_ROUTES,
    **REVIEW_ROUTES,
    **SUBMISSION_ROUTES,
    **MENTORSHIP,
    "GET /student/overview/": Route(For.USERS),
    "GET /director/overview/": Route(MANAGERS),
    "GET /director/cohorts/": Route(MANAGERS),
    "GET /director/at-risk/": Route(MANAGERS),
    "GET /director/compare/": Route(MANAGERS),
    "GET /exports/": Route(For.USERS),
    "POST /exports/": Route(For.USERS, body={}),
    "GET /exports/{export_id}/": Route(For.USERS, f"exports/{ABSENT}/"),
    "GET /exports/{export_id}/download/": Route(For.USERS, f"exports/{ABSENT}/download/"),
    "GET /sponsor/overview/": Route(SPONSORS),
    "GET /sponsor/reports/": Route(SPONSORS),
    "POST /sponsor/reports/": Route(SPONSORS, body={}),
    "GET /sponsor/reports/{report_id}/": Route(SPONSORS, f"sponsor/reports/{ABSENT}/"),
    "GET /sponsor/reports/{report_id}/download/": Route(
        SPONSORS, f"sponsor/reports/{ABSENT}/download/"
    ),
    "GET /sponsor/seats/": Route(SPONSORS),
    **SUBSCRIPTION_ROUTES,
    "GET /audit/": Route(MANAGERS),
    "POST /auth/login/": Route(For.ANYONE, body={}),
    "POST /auth/logout/": Route(For.ANYONE, body={}),
    "POST /auth/login/link/": Route(For.ANYONE, body={}),
    "POST /auth/login/second-factor/": Route(For.ANYONE, body={}),
    "POST /auth/login/second-factor/enrol/": Route(For.ANYONE, body={}),
    "POST /auth/login/second-factor/enrol/confirm/": Route(For.ANYONE, body={}),
    "POST /auth/oidc/{provider}/": Route(For.ANYONE, "auth/oidc/none/"),
    "POST /auth/oidc/{provider}/finish/": Route(For.ANYONE, "auth/oidc/none/finish/", {}),
    "POST /auth/password/reset/": Route(For.ANYONE, body={}),
    "POST /auth/password/reset/confirm/": Route(For.ANYONE, body={}),
    "GET /auth/sessions/": Route(For.USERS),
    "DELETE /auth/sessions/": Route(For.USERS),
    "DELETE /auth/sessions/{sign_in_id}/": Route(For.USERS, f"auth/sessions/{ABSENT}/"),
    "POST /auth/signup/": Route(For.ANYONE, body={}),
    "POST /auth/token/exchange/": Route(For.ANYONE, body={}),
    "GET /auth/tokens/": Route(For.USERS),
    "POST /auth/tokens/": Route(For.USERS, body={}),
    "DELETE /auth/tokens/{token_id}/": Route(For.USERS, f"auth/tokens/{ABSENT}/"),
    "GET /auth/totp/": Route(For.USERS),
    "POST /auth/totp/": Route(For.USERS, body={}),
    "DELETE /auth/totp/": Route(For.USERS, body={}),
    "POST /auth/totp/confirm/": Route(For.USERS, body={}),
    "POST /auth/verify-email/": Route(For.USERS, body={"token": "unknown"}),
    "POST /auth/token/refresh/": Route(For.ANYONE, body={}),
    "GET /calendar/events/": Route(For.USERS),
    "POST /calendar/events/": Route(MANAGERS, body={}),
    "GET /calendar/events/{event_id}/": Route(For.USERS, f"calendar/events/{ABSENT}/"),
    "PATCH /calendar/events/{event_id}/": Route(MANAGERS, f"calendar/events/{ABSENT}/", {}),
    "POST /calendar/events/{event_id}/cancel/": Route(
        MANAGERS, f"calendar/events/{ABSENT}/cancel/"
    ),
    "GET /calendar/token/": Route(For.USERS),
    "POST /calendar/token/": Route(For.USERS),
    "DELETE /calendar/token/": Route(For.USERS),
    "GET /calendar/{token}.ics/": Route(For.ANYONE, "calendar/none.ics/"),
    "GET /certificates/": Route(For.REACHING, "certificates/?user={learner}"),
    "POST /certificates/": Route(For.USERS, body={}),
    "GET /certificates/keys/": Route(For.ANYONE),
    "GET /certificates/keys/{key_id}/": Route(For.ANYONE, "certificates/keys/none/"),
    "GET /certificates/{certificate_id}/": Route(For.REACHING, "certificates/{certificate}/"),
    "GET /certificates/{certificate_id}/credential/": Route(
        For.REACHING, "certificates/{certificate}/credential/"
    ),
    "GET /certificates/{certificate_id}/pdf/": Route(
        For.REACHING, "certificates/{certificate}/pdf/"
    ),
    "POST /certificates/{certificate_id}/revoke/": Route(
        MANAGERS, f"certificates/{ABSENT}/revoke/", {}
    ),
    "GET /certificates/{certificate_id}/status/": Route(
        For.ANYONE, f"certificates/{ABSENT}/status/"
    ),
    "GET /certificates/{certificate_id}/verify/": Route(
        For.ANYONE, f"certificates/{ABSENT}/verify/"
    ),
    **COACHING,
    "GET /codes/": Route(MANAGERS),
    "POST /codes/": Route(MANAGERS, body={}),
    "POST /codes/{code_id}/end/": Route(MANAGERS, f"codes/{ABSENT}/end/"),
    "GET /cohorts/": Route(For.USERS),
    "POST /cohorts/": Route(MANAGERS, body={}),
    "GET /cohorts/{cohort_id}/": Route(For.USERS, f"cohorts/{ABSENT}/"),
    "PATCH /cohorts/{cohort_id}/": Route(MANAGERS, f"cohorts/{ABSENT}/", {}),
    "GET /cohorts/{cohort_id}/announcements/": Route(For.USERS, f"cohorts/{ABSENT}/announcements/"),
    "POST /cohorts/{cohort_id}/announcements/": Route(
        MANAGERS, f"cohorts/{ABSENT}/announcements/", {}
    ),
    "GET /cohorts/{cohort_id}/enrolments/": Route(MANAGERS, f"cohorts/{ABSENT}/enrolments/"),
    "POST /cohorts/{cohort_id}/enrolments/": Route(For.USERS, f"cohorts/{ABSENT}/enrolments/", {}),
    "POST /cohorts/{cohort_id}/enrolments/bulk/": Route(
        MANAGERS, f"cohorts/{ABSENT}/enrolments/bulk/", {}
    ),
    "GET /cohorts/{cohort_id}/pools/": Route(For.USERS, f"cohorts/{ABSENT}/pools/"),
    "PUT /cohorts/{cohort_id}/pools/": Route(MANAGERS, f"cohorts/{ABSENT}/pools/", {}),
    "POST /cohorts/{cohort_id}/transitions/": Route(MANAGERS, f"cohorts/{ABSENT}/transitions/", {}),
    "GET /cohorts/{cohort_id}/waitlist/": Route(MANAGERS, f"cohorts/{ABSENT}/waitlist/"),
    "GET /body-sizes/": Route(For.USERS),
    "GET /content/": Route(For.USERS),
    "POST /content/": Route(PUBLISHERS, body={}),
    "GET /content/{content_id}/": Route(For.USERS, "content/course-1/"),
    "GET /competencies/": Route(For.USERS),
    "POST /competencies/import/": Route(PUBLISHERS, body={}),
    "GET /competencies/import/{import_id}/": Route(PUBLISHERS, f"competencies/import/{ABSENT}/"),
    "POST /content/import/": Route(PUBLISHERS, body={}),
    "GET /content/import/{import_id}/": Route(PUBLISHERS, f"content/import/{ABSENT}/"),
    "PATCH /content/{content_id}/": Route(PUBLISHERS, "content/course-1/", {}),
    "GET /content/{content_id}/bodies/": Route(PUBLISHERS, "content/course-9/bodies/"),
    "POST /content/{content_id}/bodies/": Route(PUBLISHERS, "content/course-9/bodies/", {}),
    "GET /content/{content_id}/bodies/{body_id}/": Route(
        PUBLISHERS, f"content/course-9/bodies/{ABSENT}/"
    ),
    "PATCH /content/{content_id}/bodies/{body_id}/": Route(
        PUBLISHERS, f"content/course-9/bodies/{ABSENT}/", {}
    ),
    "DELETE /content/{content_id}/bodies/{body_id}/": Route(
        PUBLISHERS, f"content/course-9/bodies/{ABSENT}/"
    ),
    "POST /content/{content_id}/bodies/{body_id}/publish/": Route(
        PUBLISHERS, f"content/course-9/bodies/{ABSENT}/publish/"
    ),
    "GET /content/{content_id}/body/": Route(For.USERS, "content/course-9/body/"),
    "GET /content/{content_id}/body/files/{file_id}/": Route(
        For.USERS, f"content/course-9/body/files/{ABSENT}/"
    ),
    "POST /content/{content_id}/restore/": Route(PUBLISHERS, "content/course-9/restore/"),
    "POST /content/{content_id}/retire/": Route(PUBLISHERS, "content/course-9/retire/"),
    "GET /enrolments/": Route(For.USERS),
    "GET /enrolments/{enrolment_id}/": Route(For.USERS, f"enrolments/{ABSENT}/"),
    "POST /enrolments/{enrolment_id}/accept/": Route(For.USERS, f"enrolments/{ABSENT}/accept/"),
    "POST /enrolments/{enrolment_id}/confirm-payment/": Route(
        MANAGERS, f"enrolments/{ABSENT}/confirm-payment/", {}
    ),
    "POST /enrolments/{enrolment_id}/decline/": Route(For.USERS, f"enrolments/{ABSENT}/decline/"),
    "POST /enrolments/{enrolment_id}/pay/": Route(For.USERS, f"enrolments/{ABSENT}/pay/", {}),
    "POST /enrolments/{enrolment_id}/resume/": Route(MANAGERS, f"enrolments/{ABSENT}/resume/"),
    "POST /enrolments/{enrolment_id}/suspend/": Route(MANAGERS, f"enrolments/{ABSENT}/suspend/"),
    "POST /enrolments/{enrolment_id}/transfer/": Route(
        MANAGERS, f"enrolments/{ABSENT}/transfer/", {}
    ),
    "POST /enrolments/{enrolment_id}/withdraw/": Route(For.USERS, f"enrolments/{ABSENT}/withdraw/"),
    "GET /feedback/": Route(For.USERS),
    "POST /feedback/": Route(For.USERS, body={}),
    "DELETE /feedback/{content_id}/": Route(For.USERS, "feedback/course-1/"),
    "GET /student/dismissals/": Route(For.USERS),
    "POST /student/dismissals/": Route(For.USERS, body={}),
    "DELETE /student/dismissals/{dismissal_kind}/{target}/": Route(
        For.USERS, "student/dismissals/advice/goal_due-3f0a91c2b7d4/"
    ),
    "POST /student/list-views/": Route(For.USERS, body={}),
    "GET /files/": Route(For.USERS),
    "POST /files/": Route(For.USERS, body={}),
    "GET /files/{file_id}/": Route(For.USERS, f"files/{ABSENT}/"),
    "PATCH /files/{file_id}/": Route(For.USERS, f"files/{ABSENT}/", {}),
    "DELETE /files/{file_id}/": Route(For.USERS, f"files/{ABSENT}/"),
    "GET /files/{file_id}/content/": Route(For.USERS, f"files/{ABSENT}/content/"),
    "POST /guardian-consents/": Route(For.ANYONE, body={}),
    "POST /guardian-consents/link/": Route(For.ANYONE, body={}),
    "GET /health/": Route(For.ANYONE),
    "GET /health/ready/": Route(For.ANYONE),
    "GET /health/details/": Route(ADMINS),
    "GET /internal/erasures/{user_id}/": Route(For.SERVICES, "internal/erasures/1/"),
    "GET /internal/outbox/{kind}/": Route(For.SERVICES, "internal/outbox/users/"),
    "POST /internal/users/{user_id}/republish/": Route(
        For.SERVICES, "internal/users/2147483647/republish/"
    ),
    "GET /internal/versions/{kind}/": Route(For.SERVICES, "internal/versions/users/"),
    "GET /internal/versions/{kind}/{key}/": Route(For.SERVICES, "internal/versions/users/1/"),
    "POST /internal/versions/{kind}/{key}/": Route(For.SERVICES, "internal/versions/users/9/"),
    "POST /invitations/{token}/accept/": Route(For.ANYONE, "invitations/none/accept/", {}),
    "GET /jobs/": Route(ADMINS),
    "POST /jobs/{job_id}/retry/": Route(ADMINS, "jobs/2147483647/retry/"),
    "GET /milestones/": Route(For.USERS),
    "POST /milestones/": Route(PUBLISHERS, body={}),
    "GET /milestones/{milestone_id}/": Route(For.USERS, "milestones/2147483647/"),
    "PATCH /milestones/{milestone_id}/": Route(PUBLISHERS, "milestones/2147483647/", {}),
    "POST /milestones/{milestone_id}/retire/": Route(PUBLISHERS, "milestones/2147483647/retire/"),
    "POST /milestones/{milestone_id}/restore/": Route(PUBLISHERS, "milestones/2147483647/restore/"),
    "GET /memberships/": Route(For.USERS),
    "POST /memberships/": Route(PUBLISHERS, body={}),
    "DELETE /memberships/{membership_id}/": Route(PUBLISHERS, f"memberships/{ABSENT}/"),
    "GET /notifications/": Route(For.USERS),
    "GET /notifications/phone/": Route(For.USERS),
    "PUT /notifications/phone/": Route(For.USERS, body={}),
    "DELETE /notifications/phone/": Route(For.USERS),
    "POST /notifications/phone/confirm/": Route(For.USERS, body={}),
    "GET /notifications/preferences/": Route(For.USERS),
    "PUT /notifications/preferences/": Route(For.USERS, body={}),
    "GET /notifications/push-subscriptions/": Route(For.USERS),
    "POST /notifications/push-subscriptions/": Route(For.USERS, body={}),
    "DELETE /notifications/push-subscriptions/{subscription_id}/": Route(
        For.USERS, f"notifications/push-subscriptions/{ABSENT}/"
    ),
    "POST /notifications/read/": Route(For.USERS, body={}),
    "GET /notifications/unread/": Route(For.USERS),
    "GET /organizations/": Route(For.USERS),
    "POST /organizations/": Route(ADMINS, body={}),
    "GET /organizations/{organization_id}/": Route(For.USERS, "organizations/{organization}/"),
    "PATCH /organizations/{organization_id}/": Route(ADMINS, "organizations/{organization}/", {}),
    "GET /organizations/{organization_id}/invitations/": Route(
        MANAGERS, "organizations/{organization}/invitations/"
    ),
    "POST /organizations/{organization_id}/invitations/": Route(
        MANAGERS, "organizations/{organization}/invitations/", {}
    ),
    "DELETE /organizations/{organization_id}/invitations/{invitation_id}/": Route(
        MANAGERS, f"organizations/{{organization}}/invitations/{ABSENT}/"
    ),
    "POST /organizations/{organization_id}/invitations/{invitation_id}/resend/": Route(
        MANAGERS, f"organizations/{{organization}}/invitations/{ABSENT}/resend/"
    ),
    "GET /organizations/{organization_id}/members/": Route(
        MANAGERS, "organizations/{organization}/members/"
    ),
    "DELETE /organizations/{organization_id}/members/{user_id}/": Route(
        MANAGERS, "organizations/{organization}/members/2147483647/"
    ),
    "GET /portfolio/": Route(For.USERS),
    "PUT /portfolio/": Route(For.USERS, body={}),
    "GET /portfolio/works/": Route(For.USERS),
    "POST /portfolio/address/": Route(For.USERS),
    "DELETE /portfolio/address/": Route(For.USERS),
    "GET /portfolio/{address}/": Route(For.ANYONE, "portfolio/none/"),
    "GET /profiling/sessions/": Route(For.USERS),
    "POST /profiling/sessions/": Route(For.USERS, body={}),
    "GET /profiling/sessions/{session_id}/": Route(For.USERS, f"profiling/sessions/{ABSENT}/"),
    "DELETE /profiling/sessions/{session_id}/": Route(For.USERS, f"profiling/sessions/{ABSENT}/"),
    "PUT /profiling/sessions/{session_id}/answers/{question_id}/": Route(
        For.USERS, f"profiling/sessions/{ABSENT}/answers/q-1/", {}
    ),
    "POST /profiling/sessions/{session_id}/result/": Route(
        For.SERVICES, f"profiling/sessions/{ABSENT}/result/", {}
    ),
    "GET /programs/": Route(For.USERS),
    "POST /programs/": Route(PUBLISHERS, body={}),
    "GET /programs/{program_id}/": Route(For.USERS, "programs/1/"),
    "PATCH /programs/{program_id}/": Route(PUBLISHERS, "programs/2147483647/", {}),
    "GET /programs/{program_id}/content/": Route(For.USERS, "programs/1/content/"),
    "GET /programs/{program_id}/export/": Route(PUBLISHERS, "programs/2147483647/export/"),
    "POST /programs/import/": Route(PUBLISHERS, body={}),
    "GET /programs/import/{import_id}/": Route(PUBLISHERS, f"programs/import/{ABSENT}/"),
    "POST /programs/{program_id}/restore/": Route(PUBLISHERS, "programs/2147483647/restore/"),
    "POST /programs/{program_id}/retire/": Route(PUBLISHERS, "programs/2147483647/retire/"),
    "GET /programs/{program_id}/versions/": Route(For.USERS, "programs/1/versions/"),
    "POST /programs/{program_id}/versions/": Route(PUBLISHERS, "programs/2147483647/versions/"),
    "GET /programs/{program_id}/versions/{number}/": Route(For.USERS, "programs/1/versions/1/"),
    "GET /progress/": Route(For.REACHING, "progress/?user={learner}"),
    "POST /progress/": Route(For.USERS, body={}),
    "POST /progress/import/": Route(MANAGERS, body={}),
    "GET /progress/import/{import_id}/": Route(MANAGERS, f"progress/import/{ABSENT}/"),
    "GET /progress/{progress_id}/": Route(For.REACHING, "progress/{progress}/"),
    "PATCH /progress/{progress_id}/": Route(For.USERS, "progress/2147483647/", {}),
    "GET /progress/{progress_id}/attempts/": Route(For.REACHING, "progress/{progress}/attempts/"),
    "POST /progress/{progress_id}/attempts/": Route(For.USERS, "progress/2147483647/attempts/"),
    "GET /quizzes/": Route(For.USERS),
    "POST /quizzes/": Route(PUBLISHERS, body={}),
    "GET /quizzes/{quiz_id}/": Route(For.USERS, "quizzes/2147483647/"),
    "PATCH /quizzes/{quiz_id}/": Route(PUBLISHERS, "quizzes/2147483647/", {}),
    "GET /quizzes/{quiz_id}/attempts/": Route(
        For.REACHING, "quizzes/{quiz}/attempts/?user={learner}"
    ),
    "POST /quizzes/{quiz_id}/attempts/": Route(For.USERS, "quizzes/2147483647/attempts/"),
    "GET /quizzes/{quiz_id}/attempts/{attempt_id}/": Route(
        For.USERS, f"quizzes/2147483647/attempts/{ABSENT}/"
    ),
    "POST /quizzes/{quiz_id}/attempts/{attempt_id}/submit/": Route(
        For.USERS, f"quizzes/2147483647/attempts/{ABSENT}/submit/", {}
    ),
    "POST /quizzes/{quiz_id}/restore/": Route(PUBLISHERS, "quizzes/2147483647/restore/"),
    "POST /quizzes/{quiz_id}/retire/": Route(PUBLISHERS, "quizzes/2147483647/retire/"),
    "GET /quizzes/{quiz_id}/statistics/": Route(PUBLISHERS, "quizzes/2147483647/statistics/"),
    "POST /quizzes/{quiz_id}/versions/": Route(PUBLISHERS, "quizzes/2147483647/versions/", {}),
    "GET /tracks/": Route(For.USERS),
    "GET /users/": Route(MANAGERS),
    "POST /users/": Route(ADMINS, body={}),
    "POST /users/{user_id}/activate/": Route(ADMINS, "users/2147483647/activate/"),
    "POST /users/{user_id}/deactivate/": Route(ADMINS, "users/2147483647/deactivate/"),
    "POST /users/{user_id}/progress/": Route(MANAGERS, "users/2147483647/progress/", {}),
    "PUT /users/{user_id}/role/": Route(ADMINS, "users/2147483647/role/", {}),
    "POST /users/{user_id}/view-as/": Route(ADMINS, "users/2147483647/view-as/", {}),
    "GET /users/{user_id}/track/history/": Route(For.REACHING, "users/{learner}/track/history/"),
    "PUT /users/me/track/": Route(For.USERS, body={}),
    "GET /users/me/track/history/": Route(For.USERS),
    "GET /users/{user_id}/": Route(For.REACHING, "users/{learner}/"),
    "GET /users/me/": Route(For.USERS),
    "PATCH /users/me/": Route(For.USERS, body={}),
    "DELETE /users/me/": Route(For.USERS, body={}),
    "GET /users/me/consents/": Route(For.USERS),
    "POST /users/me/consents/": Route(For.USERS, body={}),
    "GET /users/me/export/": Route(For.USERS),
    "POST /users/me/export/": Route(For.USERS),
    "GET /users/me/export/download/": Route(For.USERS),
    "GET /users/me/guardian/": Route(For.USERS),
    "PATCH /users/me/guardian/": Route(For.USERS, body={}),
    "POST /users/me/guardian/": Route(For.USERS, body={}),
    "GET /users/me/terms/": Route(For.USERS),
    "GET /users/me/preferences/": Route(For.USERS),
    "PATCH /users/me/preferences/": Route(For.USERS, body={}),
    "POST /users/me/password/": Route(For.USERS, body={}),
    "GET /webhook-subscriptions/": Route(MANAGERS),
    "POST /webhook-subscriptions/": Route(MANAGERS, body={}),
    "GET /webhook-subscriptions/{subscription_id}/": Route(MANAGERS, ABSENT_WEBHOOK),
    "PATCH /webhook-subscriptions/{subscription_id}/": Route(MANAGERS, ABSENT_WEBHOOK, {}),
    "DELETE /webhook-subscriptions/{subscription_id}/": Route(MANAGERS, ABSENT_WEBHOOK),
    "GET /webhook-subscriptions/{subscription_id}/deliveries/": Route(
        MANAGERS, f"{ABSENT_WEBHOOK}deliveries/"
    ),
    "POST /webhook-subscriptions/{subscription_id}/ping/": Route(
        MANAGERS, f"{ABSENT_WEBHOOK}ping/"
    ),
    "POST /webhook-subscriptions/{subscription_id}/replay/": Route(
        MANAGERS, f"{ABSENT_WEBHOOK}replay/", {}
    ),
    "POST /webhook-subscriptions/{subscription_id}/secret/": Route(
        MANAGERS, f"{ABSENT_WEBHOOK}secret/"
    ),
    **conversation_rows.ROUTES,
}


def described() -> set[str]:
    """Every method and path of the two OpenAPI documents."""
    documents = (core_document(PublicDocument), core_document(InternalDocument))
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for document in documents
        for path, operations in document["paths"].items()
        for method in operations
    }


def test_every_route_has_a_row() -> None:
    assert described() == ROUTES.keys()


@dataclass(frozen=True)
class World:
    caller: Caller
    learner: User
    values: dict[str, Any]

    def mismatches(self, expected: dict[str, str]) -> dict[str, tuple[str, int]]:
        found = {}
        for name, wanted in expected.items():
            method, path = name.split(" ")
            target = (ROUTES[name].path or path[1:]).format(**self.values)
            status, _ = self.caller.call(method, target, ROUTES[name].body)
            if not matches(wanted, status):
                found[name] = (wanted, status)
        return found


@dataclass(frozen=True)
class Pair:
    """Somebody in a relation to a learner of a school and a cohort, and an organization of one."""

    user: User
    learner: User
    organization: Organization


def pair_of(role: Role | None, relation: Relation) -> Pair:
    school, other = (add_organization(name=name, kind="school") for name in ("One", "Two"))
    own = relation is Relation.OWN and role is not None
    learner = person("learner", role if own and role else Role.LEARNER, school)
    grant(user_id=learner.id, role=Role.LEARNER, scope=Scope(ScopeKind.COHORT, cohort_id=COHORT))
    organization = school if relation in (Relation.OWN, Relation.ORGANIZATION) else other
    user = learner if own else person("caller", role or Role.LEARNER, organization)
    scopes = {
        Relation.ASSIGNED: Scope(ScopeKind.LEARNER, learner_id=learner.id),
        Relation.COHORT: Scope(ScopeKind.COHORT, cohort_id=COHORT),
    }
    if role and relation in scopes and scopes[relation].kind in SCOPES[role]:
        grant(user_id=user.id, role=role, scope=scopes[relation])
    return Pair(user, learner, organization)


def world_of(role: Role | None, relation: Relation) -> World:
    """The pair, with a row of the learner for each route that names one."""
    pair = pair_of(role, relation)
    item("course-1")
    values = {
        "learner": pair.learner.id,
        "progress": signed_in(pair.learner).post("progress/", progress_report())[1]["id"],
        "organization": pair.organization.id,
        "goal": signed_in(pair.learner).post("coaching/goals/", goal_request())[1]["id"],
        "quiz": quiz().pk,
        "certificate": published_certificate(published_enrolment(pair.learner)).pk,
    }
    return World(signed_in(pair.user), pair.learner, values)


MEMBERSHIPS = {(Role.MENTOR, Relation.ASSIGNED), (Role.DIRECTOR, Relation.COHORT)}
"""Who has a membership for learners alone, besides that of the school."""


def routes_of(role: Role, relation: Relation) -> list[str]:
    """Every route in the nearest relation, in none, and for those with a membership for learners;
    else those whose answer depends on the relation."""
    if relation in (Relation.OWN, Relation.FOREIGN) or (role, relation) in MEMBERSHIPS:
        return [*ROUTES]
    return [name for name, route in ROUTES.items() if route.allowed is For.REACHING]


@pytest.mark.slow
@pytest.mark.parametrize(("role", "relation"), CALLERS)
def test_a_role_gets_what_is_its_own_to_get(role: Role, relation: Relation) -> None:
    world = world_of(role, relation)
    expected = {n: statuses(ROUTES[n], role, relation) for n in routes_of(role, relation)}
    assert world.mismatches(expected) == {}


@pytest.mark.parametrize("outsider", list(Outsider))
def test_an_outsider_gets_nothing_of_users(outsider: Outsider) -> None:
    inside = world_of(None, Relation.FOREIGN)
    caller = NOBODY if outsider is Outsider.ANONYMOUS else service()
    world = World(caller, inside.learner, inside.values)
    assert world.mismatches({n: outsider_statuses(r, outsider) for n, r in ROUTES.items()}) == {}


@pytest.mark.parametrize(("role", "relation"), CALLERS)
def test_an_address_is_shown_to_those_who_may_read_it(role: Role, relation: Relation) -> None:
    pair = pair_of(role, relation)
    status, body = signed_in(pair.user).get(f"users/{pair.learner.id}/")
    shown = status == 200 and body["email"] == pair.learner.email
    assert shown is (relation in READS_LEARNER[role])
    assert (status == 200) is (relation in READS_LEARNER[role])
    assert status == 404 or "email" in body


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMIN}))
def test_nobody_but_admins_reads_an_admin(role: Role) -> None:
    school = add_organization(name="One", kind="school")
    admin, caller = person("ada", Role.ADMIN, school), signed_in(person("caller", role, school))
    foreign, absent = (caller.get(f"users/{one}/") for one in (admin.id, 2147483647))
    for _, body in (foreign, absent):
        body.pop("request_id")
    assert foreign == absent
    assert foreign[0] == 404


def test_a_director_reads_staff_of_the_organization_without_their_address() -> None:
    school = add_organization(name="One", kind="school")
    mentor = person("mara", Role.MENTOR, school)
    status, body = signed_in(person("dora", Role.DIRECTOR, school)).get(f"users/{mentor.id}/")
    assert (status, body["id"], body["email"]) == (200, mentor.id, None)


def get(self: ApiView, request: Request) -> Response:
    return Response()


@pytest.mark.parametrize(
    "members",
    [
        {"get": get},
        {"get": get, "permissions": {"POST": Principal.USER}},
        {"get": get, "permissions": {"GET": Principal.USER}, "permission_classes": ()},
        {"get": get, "permissions": {"GET": Principal.USER}, "get_permissions": lambda self: []},
    ],
)
def test_a_view_that_does_not_declare_its_permissions_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(UndeclaredPermission):
        type("Undeclared", (ApiView,), members)
