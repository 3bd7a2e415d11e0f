from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from core.kit.retention import check_setting


class JobsConfig(AppConfig):
    name = "core.jobs"

    def ready(self) -> None:
        autodiscover_modules("jobs")
        autodiscover_modules("retention")
        check_setting(settings.RETENTION_DAYS)
