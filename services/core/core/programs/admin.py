"""The catalogue in the admin: changes go through the services, so they are published."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core.kit.admin import ModelAdmin, ReadOnlyAdmin, sentences
from core.kit.admin_actions import service_action
from core.programs import milestones, services, versions
from core.programs.models import Competency, ContentItem, Milestone, Program
from core.programs.serializers import PublishContentRequest, UpdateContentRequest
from ongoza_contracts.vocabulary import ContentType

FIXED = ("content_id", "content_type", "program", "course")
CHANGEABLE = (
    *("title", "description", "track", "level", "skills", "duration_minutes", "completed_by"),
)
SHOWN = ("shown_external_ids", "shown_competencies", "shown_state")
OPTIONAL = "optional"
PROGRAM_FIELDS = ("slug", "title", "description", "track", "prerequisites_policy")


class RetirableAdmin(ModelAdmin):
    """A page of rows that are retired instead of deleted, and then not changed."""

    @display(  # type: ignore[untyped-decorator]
        description="State", ordering="retired", label={"On offer": "success", "Retired": "warning"}
    )
    def shown_state(self, row: Any) -> str:
        return "Retired" if row.retired else "On offer"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        retired = obj is not None and obj.retired
        return bool(super().has_change_permission(request, obj)) and not retired


@admin.register(Program)
class ProgramAdmin(RetirableAdmin):
    list_display = ("title", "slug", "track", "shown_state")
    list_filter = ("track",)
    search_fields = ("title", "slug")
    fields = (*PROGRAM_FIELDS, "shown_state")
    readonly_fields = ("shown_state",)
    actions = actions_detail = ("publish_version", "retire", "restore")

    @service_action(
        "Publish a version",
        explanation="What stands in the milestones now is published as the next version. Learners "
        "stay in the version they are enrolled in.",
    )
    def publish_version(self, request: HttpRequest, program: Program) -> None:
        versions.publish_version(program_id=program.pk)

    @service_action(
        "Retire", explanation="The program gets no more versions; its content stays on offer."
    )
    def retire(self, request: HttpRequest, program: Program) -> None:
        services.retire_program(program_id=program.pk)

    @service_action("Restore", explanation="The program is offered again.")
    def restore(self, request: HttpRequest, program: Program) -> None:
        services.restore_program(program_id=program.pk)

    def save_model(
        self, request: HttpRequest, obj: Program, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        values = {name: form.cleaned_data[name] for name in PROGRAM_FIELDS}
        if change:
            services.update_program(program_id=obj.pk, **values)
        else:
            obj.pk = services.add_program(**values).pk
        obj.refresh_from_db()


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "One on each line.")
        super().__init__(widget=UnfoldAdminTextareaWidget({"rows": 4}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class MilestoneForm(forms.ModelForm):  # type: ignore[type-arg]
    items = LinesField(
        required=False,
        label="Courses and missions",
        help_text="Their content ids in order, one on each line; `optional` after one that the "
        "program is completed without.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "items" in self.fields and self.instance.pk:
            standing = self.instance.items.order_by("milestone_position", "pk")
            self.initial["items"] = [
                item.content_id if item.required else f"{item.content_id} {OPTIONAL}"
                for item in standing
            ]

    def clean_items(self) -> list[dict[str, Any]]:
        """As `update_milestone` takes them."""
        places = []
        for line in self.cleaned_data["items"]:
            content_id, *words = line.split()
            if words not in ([], [OPTIONAL]):
                raise forms.ValidationError(f"{line}: write a content id, or one and `optional`.")
            places.append({"content_id": content_id, "required": not words})
        return places


@admin.register(Milestone)
class MilestoneAdmin(RetirableAdmin):
    form = MilestoneForm
    list_display = ("title", "program", "position", "shown_state")
    list_filter = ("retired", "program")
    search_fields = ("title",)
    fields = ("program", "title", "description", "position", "items", "shown_state")
    readonly_fields = ("shown_items", "shown_state")
    actions = actions_detail = ("retire", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "program") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A retired milestone is only shown, which a field of the form is not."""
        names = {"items": "shown_items"} if obj and obj.retired else {}
        return tuple(names.get(name, name) for name in self.fields)

    @display(description="Courses and missions", empty_value="-")  # type: ignore[untyped-decorator]
    def shown_items(self, milestone: Milestone) -> str | None:
        items = milestone.items.order_by("milestone_position", "pk") if milestone.pk else ()
        return ", ".join(map(str, items)) or None

    def save_model(
        self, request: HttpRequest, obj: Milestone, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        values = {name: form.cleaned_data[name] for name in ("title", "description", "position")}
        if not change:
            program = form.cleaned_data["program"].pk
            obj.pk = milestones.add_milestone(program_id=program, **values).pk
        items = form.cleaned_data["items"]
        milestones.update_milestone(milestone_id=obj.pk, items=items, **values)
        obj.refresh_from_db()

    @service_action(
        "Retire", explanation="The next version of the program is made without the milestone."
    )
    def retire(self, request: HttpRequest, milestone: Milestone) -> None:
        milestones.retire_milestone(milestone_id=milestone.pk)

    @service_action("Restore", explanation="The next version of the program has it again.")
    def restore(self, request: HttpRequest, milestone: Milestone) -> None:
        milestones.restore_milestone(milestone_id=milestone.pk)


@admin.register(Competency)
class CompetencyAdmin(ReadOnlyAdmin):
    list_display = ("code", "framework", "name")
    list_filter = ("framework",)
    search_fields = ("code", "name")
    list_note = "They are imported: docs/import.md."


class ContentForm(forms.ModelForm):  # type: ignore[type-arg]
    """By the rules of the API; what only the service can know, it refuses itself."""

    skills = LinesField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        """An item is not offered as what comes before itself."""
        super().__init__(*args, **options)
        if "skills" in self.fields:
            self.initial["skills"] = self.instance.shown_skills
        choices: Any = self.fields.get("prerequisites")  # none for an item that is only shown
        if choices:
            choices.queryset = choices.queryset.exclude(pk=self.instance.pk)
        courses: Any = self.fields.get("course")
        if courses:
            courses.queryset = courses.queryset.filter(
                content_type=ContentType.COURSE, retired=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            for name, errors in self._checked(cleaned).errors.items():
                self.add_error(name, sentences(errors))
        return cleaned

    def _checked(self, cleaned: dict[str, Any]) -> UpdateContentRequest:
        body = {name: cleaned[name] for name in CHANGEABLE}
        request = UpdateContentRequest(data=body)
        if self.instance.pk is None:
            body |= {name: cleaned[name] for name in ("content_id", "content_type")}
            request = PublishContentRequest(data={**body, "program": cleaned["program"].slug})
        request.is_valid()
        return request


@admin.register(ContentItem)
class ContentItemAdmin(RetirableAdmin):
    form = ContentForm
    fields = (*FIXED, *CHANGEABLE, "prerequisites", *SHOWN, "version")
    readonly_fields = (*SHOWN, "shown_skills", "version")
    list_display = ("title", "content_id", "program", "track", "level", "shown_state")
    list_filter = ("content_type", "track", "level", "retired", "program")
    search_fields = ("content_id", "title")
    actions = actions_detail = ("retire", "restore")

    @display(description="Skills", empty_value="-")  # type: ignore[untyped-decorator]
    def shown_skills(self, item: ContentItem) -> str | None:
        return ", ".join(item.shown_skills) or None

    @display(description="External ids", empty_value="-")  # type: ignore[untyped-decorator]
    def shown_external_ids(self, item: ContentItem) -> str | None:
        return ", ".join(map(str, item.external_ids.all())) or None if item.pk else None

    @display(description="Competencies", empty_value="-")  # type: ignore[untyped-decorator]
    def shown_competencies(self, item: ContentItem) -> str | None:
        return ", ".join(map(str, item.competencies.all())) or None if item.pk else None

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Where nothing can be edited, Django would show the column of skills as JSON."""
        names = {"skills": "shown_skills"} if obj and obj.retired else {}
        return tuple(names.get(name, name) for name in self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *FIXED) if obj else self.readonly_fields

    def save_model(
        self, request: HttpRequest, obj: ContentItem, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        state = {name: form.cleaned_data[name] for name in CHANGEABLE}
        state["prerequisites"] = [item.content_id for item in form.cleaned_data["prerequisites"]]
        if not change:
            course = form.cleaned_data["course"]
            state |= {name: form.cleaned_data[name] for name in FIXED[:3]}
            state["course"] = course.content_id if course else None
            obj.pk = services.publish_content(**state).pk
        else:
            services.update_content(content_id=obj.content_id, **state)
        obj.refresh_from_db()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has set the prerequisites already."""

    @service_action(
        "Retire: offer no more",
        explanation="The item leaves the catalogue and is offered to nobody any more, nor are the "
        "modules of a course; learners keep what they did. What needs it completed first is "
        "offered without it.",
    )
    def retire(self, request: HttpRequest, item: ContentItem) -> None:
        services.retire_content(content_id=item.content_id)

    @service_action(
        "Restore: offer again",
        explanation="The retired item is offered again, and so are the modules that were retired "
        "with a course.",
    )
    def restore(self, request: HttpRequest, item: ContentItem) -> None:
        services.restore_content(content_id=item.content_id)
