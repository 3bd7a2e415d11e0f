from django.contrib import admin

from core.imports.models import Import
from core.kit.admin import ReadOnlyAdmin


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "owner", "kind", "state", "created", "changed", "invalid")
    list_filter = ("kind", "state")
    list_note = "Files of content and progress that staff imported by the API."
