"""Leaves traces of a person in every place of the stack, and searches the bytes of all places."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import psycopg

from ongoza_contracts.topics import PROGRESS, TOPICS, partition_for
from ongoza_contracts.vocabulary import Role
from scripts.embedded.valkey import Valkey
from scripts.stack.stack import Stack
from tests.integration.accounts import (
    API,
    Account,
    add_organization,
    answered,
    created,
    demo_admin,
    mails_to,
    stored,
)
from tests.integration.objects import COHORT, WEBHOOK, push_subscription_body
from tests.integration.story import TICK_SECONDS, Learner, eventually, parked, rows, send_raw

EMAIL = "zawadi.unmistakable@ongoza.example"
WORD = "Unmistakable"
GUARDIAN = "guardian.of.zawadi@ongoza.example"
PHONE = "+254711999888"
FOLDERS = ("mail", "logs", "files")
"""Folders of the stack with files that the services write, without those of servers."""
DATABASES = ("relational", "vector")
TABLES = """
SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""
FOUND = """
SELECT DISTINCT needle FROM {table} AS r, unnest(%s::text[], %s::text[]) AS n(needle, hex)
WHERE position(needle IN r::text) > 0 OR position(hex IN r::text) > 0
"""
IDENTITY = """
INSERT INTO users_externalidentity (user_id, issuer, subject, created_at)
VALUES (%s, 'https://school.example', %s, now()) RETURNING id
"""
# No gateway for text messages is set up, and a minor is who signed up with a year of birth.
SET_PHONE = """
INSERT INTO notifications_phonenumber (user_id, number, changed_at, code_hash, attempts)
VALUES (%s, %s, now(), '', 0) RETURNING user_id
"""
MAKE_MINOR = """
INSERT INTO users_minor (user_id, adult_from, guardian_email)
VALUES (%s, '2999-01-01', '') RETURNING user_id
"""


@dataclass
class Person:
    account: Account
    item: str
    """An item with progress of the person's."""
    ids: list[str] = field(default_factory=list)
    """Of rows that are the person's."""

    @property
    def needles(self) -> list[str]:
        """Texts that stand nowhere but in data of this person."""
        user_id = self.account.user_id
        texts = [EMAIL, WORD, GUARDIAN, PHONE]
        return [*texts, f"{user_id}:{self.item}", f"files/{user_id}/", *self.ids]


def zawadi(stack: Stack) -> Account:
    """A learner of a school, with unmistakable names."""
    admin = demo_admin(stack)
    names = {"email": EMAIL, "first_name": "Zawadi", "last_name": WORD}
    return Account.of_role(admin, Role.LEARNER, add_organization(admin), **names)


def leave_traces(learner: Account) -> Person:
    """Everything but mails and what only a director does."""
    item, other = learner.recommended()[:2]
    assert learner.report(item, 100, "completed") == 201
    stored(learner, "feedback/", {"content_id": other, "verdict": "not_for_me"})
    goal = learner.create("coaching/goals/", {"title": WORD, "target_date": "2999-12-31"})
    habit = _keep_a_habit(learner)
    answered(learner, "users/me/consents/", {"kind": "terms", "given": True, "version": WORD})
    learner.core("PATCH", f"{API}/users/me/preferences/", json={"time_zone": "Africa/Nairobi"})
    learner.create("auth/totp/", {"password": learner.password})
    rows(learner.stack, "relational", IDENTITY, learner.user_id, WORD)
    token = learner.create(
        "auth/tokens/", {"name": WORD, "scope": ["read"], "password": learner.password}
    )
    session = _answer_a_question(learner)
    _park_a_record(learner, item)
    push = learner.create("notifications/push-subscriptions/", push_subscription_body(WORD))
    rows(learner.stack, "relational", SET_PHONE, learner.user_id, PHONE)
    delivery = _have_webhook_called(learner)
    notification = _join_a_cohort(learner)
    _name_a_guardian(learner)
    _view_and_export(learner)
    made = [goal["id"], token["id"], session, push["id"], delivery, notification]
    return Person(learner, item, [*made, *habit, *_sign_ins(learner)])


