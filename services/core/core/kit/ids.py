"""Ids in paths."""

from ongoza_contracts.vocabulary import ID_MAX


class IdConverter:
    """`<id:user_id>`: a number that cannot be an id matches no route, so the answer is 404."""

    regex = "[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        if int(value) > ID_MAX:
            raise ValueError(value)
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
