from django.urls import path, register_converter

from core.profiling import views


class SlugIdConverter:
    """`<slugid:...>`: ids of questions, the same form as in `ongoza_contracts.vocabulary.Slug`."""

    regex = r"[a-z0-9]+(?:[-_.][a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        if len(value) > 64:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SlugIdConverter, "slugid")

SESSION = "profiling/sessions/<uuid:session_id>/"
urlpatterns = [
    path("profiling/sessions/", views.Sessions.as_view()),
    path(SESSION, views.SessionDetail.as_view()),
    path(f"{SESSION}answers/<slugid:question_id>/", views.AnswerDetail.as_view()),
    path(f"{SESSION}result/", views.Result.as_view()),
]