def _keep_a_habit(learner: Account) -> list[str]:
    """The ids of a habit and of a reflection."""
    habit = learner.create("coaching/habits/", {"title": WORD, "schedule": "daily"})["id"]
    answered(learner, f"coaching/habits/{habit}/log/", {"state": "done"})
    return [habit, learner.create("coaching/reflections/", {"text": WORD})["id"]]


def _have_webhook_called(learner: Account) -> str:
    """The id of a delivery about the learner to the learner's school."""
    admin = demo_admin(learner.stack)
    body = {"organization": learner.organization_id, **WEBHOOK}
    subscription = created(admin, "webhook-subscriptions/", body)["subscription"]["id"]
    learner.core("PATCH", f"{API}/users/me/", json={"first_name": "Zawadi A."})
    path = f"{API}/webhook-subscriptions/{subscription}/deliveries/"
    found = eventually(lambda: admin.core("GET", path).json()["results"], TICK_SECONDS)
    return str(found[0]["id"])


def _join_a_cohort(learner: Account) -> str:
    """The id of the notification about it."""
    body = {"user": learner.user_id, "role": "learner", "scope": "cohort", "cohort": COHORT}
    created(demo_admin(learner.stack), "memberships/", body)
    return str(learner.core("GET", f"{API}/notifications/").json()["results"][0]["id"])


def _name_a_guardian(learner: Account) -> None:
    rows(learner.stack, "relational", MAKE_MINOR, learner.user_id)
    asked = learner.core("POST", f"{API}/users/me/guardian/", json={"email": GUARDIAN})
    assert asked.status_code == 202, asked.text
    eventually(lambda: mails_to(learner.stack, GUARDIAN))


def _view_and_export(learner: Account) -> None:
    """An admin views the account, and the learner's archive is stored."""
    view = f"users/{learner.user_id}/view-as/"
    created(demo_admin(learner.stack), view, {"reason": f"A question of {WORD}"})
    path = f"{API}/users/me/export/"
    asked = learner.core("POST", path)
    assert asked.status_code == 202, asked.text
    eventually(lambda: learner.core("GET", path).json()["state"] == "ready")


def _answer_a_question(learner: Learner) -> str:
    session = str(learner.start_profiling()["session_id"])
    question = learner.ai("GET", f"{API}/profiling/questions").json()["questions"][0]
    body = {"question_id": question["id"], "option_id": question["options"][0]["id"]}
    answer = learner.ai("POST", f"{API}/profiling/session/{session}/respond", json=body)
    assert answer.status_code == 200, answer.text
    return session


def _park_a_record(learner: Account, item: str) -> None:
    """A record of the learner's key that is no fact."""
    before, value = len(parked(learner.stack)), f'{{"email": "{EMAIL}"'.encode()
    partition = partition_for(str(learner.user_id), PROGRESS.partitions)
    key = f"{learner.user_id}:{item}".encode()
    send_raw(learner.stack, PROGRESS.name, partition, key, value, [])
    eventually(lambda: len(parked(learner.stack)) > before)


def _sign_ins(learner: Learner) -> list[str]:
    listed = learner.core("GET", f"{API}/auth/sessions/").json()["results"]
    return [row["id"] for row in listed]


def lead_a_school(person: Person) -> None:
    """As a director the person invites others and is invited; mails arrive from all routes."""
    account = person.account
    admin = demo_admin(account.stack)
    role = {"role": Role.DIRECTOR}
    changed = admin.core("PUT", f"{API}/users/{account.user_id}/role/", json=role)
    assert changed.status_code == 200, changed.text
    account.log_in()
    for path in ("auth/password/reset/", "auth/login/link/"):
        account.core("POST", f"{API}/{path}", json={"email": EMAIL})
    invitations = f"organizations/{account.organization_id}/invitations/"
    account.create(invitations, {"email": "friend@ongoza.example", "role": "learner"})
    elsewhere = f"organizations/{add_organization(admin)}/invitations/"
    person.ids.append(created(admin, elsewhere, {"email": EMAIL, "role": "mentor"})["id"])
    person.ids += _sign_ins(account)
    eventually(lambda: len(mails_to(account.stack, EMAIL)) >= 5)


