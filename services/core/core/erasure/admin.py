"""Deleting a user in Django's admin is an erasure."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.erasure.services import erase_user
from core.users.admin import UserAdmin
from core.users.models import User

admin.site.unregister(User)


@admin.register(User)
class ErasingUserAdmin(UserAdmin):
    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Lets an erasure delete rows whose admin is read-only or whose foreign key is PROTECT."""
        shown, counts, _, _ = super().get_deleted_objects(objs, request)
        return shown, counts, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        erase_user(user_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user_id in queryset.values_list("pk", flat=True):
            erase_user(user_id=user_id)
