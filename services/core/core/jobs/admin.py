from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from core.jobs import services
from core.jobs.models import IN_STATE, STATES, Job, JobState
from core.jobs.registry import job_kinds
from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import service_action

STATE_COLOURS = {
    JobState.OPEN.value: "info",
    JobState.DONE.value: "success",
    JobState.FAILED.value: "danger",
}
DUE = "due"


class StateFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [*STATES, (DUE, "Open and due")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        if self.value() == DUE:
            return queryset.filter(IN_STATE[JobState.OPEN], due_at__lte=timezone.now())
        conditions = [condition for state, condition in IN_STATE.items() if state == self.value()]
        return queryset.filter(*conditions)


class KindFilter(admin.SimpleListFilter):
    """Offers the declared kinds: the column itself would have to be read for them."""

    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(job_kinds())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "subject", "user", "shown_state", "due_at", "attempts", "last_error")
    list_filter = (StateFilter, KindFilter)
    search_fields = ("=id", "=subject", "=key")
    search_help_text = "An id, a subject or a key as recorded, or the user's name or address."
    readonly_fields = ("shown_state",)
    actions = actions_detail = ("retry",)

    @display(description="State", label=STATE_COLOURS)  # type: ignore[untyped-decorator]
    def shown_state(self, job: Job) -> str:
        return job.state.value

    @service_action(
        "Retry: run now, with all attempts again",
        explanation="The job becomes due now and has all its attempts again.",
    )
    def retry(self, request: HttpRequest, job: Job) -> None:
        services.retry(job.pk)
