"""What is left of an erased user in a service, and the receipts of what was erased."""

from pydantic import AwareDatetime, BaseModel


class Receipt(BaseModel):
    place: str
    rows: int
    erased_at: AwareDatetime


class ErasureReport(BaseModel):
    receipts: tuple[Receipt, ...]
    remaining: dict[str, int]
    """Rows that are still there, by place; only places that have some."""
