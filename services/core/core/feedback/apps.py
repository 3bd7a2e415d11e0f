from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "core.feedback"
    label = "feedback"
