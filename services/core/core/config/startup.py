"""Checks of the configuration before a process starts: called by the last line of the settings."""

from django.core.exceptions import ImproperlyConfigured

MIN_SECRET_BYTES = 32
WELL_KNOWN = ("django-insecure", "change-me", "changeme", "your-secret-key")


def refuse_bad_configuration(*, secret_key: str, jwt_secret_key: str) -> None:
    """Raise ImproperlyConfigured naming everything that is wrong, if anything is."""
    secrets = {"DJANGO_SECRET_KEY": secret_key, "JWT_SECRET_KEY": jwt_secret_key}
    wrong = [f"{name} {fault}." for name, value in secrets.items() for fault in _faults(value)]
    if jwt_secret_key and jwt_secret_key == secret_key:
        wrong.append("DJANGO_SECRET_KEY and JWT_SECRET_KEY are equal.")
    if wrong:
        raise ImproperlyConfigured("core does not start. " + " ".join(wrong))


def _faults(secret: str) -> list[str]:
    if not secret:
        return ["is not set"]
    if any(word in secret.lower() for word in WELL_KNOWN) or len(set(secret)) < 8:
        return ["is well known or easy to guess"]
    if len(secret.encode()) < MIN_SECRET_BYTES:
        return [f"is shorter than {MIN_SECRET_BYTES} bytes"]
    return []
