"""Profiling in the admin: answers and result as tables."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from core.kit.admin import ReadOnlyAdmin
from core.profiling.models import ProfilingAnswer, ProfilingSession

ROW = '<tr><th class="pr-6 text-left">{}</th><td>{}</td></tr>'


class AnswerInline(TabularInline):  # type: ignore[misc]
    model = ProfilingAnswer
    fields = readonly_fields = ("question_id", "option_id", "answered_at")
    extra = 0
    can_delete = False
    hide_title = True
    verbose_name_plural = "answers"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProfilingSession)
class ProfilingSessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "questionnaire", "status", "primary_track", "completed_at", "version")
    list_filter = ("status",)
    hidden = ("result",)
    readonly_fields = ("shown_result",)
    inlines = (AnswerInline,)

    @display(description="Track", empty_value="-")  # type: ignore[untyped-decorator]
    def primary_track(self, session: ProfilingSession) -> str | None:
        return (session.result or {}).get("primary")

    @display(description="Result", empty_value="None yet")  # type: ignore[untyped-decorator]
    def shown_result(self, session: ProfilingSession) -> SafeString | None:
        if session.result is None:
            return None
        rows = format_html_join("", ROW, _result_rows(session.result))
        return format_html_join("", "<table>{}</table>", [(rows,)])


def _result_rows(result: dict[str, Any]) -> list[tuple[str, object]]:
    """The scores from the highest down, then whatever else was found."""
    scores = sorted(result.get("scores", {}).items(), key=lambda score: -score[1])
    more = {name: value for name, value in result.items() if name != "scores"}
    return [
        *((f"Score: {track.title()}", score) for track, score in scores),
        *((name.replace("_", " ").capitalize(), _plain(value)) for name, value in more.items()),
    ]


def _plain(value: Any) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value
