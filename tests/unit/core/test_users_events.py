"""What is published of a user."""

from datetime import UTC, datetime

from core.users.models import User
from core.users.publications import USERS, user_fact

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def ann() -> User:
    return User(
        id=7,
        email="ann@example.org",
        first_name="Ann",
        last_name="Other",
        password="hash",
        role="learner",
        track="builders",
        organization_id=3,
        version=2,
        created_at=AT,
        updated_at=AT,
    )


def test_a_fact_holds_the_whole_public_state() -> None:
    fact = user_fact(ann())
    assert (fact.key, fact.version, fact.role, fact.track) == ("7", 2, "learner", "builders")
    assert (fact.organization_id, fact.status, fact.created_at) == (3, "active", AT)


def test_an_inactive_user_is_published_as_inactive() -> None:
    user = ann()
    user.is_active = False
    assert user_fact(user).status == "inactive"


def test_no_fact_holds_name_address_or_password() -> None:
    for fact in (user_fact(ann()), USERS.build_deletion(ann())):
        text = fact.model_dump_json()
        assert not any(secret in text for secret in ("Ann", "Other", "example.org", "hash"))


def test_an_erasure_holds_the_id_and_version_alone() -> None:
    assert USERS.build_deletion(ann()).model_dump() == {"user_id": 7, "version": 2}