# --- the search --------------------------------------------------------------------------------
def found_anywhere(stack: Stack, needles: Sequence[str]) -> dict[str, list[str]]:
    """The needles in each place."""
    tables = [found_in_tables(stack, database, needles) for database in DATABASES]
    others = [
        search(stack, needles) for search in (found_in_files, found_in_valkey, found_on_topics)
    ]
    return {place: some for found in (*tables, *others) for place, some in found.items()}


def found_in_tables(stack: Stack, database: str, needles: Sequence[str]) -> dict[str, list[str]]:
    """The needles in the rows of each table of a database."""
    url = stack.servers[f"postgres-{database}"].url()  # type: ignore[union-attr]
    hexes = [needle.encode().hex() for needle in needles]  # bytes are shown as their hex
    with psycopg.connect(url) as db:
        tables = [name for (name,) in db.execute(TABLES).fetchall()]
        found = {
            table: [n for (n,) in db.execute(FOUND.format(table=table), (needles, hexes))]
            for table in tables
        }
    return {f"{database} {table}": some for table, some in found.items() if some}


def found_in_files(stack: Stack, needles: Sequence[str]) -> dict[str, list[str]]:
    """The needles in the files of FOLDERS."""
    files = [file for name in FOLDERS for file in (stack.folder / name).rglob("*")]
    texts = ((str(file.relative_to(stack.folder)), file) for file in files)
    return _found(((name, f"{name}/ ".encode() + _unpacked(file)) for name, file in texts), needles)


def _unpacked(file: Path) -> bytes:
    """The bytes of a file, or of all files in an archive."""
    content = _bytes_of(file)
    if not is_zipfile(BytesIO(content)):
        return content
    with ZipFile(BytesIO(content)) as archive:
        return b" ".join(
            part for name in archive.namelist() for part in (name.encode(), archive.read(name))
        )


def found_in_valkey(stack: Stack, needles: Sequence[str]) -> dict[str, list[str]]:
    server = stack.servers["valkey"]
    assert isinstance(server, Valkey)
    with server.client() as client:
        texts = [(f"valkey {key!r}", key + _value(client, key)) for key in client.scan_iter()]
    return _found(texts, needles)


def _value(client: Any, key: bytes) -> bytes:
    """All bytes of a value of any type."""
    match client.type(key):
        case b"string":
            return bytes(client.get(key) or b"")
        case b"list":
            return b" ".join(client.lrange(key, 0, -1))
        case b"hash":
            return b" ".join(part for pair in client.hgetall(key).items() for part in pair)
        case b"set":
            return b" ".join(client.smembers(key))
        case b"zset":
            return b" ".join(client.zrange(key, 0, -1))
        case b"none":
            return b""  # it expired meanwhile
        case kind:
            raise AssertionError(f"{key!r} is a {kind!r}")


def found_on_topics(stack: Stack, needles: Sequence[str]) -> dict[str, list[str]]:
    """The needles in the log files of the catalogue's topics."""
    data = stack.folder / "data" / "kafka"
    files = [file for one in TOPICS for file in data.rglob(f"{one.name}-*/*.log")]
    assert files
    return _found(((str(file.relative_to(data)), _bytes_of(file)) for file in files), needles)


def _bytes_of(file: Path) -> bytes:
    """Empty for a folder, and for a file that was replaced since it was listed."""
    try:
        return file.read_bytes() if file.is_file() else b""
    except FileNotFoundError:
        return b""


def _found(texts: Iterable[tuple[str, bytes]], needles: Sequence[str]) -> dict[str, list[str]]:
    return {place: found for place, text in texts if (found := [*_needles_in(text, needles)])}


def _needles_in(text: bytes, needles: Sequence[str]) -> Iterator[str]:
    return (needle for needle in needles if needle.encode() in text)
