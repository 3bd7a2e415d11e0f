"""Reads from core what is not published: the roles of imported frameworks."""

from collections.abc import Mapping

from ai.curriculum.targets import Competency
from ai.kit.core_client import PAGE_SIZE_MAX, CoreCalls
from ai.kit.errors import NotFound
from ongoza_contracts.http.content import CompetencyPage, ContentPage

Query = Mapping[str, int | str]


class UnknownRole(NotFound):
    code = "unknown_role"
    detail = "There is no such role; `/api/v1/competencies/` lists those of the frameworks."


async def get_competency(core: CoreCalls, role: str) -> Competency:
    """Raises UnknownRole, CoreUnavailable and CoreRefused."""
    name = await _name(core, role)
    if name is None:
        raise UnknownRole
    query: Query = {"competency": role, "page_size": PAGE_SIZE_MAX}
    pages = core.pages(ContentPage, "/api/v1/content/", query)
    return Competency(role, name, tuple([one.content_id async for one in pages]))


async def _name(core: CoreCalls, role: str) -> str | None:
    framework, _, code = role.partition(":")
    query: Query = {"framework": framework, "q": code, "page_size": PAGE_SIZE_MAX}
    async for one in core.pages(CompetencyPage, "/api/v1/competencies/", query):
        if one.code == code:
            return one.name
    return None
