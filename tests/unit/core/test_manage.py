"""What `manage.py` must have nothing to say about, and how it adds an admin."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations import AddIndex
from django.db.migrations.loader import MigrationLoader
from drf_spectacular import validation
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import appended


@pytest.mark.slow
def test_the_openapi_document_is_valid_and_gives_no_warning(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "document.json"
    call_command("spectacular", fail_on_warn=True, format="openapi-json", file=str(file))

    assert capsys.readouterr() == ("", "")
    document = json.loads(file.read_text())
    assert document["openapi"].startswith("3.1.")
    assert [*openapi_validator().iter_errors(document)] == []


def openapi_validator() -> Draft202012Validator:
    """With the schema of OpenAPI 3.1 that `spectacular --validate` reads again for each check."""
    schema = json.loads((Path(validation.__file__).parent / "openapi_3_1_schema.json").read_text())
    resource = Resource.from_contents(schema)
    registry = Registry().with_resource(schema["$id"], resource).crawl()
    return Draft202012Validator(schema, registry=registry)


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_indexes_of_tables_that_requests_write_all_the_time_are_built_without_locks() -> None:
    busy = {("users", "signin"), ("jobs", "job"), ("outbox", "facthistory")}
    early = {("jobs", "0003_sent_at_and_failed")}
    migrations = MigrationLoader(None).disk_migrations
    locking = [
        key
        for key, migration in migrations.items()
        for one in migration.operations
        if type(one) is AddIndex and (key[0], one.model_name_lower) in busy
    ]
    assert {*locking} == early


def test_the_system_check_is_silent() -> None:
    call_command("check", fail_level="WARNING")


@pytest.mark.django_db
def test_an_admin_is_added_and_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-long-passphrase-9")
    call_command("createsuperuser", "--noinput", email="Amina@ongoza.example", verbosity=0)
    admin = User.objects.get(email="amina@ongoza.example")
    assert (admin.role, admin.check_password("a-long-passphrase-9")) == (Role.ADMIN, True)
    membership = admin.memberships.get(role=Role.ADMIN)
    assert appended() == [
        ("user.created", str(admin.id), 1),
        ("membership.updated", str(membership.id), 1),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("email", "password"), [("amina", "a-long-passphrase-9"), ("amina@ongoza.example", "1234")]
)
def test_a_bad_address_or_password_adds_no_admin(
    email: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    with pytest.raises(CommandError):
        call_command("createsuperuser", "--noinput", email=email)
    assert not User.objects.exists()
