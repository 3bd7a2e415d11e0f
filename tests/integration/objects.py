"""Makes an object for every route of both OpenAPI documents that has an id in its path."""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ongoza_contracts.vocabulary import Role
from scripts.stack.stack import Stack
from tests.integration import conversation_objects, mentor_objects
from tests.integration.accounts import (
    API,
    Account,
    accepted,
    add_organization,
    answered,
    created,
    demo_admin,
    mails_to,
    stored,
    upload,
)
from tests.integration.story import Learner, eventually, send_raw

COHORT = "018f0000-0000-7000-8000-000000000020"
ITEM = "course-1"
"""An item of the demo's catalogue."""
MISSION_ITEM = "mission-101"
"""A mission of the demo's catalogue."""
NOBODY_LISTENS = "https://127.0.0.1:9/"
WEBHOOK = {"url": NOBODY_LISTENS, "types": ["ongoza.user.updated.v1"]}
"""The body of a subscription, but for its organization."""
NAMES = {
    "key_id": "A public key of credentials, which everybody may read.",
    "kind": "A kind of entity, which the catalogue of topics lists.",
    "provider": "A provider of OpenID Connect, which the settings name.",
    "question_id": "A question of the questionnaire, which everybody may read.",
    "secret": "A payment, in the address to which its gateway reports.",
}
"""Parameters of paths that name no object, and what they name instead."""


@dataclass(frozen=True)
class World:
    """A school with a director and a learner, and the platform's admin."""

    stack: Stack
    admin: Learner
    organization_id: int
    director: Account
    learner: Account

    @classmethod
    def new(cls, stack: Stack) -> "World":
        admin = demo_admin(stack)
        school = add_organization(admin)
        director, learner = (
            Account.of_role(admin, role, school) for role in (Role.DIRECTOR, Role.LEARNER)
        )
        return cls(stack, admin, school, director, learner)


Values = dict[str, Any]


def sign_in(world: World) -> Values:
    answered(world.learner, "auth/login/", _credentials(world.learner))
    rows = world.learner.core("GET", f"{API}/auth/sessions/").json()["results"]
    return {"sign_in_id": next(row["id"] for row in rows if not row["current"])}


def _credentials(account: Account) -> Values:
    return {"email": account.email, "password": account.password}


def api_token(world: World) -> Values:
    body = {"name": "a script", "scope": ["read"], "password": world.learner.password}
    return {"token_id": world.learner.create("auth/tokens/", body)["id"]}


def goal(world: World) -> Values:
    body = {"title": "Pass the exam", "target_date": "2999-12-31"}
    return {"goal_id": world.learner.create("coaching/goals/", body)["id"]}


def goal_milestone(world: World) -> Values:
    made = goal(world)
    path = f"coaching/goals/{made['goal_id']}/milestones/"
    return made | {"milestone_id": world.learner.create(path, {"title": "Half of it"})["id"]}


def habit(world: World) -> Values:
    """An archived one: a learner may have few that are active."""
    body = {"title": "Read an advisory", "schedule": "daily"}
    made = world.learner.create("coaching/habits/", body)
    path = f"{API}/coaching/habits/{made['id']}/"
    world.learner.core("PATCH", path, json={"state": "archived"})
    return {"habit_id": made["id"]}


def habit_pause(world: World) -> Values:
    made = habit(world)
    path = f"coaching/habits/{made['habit_id']}/pauses/"
    pauses = world.learner.create(path, {"first_day": "2999-01-01"})["pauses"]
    return made | {"pause_id": pauses[0]["id"]}


def reflection(world: World) -> Values:
    body = {"text": "I asked."}
    return {"reflection_id": world.learner.create("coaching/reflections/", body)["id"]}


def calendar_event(world: World) -> Values:
    body = {
        "organization": world.organization_id,
        "title": "Kick-off",
        "time_zone": "Africa/Nairobi",
    }
    body |= {"starts_at": "2027-03-01T07:00:00Z", "ends_at": "2027-03-01T08:30:00Z"}
    return {"event_id": created(world.director, "calendar/events/", body)["id"]}


def feed_token(world: World) -> Values:
    """The token in the address of the learner's feed."""
    return {"token": world.learner.create("calendar/token/", {})["token"]}


def portfolio_address(world: World) -> Values:
    return {"address": world.learner.create("portfolio/address/", {})["address"]}


def progress(world: World) -> Values:
    """A completed item, because the world's learner may have completed it before."""
    body = {"content_id": ITEM, "content_type": "course", "status": "completed"}
    body["completion_percentage"] = 100  # type: ignore[assignment]
    return {"progress_id": stored(world.learner, "progress/", body)["id"]}


