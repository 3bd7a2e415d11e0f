"""Installs the admin with our own site, and checks the environment once logging is set up."""

import logging
import os

from django.contrib.admin.apps import AdminConfig

from ongoza_contracts.http.configuration import unknown_variables

log = logging.getLogger(__name__)


class OngozaAdminConfig(AdminConfig):
    default_site = "core.users.admin_site.AdminSite"

    def ready(self) -> None:
        super().ready()
        for name in unknown_variables(os.environ):
            log.warning("unknown variable, which nothing reads: %s", name)
