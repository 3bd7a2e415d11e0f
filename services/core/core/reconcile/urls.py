from django.urls import path, register_converter

from core.reconcile import views
from ongoza_contracts.http.reconcile import KINDS


class KindConverter:
    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class KeyConverter(KindConverter):
    """`<key:...>`: the key of an entity of any kind, as on the topic."""

    regex = "[A-Za-z0-9:-]{1,64}"


register_converter(KindConverter, "kind")
register_converter(KeyConverter, "key")

urlpatterns = [
    path("internal/outbox/<kind:kind>/", views.Outbox.as_view()),
    path("internal/users/<id:user_id>/republish/", views.UserRepublish.as_view()),
    path("internal/versions/<kind:kind>/", views.Versions.as_view()),
    path("internal/versions/<kind:kind>/<key:key>/", views.VersionDetail.as_view()),
]
