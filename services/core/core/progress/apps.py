from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "core.progress"
    label = "progress"
