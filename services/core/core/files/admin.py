from django.contrib import admin
from django.http import HttpRequest
from unfold.enums import ActionVariant

from core.files.models import Upload
from core.files.uploads import delete_upload
from core.kit.admin import ReadOnlyAdmin
from core.kit.admin_actions import service_action


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "owner", "size", "offset", "blob")
    list_note = "Files of users. Their owners alone see names and contents."
    hidden = ("name", "sha256", "last_chunk_sha256")
    actions = actions_detail = ("delete_file",)

    @service_action(
        "Delete the file",
        explanation="The user loses the file, and nobody can undo it. Tell the user why.",
        icon="delete",
        variant=ActionVariant.DANGER,
    )
    def delete_file(self, request: HttpRequest, upload: Upload) -> None:
        delete_upload(owner_id=upload.owner_id, upload_id=upload.pk)
