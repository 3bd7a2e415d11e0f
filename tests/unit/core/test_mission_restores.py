"""Missions of a database that was put back."""

import pytest
from django.db import transaction

from core.missions.models import Mission
from core.missions.services import publish_mission, retire_mission
from core.outbox.publish import publish
from core.programs.models import CompletedBy, ContentItem
from ongoza_contracts.missions import MissionState
from tests.unit.core.offered_missions import complete_draft
from tests.unit.core.restored import after_restore, check_consistency, lost, read_by_commands
from tests.unit.core.world import item

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("retired", [False, True])
def test_the_item_of_a_mission_published_since_the_backup_needs_a_review(
    retired: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = read_by_commands(monkeypatch)
    content = item("mission-1")
    draft = complete_draft()
    draft.content = content
    with transaction.atomic():
        publish(draft)
    with lost(topics):
        publish_mission(mission_id=draft.pk)
        if retired:
            retire_mission(mission_id=draft.pk)
    assert ContentItem.objects.get().completed_by == CompletedBy.SELF
    after_restore("--apply")
    state = MissionState.RETIRED if retired else MissionState.PUBLISHED
    assert Mission.objects.get().state == state
    assert ContentItem.objects.get().completed_by == CompletedBy.REVIEW
    check_consistency(topics)


def test_a_mission_that_is_lost_whole_leaves_an_item_that_needs_a_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    topics = read_by_commands(monkeypatch)
    with lost(topics):
        publish_mission(mission_id=complete_draft().pk)
    after_restore("--apply")
    assert ContentItem.objects.get().completed_by == CompletedBy.REVIEW
    check_consistency(topics)
