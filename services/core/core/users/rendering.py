"""Answers that several routes give."""

from typing import Any

from core.users import serializers, services


def signed_in_body(signed_in: services.SignedIn) -> dict[str, Any]:
    user = serializers.UserSerializer(signed_in.user).data
    return {**serializers.Tokens(signed_in.tokens).data, "user": user}
