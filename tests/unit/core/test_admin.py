"""What staff do in the admin: through the services, with a name for everything."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from core.jobs.models import Job, Tick
from core.kit.content_policy import ADMIN_POLICY, DOCS_POLICY, HEADER, POLICY
from core.organizations.invitations import invite
from core.organizations.models import Invitation, Organization
from core.outbox.models import OutboxEvent
from core.profiling.models import ProfilingSession
from core.profiling.services import import_session, record_answer, start_session
from core.programs.models import ContentItem, Program
from core.users.models import User
from core.users.services import add_user, sign_in
from ongoza_contracts.vocabulary import Role, Track
from tests.http_double import serve
from tests.unit.core.world import (
    admin_site_client,
    appended,
    forget_appended,
    item,
    person,
    signed_in,
)

pytestmark = pytest.mark.django_db

USERS = "/admin/users/user/"
PASSWORD = "correct horse battery"


@pytest.fixture
def amina() -> User:
    return add_user(
        email="amina@ongoza.example", password=None, first_name="Amina", last_name="Otieno"
    )


@pytest.fixture
def ada() -> User:
    return add_user(email="ada@ongoza.example", password=PASSWORD, role=Role.ADMIN)


@pytest.fixture
def client(ada: User) -> Client:
    return admin_site_client(ada)


# --- users ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["amina", "OTIENO", "Amina Otieno", "amina@ongoza"])
def test_a_user_is_found_by_name_and_address(text: str, amina: User, client: Client) -> None:
    person("baraka")
    page = client.get(USERS, {"q": text})
    assert [*page.context["cl"].result_list] == [amina]


def test_a_user_is_erased_only_by_typing_the_address(amina: User, client: Client) -> None:
    sign_in(amina)
    page = f"{USERS}{amina.id}/erase/"
    assert "delete_selected" not in client.get(USERS).content.decode()
    explained = client.get(page).content.decode()
    for text in ("everywhere and for good", "users.SignIn.user", "fact_history"):
        assert text in explained
    for wrong in ("", "other@ongoza.example"):
        assert client.post(page, {"email": wrong}).status_code == 200
    assert User.objects.filter(pk=amina.pk).exists()

    erased = client.post(page, {"email": "Amina@ongoza.example"}, follow=True)

    assert erased.redirect_chain == [(USERS, 302)]
    assert not User.objects.filter(pk=amina.pk).exists()
    assert ("user.erased", str(amina.id)) in [fact[:2] for fact in appended()]
    assert "amina" not in str([*LogEntry.objects.values()]).lower()


def test_nobody_erases_their_own_account_in_the_admin(ada: User, client: Client) -> None:
    page = client.post(f"{USERS}{ada.id}/erase/", {"email": ada.email})
    assert "You would lock yourself out" in page.content.decode()
    assert User.objects.filter(pk=ada.pk).exists()


def test_signing_out_deactivating_and_activating_are_published(amina: User, client: Client) -> None:
    caller = signed_in(amina)
    sign_in(amina)
    forget_appended()

    assert client.post(f"{USERS}{amina.id}/sign-out/").status_code == 302
    assert not amina.sign_ins.exists()
    assert caller.get("users/me/")[0] == 401
    assert client.post(f"{USERS}{amina.id}/deactivate/").status_code == 302
    assert not User.objects.get(pk=amina.pk).is_active
    assert client.post(f"{USERS}{amina.id}/activate/").status_code == 302

    key = str(amina.id)
    updates = [fact for fact in appended() if fact[0] == "user.updated"]
    assert updates == [("user.updated", key, version) for version in (2, 3, 4)]
    noted = [*LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")]
    actions = ("Sign out everywhere", "Deactivate", "Activate")
    assert noted == [(f"user {amina.id}", action) for action in actions]


def test_an_admin_does_not_deactivate_themselves(ada: User, client: Client) -> None:
    page = client.post(USERS, {"action": "deactivate", "_selected_action": [ada.pk]}, follow=True)
    assert "You would lock yourself out" in page.content.decode()
    assert User.objects.get(pk=ada.pk).is_active


def test_one_sign_in_is_ended(amina: User, client: Client) -> None:
    first, second = sign_in(amina), sign_in(amina)
    page = f"/admin/users/signin/{first.sign_in_id}/end/"
    assert client.post(page).status_code == 302
    assert [*amina.sign_ins.values_list("pk", flat=True)] == [second.sign_in_id]
    assert appended()[-1][0] == "signin.ended"


def test_an_admin_changes_their_own_password(ada: User, client: Client) -> None:
    phone = signed_in(ada)
    new = "another good password 7"
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert client.post("/admin/password_change/", body).status_code == 302

    changed = User.objects.get(pk=ada.pk)
    assert changed.check_password(new)
    assert changed.version == ada.version + 1
    assert phone.get("users/me/")[0] == 401
    assert client.get("/admin/").status_code == 200


# --- organizations -------------------------------------------------------------------------------
def test_organizations_and_programs_are_written_by_their_services(client: Client) -> None:
    page = "/admin/organizations/organization/"
    school = {"name": "Makini", "kind": "school"}
    assert client.post(f"{page}add/", school).status_code == 302
    pk = Organization.objects.get().pk
    changed = client.post(f"{page}{pk}/change/", {**school, "kind": "partner"})
    assert (changed.status_code, Organization.objects.get().kind) == (302, "partner")
    program = {"slug": "core", "title": "Core", "description": "", "track": ""}
    program["prerequisites_policy"] = "advise"
    assert client.post("/admin/programs/program/add/", program).status_code == 302
    pk = Program.objects.get().pk
    page = f"/admin/programs/program/{pk}/change/"
    assert client.post(page, {**program, "title": "Basics"}).status_code == 302
    assert Program.objects.get().title == "Basics"


def test_an_invitation_is_revoked_once(ada: User, client: Client) -> None:
    school = Organization.objects.create(name="Makini", kind="school")
    email = "new@ongoza.example"
    row = invite(organization=school, email=email, role=Role.MENTOR, invited_by=ada).invitation
    page = f"/admin/organizations/invitation/{row.pk}/revoke/"
    assert client.post(page).status_code == 302
    assert Invitation.objects.get().status == "revoked"
    assert "has ended" in client.post(page).content.decode()


# --- learning ------------------------------------------------------------------------------------
def test_an_item_is_not_offered_as_its_own_prerequisite(client: Client) -> None:
    one, two = item("course-1"), item("course-2")
    page = client.get(f"/admin/programs/contentitem/{one.pk}/change/")
    assert [*page.context["adminform"].form.fields["prerequisites"].queryset] == [two]


def test_skills_are_shown_and_written_one_on_each_line(client: Client) -> None:
    row = item("course-1", skills=["tcp-ip", "dns"])
    page = f"/admin/programs/contentitem/{row.pk}/change/"
    assert "tcp-ip\ndns</textarea>" in client.get(page).content.decode()
    body = {"title": "x", "track": "builders", "level": 1, "duration_minutes": 5}
    body |= {"completed_by": "self"}
    assert client.post(page, {**body, "skills": " dns \n\nhttp"}).status_code == 302
    assert ContentItem.objects.get().skills == ["dns", "http"]


def test_profiling_is_shown_as_tables(amina: User, client: Client) -> None:
    scores = {str(track): 10.0 + number for number, track in enumerate(Track)}
    result = {"scores": scores, "primary": "leaders", "secondary": [], "confidence": "low"}
    session = import_session(
        user=amina, questionnaire="v2", result=result, completed_at=timezone.now()
    )
    opened, _ = start_session(user=amina, questionnaire="v2")
    record_answer(user=amina, session_id=opened.pk, question_id="q-7", option_id="calm")

    pages = [
        client.get(f"/admin/profiling/profilingsession/{pk}/change/").content.decode()
        for pk in (session.pk, opened.pk)
    ]

    assert "<td>14.0</td>" in pages[0]
    assert "Score: Leaders" in pages[0]
    assert "&quot;scores&quot;" not in pages[0]
    assert "q-7" in pages[1]
    assert "calm" in pages[1]
    assert ProfilingSession.objects.count() == 2


# --- operations ----------------------------------------------------------------------------------
def cards(client: Client) -> dict[str, Any]:
    page = client.get("/admin/")
    assert page.status_code == 200
    return {card.title: card.value for card in page.context["cards"]}


def test_the_first_page_counts(amina: User, client: Client, settings: Any) -> None:
    settings.FASTAPI_BASE_URL = "http://127.0.0.1:9"  # nothing listens there
    now = timezone.now()
    Job.objects.create(kind="a", failed_at=now)
    Job.objects.create(kind="b", due_at=now - timedelta(minutes=1))
    Job.objects.create(kind="b", due_at=now + timedelta(minutes=1))
    assert cards(client) == {
        "Users": User.objects.filter(is_active=True).count(),
        "Failed jobs": 1,
        "Jobs that are due": 1,
        "Outbox": OutboxEvent.objects.count(),
        "Parked records": "unknown",
    }
    due = client.get("/admin/jobs/job/?state=due").context["cl"].result_list
    assert [job.kind for job in due] == ["b"]


def note_of_due_jobs(client: Client) -> str:
    shown = client.get("/admin/").context["cards"]
    return str(next(card.note for card in shown if card.title == "Jobs that are due"))


def test_the_first_page_names_the_queue_whose_jobs_were_looked_for_longest_ago(
    client: Client, settings: Any
) -> None:
    settings.FASTAPI_BASE_URL = "http://127.0.0.1:9"  # nothing listens there
    assert note_of_due_jobs(client) == "never looked for in the queue jobs, webhooks"
    tick = Tick.objects.create(queue="jobs", at=timezone.now())
    assert note_of_due_jobs(client) == "never looked for in the queue webhooks"
    Tick.objects.create(queue="webhooks", at=tick.at - timedelta(minutes=7))
    Tick.objects.create(queue="of-another-release", at=tick.at - timedelta(days=7))
    note = note_of_due_jobs(client).replace("\N{NO-BREAK SPACE}", " ")
    assert note == "last looked for 7 minutes ago in the queue webhooks"


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b'{"total": 3}', 3),
        (b'{"total": null}', "unknown"),
        (b"<html>", "unknown"),
        (b"[]", "unknown"),
    ],
)
def test_parked_records_are_those_that_ai_reports(
    body: bytes, count: object, client: Client, settings: Any
) -> None:
    class Ai(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.path == "/api/v1/operations/parked?limit=1"
            self.send_response(200 if asked and "Authorization" in self.headers else 404)
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Ai) as server:
        serve(server)
        settings.FASTAPI_BASE_URL = f"http://127.0.0.1:{server.server_port}"
        assert cards(client)["Parked records"] == count
        server.shutdown()


def test_the_site_links_to_the_web_client_and_has_no_page_of_groups(
    client: Client, settings: Any
) -> None:
    assert f'href="{settings.WEB_URL}"' in client.get("/admin/").content.decode()
    assert client.get("/admin/auth/group/").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [("s=user&page=x", 404), ("s=user&page=99", 404), ("s=%00", 200), ("s=user", 200)],
)
def test_the_search_for_pages_never_fails(query: str, status: int, client: Client) -> None:
    assert client.get(f"/admin/search/?{query}").status_code == status


# --- what a browser may load ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/admin/login/", ADMIN_POLICY),
        ("/admin/", ADMIN_POLICY),
        ("/api/docs/", DOCS_POLICY),
        ("/api/v1/health/", POLICY),
        ("/api/v1/users/me/", POLICY),
        ("/nowhere", POLICY),
        ("/static/unfold/js/alpine/alpine.js", POLICY),
    ],
)
def test_only_the_admin_may_compile_scripts(path: str, policy: str) -> None:
    answer = Client().get(path)
    assert answer.headers[HEADER] == policy
    assert ("unsafe-eval" in policy) == path.startswith("/admin/")
    script = next((part for part in policy.split("; ") if part.startswith("script-src")), "")
    assert "unsafe-inline" not in script


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/", "/admin/users/user/", "/api/docs/"])
def test_pages_have_no_inline_script_and_load_nothing_from_elsewhere(
    path: str, client: Client
) -> None:
    content = client.get(path, follow=True).content.decode()
    for tag in content.split("<script")[1:]:
        assert 'src="/' in tag.partition(">")[0]
    assert "//cdn" not in content
    assert "https://fonts" not in content