def feedback(world: World) -> Values:
    stored(world.learner, "feedback/", {"content_id": ITEM, "verdict": "not_for_me"})
    return {"content_id": ITEM}


def dismissal(world: World) -> Values:
    body = {"kind": "recommendation", "target": ITEM}
    stored(world.learner, "student/dismissals/", body)
    return {"dismissal_kind": body["kind"], "target": body["target"]}


def file(world: World) -> Values:
    """A complete one of a byte; the world's learner may have it already."""
    return {"file_id": upload(world.learner, "x.txt")}


def content_import(world: World) -> Values:
    """Of a file that is not valid."""
    return _import(world, "content/import/")


def competency_import(world: World) -> Values:
    return _import(world, "competencies/import/")


def progress_import(world: World) -> Values:
    return _import(world, "progress/import/")


def _import(world: World, path: str, name: str = "x.csv") -> Values:
    body = {"file": upload(world.admin, name), "dry_run": True}
    return {"import_id": accepted(world.admin, path, body)["id"]}


RUBRIC = {"criteria": [{"title": "Report", "max_points": 10}]}
HINTS = {"hints": [{"text": "Look at the logs.", "cost": 5}]}
QUESTIONS = [{"kind": "text", "prompt": "Which program scans ports?", "accepted": ["nmap"]}]


def course(world: World) -> Values:
    program = world.admin.core("GET", f"{API}/programs/").json()["results"][0]["slug"]
    content_id = f"course-{secrets.randbelow(10**8) + 10**8}"
    body = {"content_id": content_id, "content_type": "course", "program": program}
    body |= {"title": "A course", "track": "builders", "duration_minutes": 30}
    created(world.admin, "content/", body)
    return {"content_id": content_id}


def body_draft(world: World) -> Values:
    """Of a new course, with a file."""
    made = course(world)
    file_id = upload(world.admin, f"{made['content_id']}.txt")
    body = {"language": "en", "markdown": f"## Welcome\n\n[x](files/{file_id})"}
    body_id = created(world.admin, f"content/{made['content_id']}/bodies/", body)["id"]
    return made | {"body_id": body_id, "file_id": file_id}


def quiz(world: World) -> Values:
    """Of a new course."""
    body = {**course(world), "questions": QUESTIONS}
    return {"quiz_id": created(world.admin, "quizzes/", body)["id"]}


def quiz_attempt(world: World) -> Values:
    made = quiz(world)
    path = f"quizzes/{made['quiz_id']}/attempts/"
    return made | {"attempt_id": created(world.learner, path, {})["id"]}


def content(world: World) -> Values:
    program = world.admin.core("GET", f"{API}/programs/").json()["results"][0]["slug"]
    content_id = f"mission-{secrets.randbelow(10**8) + 10**8}"
    body = {"content_id": content_id, "content_type": "mission", "program": program}
    body |= {"title": "A mission", "track": "builders", "duration_minutes": 30}
    created(world.admin, "content/", body)
    return {"content_id": content_id}


def mission(world: World) -> Values:
    """A published lab with a hint."""
    program = world.admin.core("GET", f"{API}/programs/").json()["results"][0]["slug"]
    body = {"title": "A lab", "code": secrets.token_hex(8), "program": program, "skills": ["Nmap"]}
    body |= {"track": "builders", "duration_minutes": 30, "flag_attempts": 1000}
    path = f"missions/{created(world.admin, 'missions/', body)['id']}/"
    parts = {"rubric": RUBRIC, "hints": HINTS}
    for part, content in parts.items():
        world.admin.core("PUT", f"{API}/{path}{part}/", json=content).raise_for_status()
    made = answered(world.admin, f"{path}publish/", {})
    return {"mission_id": made["id"], "number": 1}


def submission(world: World) -> Values:
    """Handed in by the learner, with a file."""
    mission_id = mission(world)["mission_id"]
    submission_id = created(world.learner, f"missions/{mission_id}/submissions/", {})["id"]
    path = f"submissions/{submission_id}/"
    body = {"kind": "file", "file": upload(world.learner, f"{submission_id}.txt")}
    artifact_id = created(world.learner, f"{path}artifacts/", body)["id"]
    answered(world.learner, f"{path}submit/", {})
    return {"submission_id": submission_id, "artifact_id": artifact_id}


def mission_import(world: World) -> Values:
    return _import(world, "missions/import/", "missions.yaml")


def program_import(world: World) -> Values:
    return _import(world, "programs/import/", "program.yaml")


