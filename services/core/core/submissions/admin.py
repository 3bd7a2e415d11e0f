from django.contrib import admin
from django.http import HttpRequest

from core.kit.admin import ReadOnlyAdmin
from core.submissions.models import Artifact, Extension, Submission, Suggestion


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("user", "mission", "attempt", "state", "submitted_at", "score")
    list_filter = ("state", "mission__mission_type")
    search_fields = ("=id",)
    hidden = ("content_sha256",)


@admin.register(Artifact)
class ArtifactAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "size", "created_at")
    list_filter = ("kind",)
    list_note = "What learners handed in. They and their reviewers alone see names and contents."
    hidden = ("name", "text", "url", "fingerprints", "sha256")


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    list_display = ("submission", "rule_version", "updated_at")
    list_filter = ("on_draft",)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("submission__user", "submission__mission")


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    list_display = ("user", "mission", "until", "granted_by")
