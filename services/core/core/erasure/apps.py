from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "core.erasure"
    label = "erasure"
