from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NotificationsConfig(AppConfig):
    name = "core.notifications"

    def ready(self) -> None:
        for module in ("kinds", "receivers"):
            import_module(f"core.notifications.{module}")
        autodiscover_modules("notifications")
