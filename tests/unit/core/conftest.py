"""Fixtures of the organization in `school.py`, callers of it, and a receiver of its webhooks; the
user of `authenticator.py` and the time that its apps see."""

from collections.abc import Iterator

import pytest

from core.users import second_factor
from core.users.models import User
from core.users.services import add_user
from core.webhooks.models import Subscription
from ongoza_contracts.progress import ProgressUpdated
from tests.unit.core.authenticator import EMAIL, PASSWORD
from tests.unit.core.school import World, insert_world
from tests.unit.core.webhook_receiver import Receiver, receiving, subscribe
from tests.unit.core.world import Caller, signed_in


@pytest.fixture
def world(db: None) -> World:
    return insert_world()


@pytest.fixture
def admin(world: World) -> Caller:
    return signed_in(world.admin)


@pytest.fixture
def director(world: World) -> Caller:
    return signed_in(world.director)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def subscription(world: World, receiver: Receiver) -> Subscription:
    """Sends the school facts of progress alone."""
    return subscribe(world.school, receiver, ProgressUpdated.type)[0]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time that authenticator apps and core see; tests move it."""
    now = [1_800_000_000]
    monkeypatch.setattr(second_factor, "time", lambda: now[0])
    return now


@pytest.fixture
def amina(db: None) -> User:
    return add_user(email=EMAIL, password=PASSWORD)
