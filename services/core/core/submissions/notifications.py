"""Kinds of notification about attempts."""

from collections.abc import Collection, Mapping

from core.notifications.models import Channel
from core.notifications.registry import declare
from core.submissions.models import Extension

EXTENSION_GRANTED = "submissions.extension_granted"


def _extensions(subjects: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    rows = Extension.objects.filter(pk__in=subjects).select_related("mission")
    return {str(row.pk): {"mission": row.mission.title, "until": row.until} for row in rows}


declare(EXTENSION_GRANTED, Channel.MAIL, Channel.PUSH, contexts=_extensions)
