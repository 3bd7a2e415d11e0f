from django.contrib import admin

from core.organizations.models import Organization


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("id", "name", "kind")
    list_filter = ("kind",)
    search_fields = ("name",)
