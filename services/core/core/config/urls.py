"""Every route of core: those of each installed app under /api/v1/, health, docs and the admin."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path, register_converter
from django.utils.module_loading import module_has_submodule
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.config import health, parked_records
from core.config.admin import complete
from core.kit.ids import IdConverter
from core.kit.openapi import InternalDocument
from core.users.throttles import throttle_log_in

handler400 = "core.kit.errors.bad_request"
handler403 = "core.kit.errors.permission_denied"
handler404 = "core.kit.errors.page_not_found"
handler500 = "core.kit.errors.server_error"

register_converter(IdConverter, "id")
complete(admin.site)

APPS = [
    app.name
    for app in apps.get_app_configs()
    if app.name.startswith("core.") and module_has_submodule(app.module, "urls")
]

site_page = admin.site.admin_view

urlpatterns = [
    *(path("api/v1/", include(f"{app}.urls")) for app in APPS),
    path("api/v1/health/", health.Live.as_view()),
    path("api/v1/health/ready/", health.Ready.as_view()),
    path("api/v1/health/details/", health.Details.as_view()),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/schema/internal/", SpectacularAPIView.as_view(generator_class=InternalDocument)),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("admin/login/", throttle_log_in(admin.site.login)),
    path("admin/parked/", site_page(parked_records.list_records), name="parked_records"),
    *(
        path(
            f"admin/parked/<int:parked_id>/{decision}/",
            site_page(parked_records.decide),
            {"decision": decision},
            name=f"{decision}_parked",
        )
        for decision in parked_records.DECISIONS
    ),
    path("admin/", admin.site.urls),
]
