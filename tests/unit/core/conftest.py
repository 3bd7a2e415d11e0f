"""Fixtures of the organization in `school.py`, and callers of it."""

import pytest

from tests.unit.core.school import World
from tests.unit.core.world import Caller, signed_in


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def admin(world: World) -> Caller:
    return signed_in(world.admin)


@pytest.fixture
def director(world: World) -> Caller:
    return signed_in(world.director)
