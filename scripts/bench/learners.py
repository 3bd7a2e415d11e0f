"""Signs the learners of the demo in, without passwords. Says [{"user_id", "token"}, ...]."""

import json
import os

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.config.settings"
    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from core.users.models import User
    from core.users.tokens import issue
    from ongoza_contracts.vocabulary import Role

    now = timezone.now()
    until = now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    learners = []
    for user in User.objects.filter(role=Role.LEARNER, is_active=True).order_by("id"):
        sign_in = user.sign_ins.create(created_at=now, expires_at=until)
        learners.append({"user_id": user.id, "token": issue(user, sign_in).access})
    print(json.dumps(learners))


if __name__ == "__main__":
    main()
