"""Days of habits in the admin; the other published rows have their pages by default."""

from django.contrib import admin
from django.http import HttpRequest

from core.coaching.models import HabitEntry
from core.kit.admin import ReadOnlyAdmin


@admin.register(HabitEntry)
class HabitEntryAdmin(ReadOnlyAdmin):
    list_display = ("user", "habit", "local_date", "state", "version", "updated_at")
    list_filter = ("state",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("user", "habit__user")  # a habit is named after its user
