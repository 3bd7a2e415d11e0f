from importlib import import_module

from django.apps import AppConfig


class MentorshipConfig(AppConfig):
    name = "core.mentorship"

    def ready(self) -> None:
        import_module("core.mentorship.receivers")
