"""Texts that try to become more than texts, in every field that a person of a school writes."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import psycopg

from ongoza_contracts.vocabulary import Role
from tests.integration.accounts import API, Account, created
from tests.integration.objects import World
from tests.integration.story import ANSWER_SECONDS, Learner

Body = dict[str, Any]
ATTACKS = (
    "<img src=x onerror=ran=1>",
    "</title><svg onload=ran=1>",
    "<script>ran=1</script>",
    "{{7*7}}",
    "javascript:ran=1",
    "\U0001d518\U0001f600",
    "\u05d0\u0628\u200f",
)
LONG_WORD = "W" * 90
SOON = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)
PERIOD = {
    "starts_at": SOON.isoformat(),
    "ends_at": (SOON + timedelta(hours=1)).isoformat(),
    "time_zone": "Africa/Nairobi",
}


@dataclass
class Hostile:
    """Makes texts, each with a mark that says which field it was written to."""

    run: str = field(default_factory=lambda: secrets.token_hex(2))
    fields: dict[str, str] = field(default_factory=dict)
    """By mark, as `path field`."""

    def text(self, name: str, limit: int = 1000) -> str:
        """As much of it as the limit lets in; the attacks come in turn first."""
        number = len(self.fields)
        mark = f"q{number:02d}{self.run}q"
        self.fields[mark] = name
        first = number % len(ATTACKS)
        parts = [*ATTACKS[first:], *ATTACKS[:first]]
        return f"{mark}{parts[0]}{LONG_WORD} {' '.join(parts[1:])}"[:limit].strip()

    def marks_in(self, text: str) -> set[str]:
        return {mark for mark in self.fields if mark in text}


@dataclass
class School:
    """A school whose people wrote hostile texts wherever they could."""

    world: World
    hostile: Hostile
    director: Account
    mentor: Account
    learner: Account
    pages: dict[Role, list[str]] = field(default_factory=dict)
    """Of the objects that were written, by who opens them."""

    def add_page(self, path: str, *roles: Role) -> None:
        for role in roles:
            self.pages.setdefault(role, []).append(path)


def new_school(world: World) -> School:
    hostile = Hostile()
    text = hostile.text
    name = {"name": text("organizations name", 120)}
    organization = created(world.admin, "organizations/", {**name, "kind": "school"})["id"]
    director, mentor, learner = (
        Account.of_role(
            world.admin,
            role,
            organization,
            first_name=text("auth/signup first_name", 80),
            last_name=text("auth/signup last_name", 80),
        )
        for role in (Role.DIRECTOR, Role.MENTOR, Role.LEARNER)
    )
    school = School(world, hostile, director, mentor, learner)
    for write in (_own, _mentoring, _content, _work, _cohort):
        write(school)
    return school


def _own(school: School) -> None:
    """What a learner writes for themselves."""
    learner, text = school.learner, school.hostile.text
    names = {one: text(f"users/me {one}", 80) for one in ("first_name", "last_name")}
    _changed(learner, "PATCH", "users/me/", names)
    token = {"name": text("auth/tokens name", 80), "password": learner.password}
    created(learner, "auth/tokens/", {**token, "scope": ["read"]})
    goal = {"title": text("coaching/goals title", 200), "target_date": "2040-01-01"}
    goal_id = created(learner, "coaching/goals/", goal)["id"]
    step = {"title": text("coaching/goals/{}/milestones title", 200)}
    created(learner, f"coaching/goals/{goal_id}/milestones/", step)
    habit = {"title": text("coaching/habits title", 200), "schedule": "daily"}
    created(learner, "coaching/habits/", habit)
    created(learner, "coaching/reflections/", {"text": text("coaching/reflections text")})
    shown = {"headline": text("portfolio headline", 120), "about": text("portfolio about")}
    _changed(learner, "PUT", "portfolio/", {**shown, "items": []})
    address = created(learner, "portfolio/address/", {})["address"]
    school.add_page(f"/portfolio/{address}", Role.LEARNER)
    body = {"email": learner.email, "password": learner.password}
    device = {"User-Agent": "q99q<img src=x onerror=ran=1>" + LONG_WORD}
    url = f"{learner.stack.core_url}{API}/auth/login/"
    httpx.post(url, json=body, headers=device, timeout=ANSWER_SECONDS).raise_for_status()


def _mentoring(school: School) -> None:
    mentor, learner, text = school.mentor, school.learner, school.hostile.text
    about = {"about": text("mentors about"), "skills": [text("mentors skills[]", 64)]}
    profile = {**about, "capacity": 5, "time_zone": "Africa/Nairobi"}
    _changed(mentor, "PUT", f"mentors/{mentor.user_id}/", profile)
    admin, organization = school.world.admin, learner.organization_id
    waiting = Account.of_role(admin, Role.LEARNER, organization)
    asked = {"mentor": mentor.user_id, "message": text("mentorship/requests message")}
    created(waiting, "mentorship/requests/", asked)
    request = created(learner, "mentorship/requests/", {"mentor": mentor.user_id})["id"]
    match = created(mentor, f"mentorship/requests/{request}/accept/", {})["id"]
    path = f"mentorship/matches/{match}/"
    words = quote(text("mentorship/matches/{}/messages links[]", 200), safe="<>=/{}*:")
    said = {
        "text": text("mentorship/matches/{}/messages text"),
        "links": [f"https://ongoza.example/?{words}"],
        "artifacts": [_uploaded(learner, text("files name", 150).replace("/", "|"))],
    }
    message = created(learner, f"{path}messages/", said)["id"]
    created(mentor, f"{path}notes/", {"text": text("mentorship/matches/{}/notes text")})
    concern = {"learner": learner.user_id, "kind": "other", "severity": "low"}
    created(mentor, "mentorship/flags/", {**concern, "note": text("mentorship/flags note")})
    group = {"title": text("mentorship/groups title", 200), "seats": 3, **PERIOD}
    created(mentor, "mentorship/groups/", group)
    _past_session(school, match)
    report = {"match": match, "reason": "other", "text": text("conduct/reports text")}
    reported = created(learner, "conduct/reports/", {**report, "messages": [message]})["id"]
    school.add_page(f"/conduct/{reported}", Role.DIRECTOR, Role.ADMIN)
    school.add_page(f"/members/{learner.user_id}", Role.DIRECTOR, Role.ADMIN)
    school.add_page(f"/messages/{match}", Role.LEARNER, Role.MENTOR)
    school.add_page(f"/mentorship/mentors/{mentor.user_id}", Role.LEARNER)
    school.add_page(f"/mentees/{learner.user_id}", Role.MENTOR)


def _past_session(school: School, match: str) -> None:
    """It ended a moment ago, which its mentor noted and its learner rated."""
    mentor, learner = school.mentor, school.learner
    starts_at = (SOON + timedelta(days=1)).isoformat()
    session = created(mentor, "mentorship/sessions/", {"match": match, "starts_at": starts_at})
    path = f"mentorship/sessions/{session['id']}/"
    _changed(learner, "POST", f"{path}confirm/", {})
    url = mentor.stack.servers["postgres-relational"].url()  # type: ignore[union-attr]
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "UPDATE mentorship_session SET starts_at = now() - interval '1 hour',"
            " ends_at = now() WHERE id = %s",
            [session["id"]],
        )
    _changed(mentor, "POST", f"{path}attendance/", {"missed_by": None})
    feedback = {"rating": 4, "text": school.hostile.text("mentorship/sessions/{}/feedback text")}
    _changed(learner, "POST", f"{path}feedback/", feedback)


def _content(school: School) -> None:
    """A program with a course, its text and its quiz, which an admin writes for all schools."""
    admin, text = school.world.admin, school.hostile.text
    slug = f"hostile-{school.learner.user_id}"
    program = {"title": text("programs title", 200), "description": text("programs description")}
    program_id = created(admin, "programs/", {"slug": slug, **program})["id"]
    course = f"course-{10**8 + school.learner.user_id}"
    item: Body = {
        "content_id": course,
        "content_type": "course",
        "program": slug,
        "track": "builders",
    }
    item |= {"title": text("content title", 200), "description": text("content description")}
    item |= {"skills": [text("content skills[]", 64)], "duration_minutes": 30}
    item |= {"external_ids": [{"source": "lms", "id": text("content external_ids[].id", 128)}]}
    created(admin, "content/", item)
    stage = {"program": program_id, "title": text("milestones title", 200)}
    stage["description"] = text("milestones description")
    milestone = created(admin, "milestones/", stage)["id"]
    _changed(admin, "PATCH", f"milestones/{milestone}/", {"items": [{"content_id": course}]})
    module = course.replace("course", "module")
    below = {"content_id": module, "content_type": "module", "course": course}
    created(admin, "content/", {**item, **below, "external_ids": []})
    body = {"language": "en", "markdown": f"## One\n\n{text('content/{}/bodies markdown')}"}
    body_id = created(admin, f"content/{module}/bodies/", body)["id"]
    _changed(admin, "POST", f"content/{module}/bodies/{body_id}/publish/", {})
    for page in (f"programs/{slug}", course, module, f"{course}/quiz", f"{module}/quiz"):
        school.add_page(f"/learn/{page}", Role.LEARNER)
    _quizzes(school, course, module)


def _quizzes(school: School, course: str, module: str) -> None:
    """The learner has answered that of the course, and begun that of its module."""
    admin, learner, text = school.world.admin, school.learner, school.hostile.text
    typed = {
        "kind": "text",
        "prompt": text("quizzes questions[].prompt"),
        "accepted": [text("quizzes questions[].accepted[]", 200)],
        "feedback": text("quizzes questions[].feedback"),
    }
    options = [text("quizzes questions[].options[]", 400), "No"]
    chosen = {"kind": "single", "prompt": "Which?", "options": options, "right": [1]}
    begun = created(admin, "quizzes/", {"content_id": module, "questions": [chosen]})["id"]
    created(learner, f"quizzes/{begun}/attempts/", {})
    quiz = created(admin, "quizzes/", {"content_id": course, "questions": [typed]})["id"]
    attempt = created(learner, f"quizzes/{quiz}/attempts/", {})["id"]
    word = text("quizzes/{}/attempts/{}/submit answers[].text", 200)
    answers = {"answers": [{"question": 1, "text": word}]}
    _changed(learner, "POST", f"quizzes/{quiz}/attempts/{attempt}/submit/", answers)
    school.add_page(f"/learn/{course}/quiz/{attempt}", Role.LEARNER)


def _work(school: School) -> None:
    """A mission that is handed in, sent back, and handed in again."""
    learner, mentor, text = school.learner, school.mentor, school.hostile.text
    mission_id = _mission(school)
    for is_first in (True, False):
        path = created(learner, f"missions/{mission_id}/submissions/", {})["id"]
        artifacts = f"submissions/{path}/artifacts/"
        if is_first:
            words = {
                one: text(f"submissions/{{}}/artifacts {one}", 200) for one in ("name", "text")
            }
            created(learner, artifacts, {"kind": "text", **words})
            url = f"https://ongoza.example/?<img%20src=x%20onerror=ran=1>{LONG_WORD}"
            created(learner, artifacts, {"kind": "link", "url": url})
        file = _uploaded(learner, f"<img src=x onerror=ran=1>{LONG_WORD}.txt")
        created(learner, artifacts, {"kind": "file", "file": file})
        _changed(learner, "POST", f"submissions/{path}/submit/", {})
        if is_first:
            _changed(mentor, "POST", f"reviews/{path}/claim/", {})
            note = {
                "criterion": 1,
                "points": 1,
                "comment": text("reviews/{}/decide marks[].comment"),
            }
            review = {"outcome": "changes_requested", "marks": [note]}
            review |= {
                one: text(f"reviews/{{}}/decide {one}") for one in ("comments", "private_notes")
            }
            _changed(mentor, "POST", f"reviews/{path}/decide/", review)
        else:
            _changed(mentor, "POST", f"reviews/{path}/claim/", {})
            reason = {"reason": text("reviews/{}/take-away reason")}
            _changed(school.director, "POST", f"reviews/{path}/take-away/", reason)
        attempt = f"/missions/{mission_id}/attempts/{path}"
        for page in (attempt, f"{attempt}/suggestions"):
            school.add_page(page, Role.LEARNER)
        school.add_page(f"/reviews/{path}", Role.MENTOR, Role.DIRECTOR)
    school.add_page(f"/missions/{mission_id}", Role.LEARNER)


def _mission(school: School) -> str:
    """The id of a published mission with everything that is written about one."""
    admin, text = school.world.admin, school.hostile.text
    mission: Body = {
        one: text(f"missions {one}", limit)
        for one, limit in (("title", 200), ("description", 1000), ("story", 1000))
    }
    mission |= {one: [text(f"missions {one}[]", 400)] for one in ("objectives", "subtasks")}
    mission |= {"skills": [text("missions skills[]", 64)], "track": "builders"}
    mission |= {"code": f"X-{school.learner.user_id}", "duration_minutes": 30, "flag_attempts": 9}
    mission |= {"program": "foundation"}
    mission_id = created(admin, "missions/", mission)["id"]
    line = {
        one: text(f"missions/{{}}/rubric criteria[].{one}", 200) for one in ("title", "description")
    }
    rubric = {"criteria": [{**line, "max_points": 10}]}
    _changed(admin, "PUT", f"missions/{mission_id}/rubric/", rubric)
    hints = {"hints": [{"text": text("missions/{}/hints hints[].text"), "cost": 0}]}
    _changed(admin, "PUT", f"missions/{mission_id}/hints/", hints)
    _changed(admin, "POST", f"missions/{mission_id}/publish/", {})
    _changed(school.learner, "POST", f"missions/{mission_id}/hints/1/unlock/", {})
    return str(mission_id)


def _cohort(school: School) -> None:
    director, text = school.director, school.hostile.text
    versions = school.world.admin.core("GET", f"{API}/cohorts/?page_size=1").json()["results"]
    cohort: Body = {"organization": director.organization_id, "name": text("cohorts name", 120)}
    cohort |= {"program_version": versions[0]["program_version"]}
    cohort |= {"starts_on": "2040-01-09", "ends_on": "2040-06-29"}
    cohort_id = created(director, "cohorts/", cohort)["id"]
    path = f"cohorts/{cohort_id}/"
    seats = {"pools": [{"kind": "paid", "size": 2}]}
    _changed(director, "PUT", f"{path}pools/", seats)
    _changed(director, "POST", f"{path}transitions/", {"action": "open"})
    news = {one: text(f"cohorts/{{}}/announcements {one}", 200) for one in ("title", "text")}
    created(director, f"{path}announcements/", news)
    enrolment = created(school.learner, f"{path}enrolments/", {"pools": ["paid"]})["id"]
    _changed(school.learner, "POST", f"enrolments/{enrolment}/accept/", {})
    receipt = {"reference": text("enrolments/{}/confirm-payment reference", 120)}
    _changed(director, "POST", f"enrolments/{enrolment}/confirm-payment/", receipt)
    gift: Body = {"user": school.learner.user_id, "feature": "mentorship", "source": "manual"}
    created(director, "entitlements/", {**gift, "reason": text("entitlements reason", 200)})
    names = ("title", "description", "location")
    event: Body = {one: text(f"calendar/events {one}", 200) for one in names}
    event |= {"organization": director.organization_id, **PERIOD}
    created(director, "calendar/events/", event)
    school.add_page(f"/calendar?week={SOON.date()}", Role.LEARNER, Role.DIRECTOR)
    hook: Body = {"organization": director.organization_id, "url": "https://127.0.0.1:9/"}
    hook |= {"types": ["ongoza.user.updated.v1"]}
    hook["description"] = text("webhook-subscriptions description", 200)
    hook_id = created(director, "webhook-subscriptions/", hook)["subscription"]["id"]
    school.add_page(f"/webhooks/{hook_id}", Role.DIRECTOR)
    school.add_page(f"/cohorts/{cohort_id}/edit", Role.DIRECTOR)
    school.add_page(f"/dashboard/staff/numbers?cohort={cohort_id}", Role.DIRECTOR)
    school.add_page(f"/cohorts/{cohort_id}", Role.LEARNER, Role.DIRECTOR, Role.ADMIN)
    school.add_page(f"/members?organization={director.organization_id}", Role.ADMIN)


def _changed(caller: Learner, method: str, path: str, body: Any) -> None:
    answer = caller.core(method, f"{API}/{path}", json=body)
    assert answer.is_success, (path, answer.text)


def _uploaded(owner: Learner, name: str) -> str:
    """The id of a complete file of this name."""
    content = secrets.token_hex(8).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    made = created(owner, "files/", {"name": name, "size": len(content), "sha256": sha256})
    headers = {"Upload-Offset": "0", "Content-SHA256": sha256}
    headers["Content-Type"] = "application/octet-stream"
    path = f"{API}/files/{made['id']}/"
    owner.core("PATCH", path, content=content, headers=headers).raise_for_status()
    return str(made["id"])
