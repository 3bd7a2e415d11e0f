from django.apps import AppConfig


class ProfilingConfig(AppConfig):
    name = "core.profiling"
    label = "profiling"