def milestone(world: World) -> Values:
    body = {**program(world), "title": f"Basics {secrets.token_hex(4)}"}
    body["program"] = body.pop("program_id")
    return {"milestone_id": created(world.admin, "milestones/", body)["id"]}


def program_version(world: World) -> Values:
    """The first version of a new program."""
    slug = f"program-{secrets.token_hex(4)}"
    number = created(world.admin, "programs/", {"slug": slug, "title": slug})["id"]
    content_id = f"mission-{secrets.randbelow(10**8) + 2 * 10**8}"
    item = {"content_id": content_id, "content_type": "mission", "program": slug}
    created(
        world.admin, "content/", {**item, "title": "A", "track": "builders", "duration_minutes": 5}
    )
    stage = created(world.admin, "milestones/", {"program": number, "title": "Basics"})["id"]
    items = {"items": [{"content_id": content_id}]}
    world.admin.core("PATCH", f"{API}/milestones/{stage}/", json=items).raise_for_status()
    version = created(world.admin, f"programs/{number}/versions/", {})
    return {"program_id": number, "number": version["number"]}


def cohort(world: World) -> Values:
    """An open one of the school, with seats, which nobody else sees."""
    version = program_version(world)
    path = f"{API}/programs/{version['program_id']}/versions/{version['number']}/"
    body = {"organization": world.organization_id, "name": "Evening class"}
    body |= {"program_version": world.admin.core("GET", path).json()["id"]}
    body |= {"starts_on": "2030-01-07", "ends_on": "2030-06-28"}
    made = created(world.admin, "cohorts/", body)["id"]
    price = {"currency": "KES", "amount": 150_000}
    pools = {"pools": [{"kind": "paid", "size": 20, "prices": [price]}]}
    world.admin.core("PUT", f"{API}/cohorts/{made}/pools/", json=pools).raise_for_status()
    answered(world.admin, f"cohorts/{made}/transitions/", {"action": "open"})
    return {"cohort_id": made}


def code(world: World) -> Values:
    body = {"cohort": cohort(world)["cohort_id"], "pool": "paid", "max_uses": 1}
    made = created(world.admin, "codes/", body | {"ends_at": "2030-01-07T00:00:00Z"})
    return {"code_id": made["id"]}


def enrolment(world: World) -> Values:
    """The learner's, or another's where the caller is none: only learners apply."""
    path = f"cohorts/{cohort(world)['cohort_id']}/enrolments/"
    learner = world.learner
    if learner.role != Role.LEARNER:
        learner = Account.of_role(world.admin, Role.LEARNER, world.organization_id)
    return {"enrolment_id": created(learner, path, {"pools": ["paid"]})["id"]}


def subscription(world: World) -> Values:
    """Of a learner, who has one at a time: a trial of the demo's plan that has one."""
    learner = world.learner
    if learner.role != Role.LEARNER:
        learner = Account.of_role(world.admin, Role.LEARNER, world.organization_id)
    own = learner.core("GET", f"{API}/subscriptions/").json()["results"]
    live = [row["id"] for row in own if row["state"] != "expired"]
    if live:
        return {"subscription_id": live[0]}
    plans = learner.core("GET", f"{API}/subscriptions/plans/").json()["results"]
    plan = next(row["id"] for row in plans if row["trial_days"])
    made = created(learner, "subscriptions/", {"plan": plan, "currency": "KES"})
    return {"subscription_id": made["id"]}


def entitlement(world: World) -> Values:
    learner = world.learner
    if learner.role != Role.LEARNER:
        learner = Account.of_role(world.admin, Role.LEARNER, world.organization_id)
    body = {"user": learner.user_id, "feature": "habits", "source": "manual", "limit": 30}
    return {"entitlement_id": created(world.admin, "entitlements/", body)["id"]}


def program(world: World) -> Values:
    rows = world.admin.core("GET", f"{API}/programs/").json()["results"]
    return {"program_id": rows[0]["id"]}


def membership(world: World) -> Values:
    body = {"user": world.learner.user_id, "role": "learner", "scope": "cohort", "cohort": COHORT}
    return {"membership_id": stored(world.admin, "memberships/", body)["id"]}


def organization(world: World) -> Values:
    return {"organization_id": world.organization_id}


def user(world: World) -> Values:
    """A new one, whom an admin may deactivate."""
    account = Account.of_role(world.admin, Role.LEARNER, world.organization_id)
    return {"user_id": account.user_id}


def member(world: World) -> Values:
    return organization(world) | user(world)


def invitation(world: World) -> Values:
    return organization(world) | {"invitation_id": _invite(world, _address())["id"]}


