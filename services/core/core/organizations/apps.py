from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "core.organizations"
    label = "organizations"
