from importlib import import_module

from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "core.cohorts"

    def ready(self) -> None:
        import_module("core.cohorts.receivers")