def invitation_token(world: World) -> Values:
    """The token that stands in the mail alone."""
    address = _address()
    _invite(world, address)
    (mail,) = eventually(lambda: mails_to(world.stack, address))
    token = re.search(r"/invitations/(\S+)", mail)
    assert token is not None
    return {"token": token[1]}


def _address() -> str:
    return f"{secrets.token_hex(8)}@ongoza.example"


def _invite(world: World, address: str) -> Values:
    path = f"organizations/{world.organization_id}/invitations/"
    return world.director.create(path, {"email": address, "role": "learner"})


def job(world: World) -> Values:
    """A job that sends a mail."""
    body = {"email": world.learner.email}
    world.learner.core("POST", f"{API}/auth/password/reset/", json=body)
    return {"job_id": world.admin.core("GET", f"{API}/jobs/").json()["results"][0]["id"]}


NO_REPORT = "018f0000-0000-7000-8000-00000000dead"
"""Only a sponsor has reports, and the world has none."""


def table_export(world: World) -> Values:
    body = {"kind": "director_cohorts", "format": "csv"}
    return {"export_id": accepted(world.director, "exports/", body)["id"]}


def push_subscription(world: World) -> Values:
    body = push_subscription_body(secrets.token_hex(8))
    path = "notifications/push-subscriptions/"
    return {"subscription_id": world.learner.create(path, body)["id"]}


