from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.jobs import services
from core.jobs.models import IN_STATE, STATES, Job
from core.kit.admin import ReadOnlyAdmin
from core.kit.errors import DomainError


class StateFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return STATES

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        conditions = [condition for state, condition in IN_STATE.items() if state == self.value()]
        return queryset.filter(*conditions)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "subject", "user_id", "state", "due_at", "attempts", "last_error")
    list_filter = (StateFilter, "kind")
    search_fields = ("=id", "=subject", "=key", "=user__id")
    search_help_text = "An id, a subject, a key or the id of a user: exactly as recorded."
    actions = ("retry",)

    @admin.action(description="Retry: run now, with all attempts again")
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job_id in queryset.values_list("pk", flat=True):
            try:
                services.retry(job_id)
            except DomainError as refusal:
                self.message_user(request, f"Job {job_id}: {refusal.detail}", messages.ERROR)
