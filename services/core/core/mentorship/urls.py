from core.mentorship.conversation_urls import urlpatterns

__all__ = ["urlpatterns"]