def push_subscription_body(name: str) -> Values:
    """A browser's subscription, whose endpoint has a name at the end."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": _base64(point), "auth": _base64(secrets.token_bytes(16))}
    return {"endpoint": f"{NOBODY_LISTENS}{name}", "keys": keys}


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def webhook_subscription(world: World) -> Values:
    """The only one of its organization, which may have few."""
    path = "webhook-subscriptions/"
    for row in world.director.core("GET", f"{API}/{path}").json()["results"]:
        world.director.core("DELETE", f"{API}/{path}{row['id']}/")
    body = {"organization": world.organization_id, **WEBHOOK}
    return {"subscription_id": world.director.create(path, body)["subscription"]["id"]}


def profiling_session(world: World) -> Values:
    body = {"questionnaire": "v2"}
    return {"session_id": stored(world.learner, "profiling/sessions/", body)["id"]}


def answer(world: World) -> Values:
    questions = world.learner.ai("GET", f"{API}/profiling/questions").json()["questions"]
    return profiling_session(world) | {"question_id": questions[0]["id"]}


def published_user(world: World) -> Values:
    return {"kind": "users", "key": str(world.learner.user_id)}


def parked_record(world: World) -> Values:
    """A record that is no fact."""
    before = _last_parked(world)
    send_raw(world.stack, "ongoza.content", 0, b"course-987654321", b"{", [])
    return {"parked_id": eventually(lambda: (last := _last_parked(world)) > before and last)}


def _last_parked(world: World) -> int:
    return max(parked_ids(world), default=0)


def parked_ids(world: World) -> list[int]:
    rows = world.admin.ai("GET", f"{API}/operations/parked?limit=100").json()["results"]
    return [row["id"] for row in rows]


def discard_parked(world: World) -> None:
    """Later tests count the parked records of the stack."""
    for parked_id in parked_ids(world):
        path = f"{API}/operations/parked/{parked_id}/discard"
        world.admin.ai("POST", path, json={"reason": "made by a test"})


NO_CERTIFICATE = "018f0000-0000-7000-8000-00000000beef"

MAKERS: Mapping[str, Callable[[World], Values]] = {
    "ai/missions/{mission_id}": lambda _: {"mission_id": MISSION_ITEM},
    "auth/oidc/{provider}": lambda _: {"provider": "none"},
    "auth/sessions/{sign_in_id}": sign_in,
    "auth/tokens/{token_id}": api_token,
    "calendar/events/{event_id}": calendar_event,
    "calendar/{token}": feed_token,
    "certificates/keys/{key_id}": lambda _: {"key_id": "none"},
    # An enrolment is completed by a job of every ten minutes: there is no certificate to wait for.
    "certificates/{certificate_id}": lambda _: {"certificate_id": NO_CERTIFICATE},
    "coaching/goals/{goal_id}": goal,
    "coaching/goals/{goal_id}/milestones/{milestone_id}": goal_milestone,
    "coaching/habits/{habit_id}": habit,
    "coaching/habits/{habit_id}/pauses/{pause_id}": habit_pause,
    "coaching/reflections/{reflection_id}": reflection,
    "codes/{code_id}": code,
    "cohorts/{cohort_id}": cohort,
    "content/{content_id}": content,
    "content/{content_id}/bodies/{body_id}": body_draft,
    "content/{content_id}/body/files/{file_id}": body_draft,
    "competencies/import/{import_id}": competency_import,
    "content/import/{import_id}": content_import,
    "enrolments/{enrolment_id}": enrolment,
    "entitlements/{entitlement_id}": entitlement,
    **conversation_objects.MAKERS,
    "feedback/{content_id}": feedback,
    "exports/{export_id}": table_export,
    "student/dismissals/{dismissal_kind}/{target}": dismissal,
    "files/{file_id}": file,
    "sponsor/reports/{report_id}": lambda _: {"report_id": NO_REPORT},
    "internal/erasures/{user_id}": lambda world: {"user_id": world.learner.user_id},
    "internal/outbox/{kind}": lambda _: {"kind": "users"},
    "internal/users/{user_id}": lambda world: {"user_id": world.learner.user_id},
    "internal/submissions/{submission_id}": submission,
    "internal/versions/{kind}": lambda _: {"kind": "users"},
    "internal/versions/{kind}/{key}": published_user,
    "invitations/{token}": invitation_token,
    "jobs/{job_id}": job,
    "memberships/{membership_id}": membership,
    "mentors/{mentor_id}": mentor_objects.mentor,
    "mentorship/matches/{match_id}": mentor_objects.match,
    "mentorship/requests/{request_id}": mentor_objects.mentorship_request,
    "mentorship/sessions/{session_id}": mentor_objects.session,
    "milestones/{milestone_id}": milestone,
    "missions/{mission_id}": mission,
    "missions/{mission_id}/hints/{number}": mission,
    "missions/import/{import_id}": mission_import,
    "notifications/push-subscriptions/{subscription_id}": push_subscription,
    "operations/parked/{parked_id}": parked_record,
    "organizations/{organization_id}": organization,
    "organizations/{organization_id}/invitations/{invitation_id}": invitation,
    "organizations/{organization_id}/members/{user_id}": member,
    "portfolio/{address}": portfolio_address,
    "profiling/session/{session_id}": profiling_session,
    "profiling/sessions/{session_id}": profiling_session,
    "profiling/sessions/{session_id}/answers/{question_id}": answer,
    "programs/{program_id}": program,
    "programs/import/{import_id}": program_import,
    "payments/mpesa/callback/{secret}": lambda _: {"secret": "none"},
    "payments/mpesa/reversal/{secret}": lambda _: {"secret": "none"},
    "programs/{program_id}/versions/{number}": program_version,
    "progress/{progress_id}": progress,
    "progress/import/{import_id}": progress_import,
    "quizzes/{quiz_id}": quiz,
    "quizzes/{quiz_id}/attempts/{attempt_id}": quiz_attempt,
    "reviews/{submission_id}": submission,
    "search/similar/{content_id}": lambda _: {"content_id": ITEM},
    "submissions/{submission_id}": submission,
    "subscriptions/{subscription_id}": subscription,
    "submissions/{submission_id}/artifacts/{artifact_id}": submission,
    "users/{user_id}": user,
    "webhook-subscriptions/{subscription_id}": webhook_subscription,
}
"""By the path up to its last parameter."""


def maker_of(path: str) -> Callable[[World], Values]:
    """Raises KeyError for a route that nothing is made for."""
    return MAKERS[up_to_last_parameter(path)]


def up_to_last_parameter(path: str) -> str:
    return path[: path.rindex("}") + 1].removeprefix(f"{API}/")


def has_ids(path: str) -> bool:
    return bool({*re.findall(r"{(\w+)}", path)} - NAMES.keys())


def absent(name: str, value: Any) -> Any:
    """An id of the same form that nothing has."""
    if name in NAMES:
        return value
    if isinstance(value, int) or str(value).isdecimal():
        return type(value)(2147483000)
    if name == "content_id":
        return "course-999999999"
    return re.sub(r"\w", "0", value) if name == "token" else "018f0000-0000-7000-8000-00000000dead"


def known_values(account: Account) -> Values:
    """Values by name that are right in the requests of an account."""
    return {
        **_credentials(account),
        "current_password": account.password,
        "refresh_token": account.refresh_token,
        "content_id": ITEM,
        "content_type": "course",
        "user": account.user_id,
        "user_id": account.user_id,
    }


def replaced(values: Any, known: Values) -> Any:
    """A body or a query whose fields have their known values where there are some."""
    if not isinstance(values, Mapping):
        return values
    return {name: known.get(name, value) for name, value in values.items()}
