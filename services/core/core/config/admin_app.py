"""Installs Django's admin with our own site."""

from django.contrib.admin.apps import AdminConfig


class OngozaAdminConfig(AdminConfig):
    default_site = "core.users.admin_site.AdminSite"
