"""Flags are pure functions of a secret, a mission and a learner."""

from uuid import UUID

from core.missions.flags import flag_hash, flag_of, is_same_flag

MISSION, OTHER = UUID(int=1), UUID(int=2)
SECRET = b"s" * 32


def test_a_flag_follows_from_the_secret_the_mission_and_the_learner() -> None:
    flag = flag_of(SECRET, MISSION, 7)
    assert flag == "ongoza{r4qptcdbxl3x4vxjynmdqawwm7g4r6gt}"
    others = (
        flag_of(b"t" * 32, MISSION, 7),
        flag_of(SECRET, OTHER, 7),
        flag_of(SECRET, MISSION, 8),
    )
    assert len({flag, *others}) == 4


def test_spaces_around_a_flag_do_not_count() -> None:
    flag = flag_of(SECRET, MISSION, 7)
    assert is_same_flag(flag, f"  {flag}\n")
    assert flag_hash(f" {flag} ") == flag_hash(flag)
    assert not is_same_flag(flag, flag.upper())
    assert not is_same_flag(flag, "")
    assert not is_same_flag(flag, "ongoza{\u00e9}")
