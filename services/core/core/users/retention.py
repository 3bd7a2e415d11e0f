from datetime import timedelta

from django.conf import settings

from core.kit.retention import RetentionRule, register
from core.users.api_tokens import end_tokens
from core.users.impersonation import end_views
from core.users.models import ApiToken, Impersonation, Minor, OneTimeToken, SignIn
from core.users.selectors import without_api_tokens
from core.users.services import end_sign_ins

register(
    RetentionRule(
        name="users.sign_ins",
        what="sign-ins whose refresh token has expired: they end, which is published",
        rows=lambda: without_api_tokens(SignIn.objects.all()),
        since="refreshed_at",
        age=settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
        purge=end_sign_ins,
    )
)
register(
    RetentionRule(
        name="users.api_tokens",
        what="API tokens that have expired: they end, which is published",
        rows=lambda: ApiToken.objects.all(),
        since="expires_at",
        age=timedelta(0),
        purge=end_tokens,
    )
)
register(
    RetentionRule(
        name="users.one_time_tokens",
        what="mailed tokens that have expired, used or not",
        rows=lambda: OneTimeToken.objects.all(),
        since="expires_at",
        age=timedelta(0),
    )
)
register(
    RetentionRule(
        name="users.views",
        what="views by admins that have expired: their sign-ins end, which is published",
        rows=lambda: Impersonation.objects.exclude(sign_in=None),
        since="expires_at",
        age=timedelta(0),
        purge=end_views,
    )
)
register(
    RetentionRule(
        name="users.impersonations",
        what="records of admins who viewed an account as its user",
        rows=lambda: Impersonation.objects.all(),
        since="created_at",
        age=timedelta(days=365),
    )
)
register(
    RetentionRule(
        name="users.minors",
        what="until when a user was a minor, and the guardian's address",
        rows=lambda: Minor.objects.all(),
        since="adult_from",
        age=timedelta(0),
    )
)
