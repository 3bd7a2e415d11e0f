"""Cohorts and enrolments in the admin: changes go through the services, so they are published."""

from django.contrib import admin

from core.cohorts.models import Cohort, Enrolment
from core.kit.admin import ReadOnlyAdmin


@admin.register(Cohort)
class CohortAdmin(ReadOnlyAdmin):
    list_display = ("name", "organization", "state", "starts_on", "ends_on")
    list_filter = ("state", "organization")
    search_fields = ("name",)


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ("user", "cohort", "state", "pool", "expires_at", "created_at")
    list_filter = ("state", "pool", "cohort")
