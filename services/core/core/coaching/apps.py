from importlib import import_module

from django.apps import AppConfig


class CoachingConfig(AppConfig):
    name = "core.coaching"

    def ready(self) -> None:
        import_module("core.coaching.receivers")
