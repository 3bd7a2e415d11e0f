"""What is published of users: ids, enumerations and times alone."""

from core.users.models import User
from ongoza_contracts.users import UserCreated, UserErased, UserUpdated


def user_created(user: User) -> UserCreated:
    return UserCreated.model_validate(_state(user))


def user_updated(user: User) -> UserUpdated:
    return UserUpdated.model_validate(_state(user))


def user_erased(user: User) -> UserErased:
    """`user.version` is the version of the erasure."""
    return UserErased(user_id=user.id, version=user.version)


def _state(user: User) -> dict[str, object]:
    return {
        "version": user.version,
        "user_id": user.id,
        "role": user.role,
        "track": user.track,
        "organization_id": user.organization_id,
        "status": "active" if user.is_active else "inactive",
        "tokens_valid_from": user.tokens_valid_from,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }
