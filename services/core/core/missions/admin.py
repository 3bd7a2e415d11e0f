"""Missions in the admin, with their rubrics, hints and what learners did at labs."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core.kit.admin import EtagForm, ModelAdmin, ReadOnlyAdmin, sentences
from core.kit.admin_actions import service_action
from core.kit.serializers import StrictSerializer
from core.missions import labs, services
from core.missions.models import (
    Criterion,
    FlagAttempt,
    Hint,
    HintUnlock,
    IssuedFlag,
    Mission,
    Rubric,
)
from core.missions.selectors import criteria_of, current_hints, current_rubric
from core.missions.serializers import (
    CHANGEABLE,
    SetHintsRequest,
    SetRubricRequest,
    UpdateMissionRequest,
)
from core.programs.admin import LinesField
from ongoza_contracts.missions import MissionState

PARTS = ("rubric", "hints")


def _json_field(help_text: str) -> forms.JSONField:
    widget = UnfoldAdminTextareaWidget({"rows": 15})
    return forms.JSONField(required=False, widget=widget, help_text=help_text)


class MissionForm(EtagForm):
    """By the rules of the API; what only the service can know, it refuses itself."""

    objectives, subtasks = LinesField(required=False), LinesField(required=False)
    skills, competencies = LinesField(required=False), LinesField(required=False)
    prerequisites = LinesField(required=False, help_text="Content ids, one on each line.")
    rubric = _json_field(
        "pass_percentage and criteria, as PUT /api/v1/missions/{id}/rubric/ takes them. A change "
        "is a new version; work that was handed in keeps its own."
    )
    hints = _json_field("A list of text and cost, in per cent of the mission's score.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            self.initial["rubric"] = rubric_of(self.instance)
            self.initial["hints"] = current_hints(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            request = UpdateMissionRequest(data=_body(cleaned))
            request.is_valid()
            for name, faults in request.errors.items():
                self.add_error(name, sentences(faults))
        return cleaned

    def clean_rubric(self) -> dict[str, Any] | None:
        """The columns of the rubric and its criteria; None without any."""
        rubric = self.cleaned_data["rubric"]
        return _checked(SetRubricRequest(data=rubric)) if rubric else None

    def clean_hints(self) -> Any:
        """The columns of the hints."""
        hints = self.cleaned_data["hints"] or []
        return _checked(SetHintsRequest(data={"hints": hints}))["hints"]


def _checked(request: StrictSerializer) -> dict[str, Any]:
    """Raises ValidationError."""
    if not request.is_valid():
        raise forms.ValidationError(sentences(request.errors))
    return dict(request.validated_data)


def _body(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The form as a client would send it."""
    found = {name: cleaned[name] for name in CHANGEABLE}
    program, due_at = found["program"], found["due_at"]
    found["program"] = program.slug if program else None
    found["due_at"] = due_at.isoformat() if due_at else None
    return found


def rubric_of(mission: Mission) -> dict[str, Any] | None:
    """The rubric as `SetRubricRequest` takes it."""
    rubric = current_rubric(mission)
    if rubric is None:
        return None
    return {"pass_percentage": rubric.pass_percentage, "criteria": criteria_of(rubric)}


@admin.register(Mission)
class MissionAdmin(ModelAdmin):
    form = MissionForm
    list_display = ("title", "code", "mission_type", "track", "difficulty", "shown_state")
    list_filter = ("state", "mission_type", "track", "difficulty")
    search_fields = ("code", "title")
    fields = (*CHANGEABLE, *PARTS, "etag", "content", "rubric_version", "version", "shown_state")
    readonly_fields = (
        *("content", "rubric_version", "version", "shown_state", "shown_rubric", "shown_hints"),
    )
    actions = actions_detail = ("publish", "retire", "restore")

    @display(  # type: ignore[untyped-decorator]
        description="State",
        ordering="state",
        label={"Draft": "info", "Published": "success", "Retired": "warning"},
    )
    def shown_state(self, mission: Mission) -> str:
        return mission.get_state_display()

    @admin.display(description="Rubric")
    def shown_rubric(self, mission: Mission) -> str:
        return json.dumps(rubric_of(mission), ensure_ascii=False, indent=2)

    @admin.display(description="Hints")
    def shown_hints(self, mission: Mission) -> str:
        return json.dumps(current_hints(mission), ensure_ascii=False, indent=2)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        retired = obj is not None and obj.state == MissionState.RETIRED
        return bool(super().has_change_permission(request, obj)) and not retired

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A retired mission is only shown, which a field of the form is not."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fields
        shown = {name: f"shown_{name}" for name in PARTS}
        return tuple(shown.get(name, name) for name in self.fields if name != "etag")

    def save_model(self, request: HttpRequest, obj: Mission, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in CHANGEABLE}
        if change:
            services.change_mission(mission_id=obj.pk, if_match=form.if_match, **values)
        else:
            obj.pk = services.draft_mission(**values).pk
        if (rubric := form.cleaned_data["rubric"]) and "rubric" in form.changed_data:
            services.set_rubric(mission_id=obj.pk, **rubric)
        if "hints" in form.changed_data:
            labs.set_hints(mission_id=obj.pk, hints=form.cleaned_data["hints"])
        obj.refresh_from_db()

    @service_action(
        "Publish",
        explanation="Learners see the mission, whose item is added to the catalogue, or changed if "
        "it has one.",
    )
    def publish(self, request: HttpRequest, mission: Mission) -> None:
        services.publish_mission(mission_id=mission.pk)

    @service_action(
        "Retire",
        explanation="The mission and its item are offered to nobody any more; learners keep what "
        "they did.",
    )
    def retire(self, request: HttpRequest, mission: Mission) -> None:
        services.retire_mission(mission_id=mission.pk)

    @service_action("Restore", explanation="The mission and its item are offered again.")
    def restore(self, request: HttpRequest, mission: Mission) -> None:
        services.restore_mission(mission_id=mission.pk)


@admin.register(Rubric)
class RubricAdmin(ReadOnlyAdmin):
    list_display = ("mission", "version", "pass_percentage", "created_at")


@admin.register(Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    list_display = ("title", "rubric", "position", "max_points")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("rubric__mission",)


@admin.register(Hint)
class HintAdmin(ReadOnlyAdmin):
    list_display = ("mission", "number", "cost")
    list_filter = ("withdrawn",)


@admin.register(HintUnlock)
class HintUnlockAdmin(ReadOnlyAdmin):
    list_display = ("user", "hint", "cost", "unlocked_at")

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("user", "hint__mission")


@admin.register(IssuedFlag)
class IssuedFlagAdmin(ReadOnlyAdmin):
    list_display = ("user", "mission", "issued_at")


@admin.register(FlagAttempt)
class FlagAttemptAdmin(ReadOnlyAdmin):
    list_display = ("user", "mission", "number", "outcome", "owner", "entered_at")
    list_filter = ("outcome",)
    list_note = "The outcome `Of Another` is a flag of the learner in the column `owner`."
