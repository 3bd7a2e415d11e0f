from importlib import import_module

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "core.reviews"

    def ready(self) -> None:
        import_module("core.reviews.receivers")
