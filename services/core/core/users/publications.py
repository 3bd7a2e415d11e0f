"""Users are published as ids, enumerations and times, without personal text; so are sign-ins."""

from core.outbox.publications import Publication, register
from core.users.models import SignIn, User
from ongoza_contracts.sign_ins import SignInEnded, SignInStarted
from ongoza_contracts.users import UserCreated, UserErased, UserUpdated


def user_fact(user: User) -> UserCreated | UserUpdated:
    """The first version of a user is the creation."""
    fact = UserCreated if user.version == 1 else UserUpdated
    return fact.model_validate(
        {
            "version": user.version,
            "user_id": user.id,
            "role": user.role,
            "track": user.track,
            "organization_id": user.organization_id,
            "status": "active" if user.is_active else "inactive",
            "token_generation": user.token_generation,
            "created_at": user.created_at,
            "updated_at": user.updated_at,
        }
    )


def assign_user(user: User, fact: UserCreated | UserUpdated) -> None:
    """The token generation never decreases, so that tokens issued after the fact stay void."""
    user.role, user.track = fact.role.value, fact.track and fact.track.value
    user.organization_id = fact.organization_id
    user.is_active = fact.status == "active"
    user.token_generation = max(user.token_generation, fact.token_generation)
    user.created_at = fact.created_at


USERS = register(
    Publication(
        model=User,
        fact=UserUpdated,
        columns={"user_id": "id"},
        builder=user_fact,
        deletion=UserErased,
        assign_row=assign_user,
        restorable=False,  # without e-mail address and password nobody can sign in
    )
)

SIGN_INS = register(
    Publication(
        model=SignIn,
        fact=SignInStarted,
        columns={"sign_in_id": "id", "started_at": "created_at", "ended_at": "updated_at"},
        deletion=SignInEnded,
        restorable=False,  # no fact says which refresh token is the current one
    )
)
