"""Routes for administrators: records that could not be applied."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from ai.access.service import require_permission
from ai.kit.auth import BearerToken, Caller, Unauthenticated
from ai.kit.bodies import read_json
from ai.kit.dependencies import CurrentPool
from ai.kit.errors import CONFLICT
from ai.operations import parked
from ai.operations.schemas import Applied, DecisionRequest, ParkedBytes, ParkedPage, ParkedRecord
from ai.projections.revocation import is_active
from ongoza_contracts.access import Permission
from ongoza_contracts.http.strict_text import WholeNumber

ID_MAX = 2**63 - 1
LIMIT_MAX = 100

ParkedId = Annotated[WholeNumber, Path(ge=1, le=ID_MAX)]


bearer_token = BearerToken(Permission.OPERATIONS_MANAGE)


async def permitted(caller: Annotated[Caller, Depends(bearer_token)]) -> Caller:
    require_permission(caller, Permission.OPERATIONS_MANAGE)
    return caller


Permitted = Annotated[Caller, Depends(permitted)]


async def operator(caller: Permitted, pool: CurrentPool) -> Caller:
    """Raises Unauthenticated for a token whose sign-in and role are not as core published them."""
    if not await is_active(pool, caller):
        raise Unauthenticated
    return caller


Operator = Annotated[Caller, Depends(operator)]

router = APIRouter(prefix="/api/v1/operations/parked", tags=["operations"])


@router.get("", name="list_parked")
async def parked_records(
    _: Operator,
    pool: CurrentPool,
    after: Annotated[WholeNumber, Query(ge=0, le=ID_MAX)] = 0,
    limit: Annotated[WholeNumber, Query(ge=1, le=LIMIT_MAX)] = 20,
) -> ParkedPage:
    """List parked records, oldest first, without their bytes."""
    page = await parked.page(pool, after=after, limit=limit)
    records = tuple(ParkedRecord.of(record) for record in page.records)
    return ParkedPage(results=records, total=page.total, next_after=page.next)


@router.get("/{parked_id}", name="read_parked")
async def parked_record(_: Operator, pool: CurrentPool, parked_id: ParkedId) -> ParkedBytes:
    """One parked record, with its bytes."""
    return ParkedBytes.of(await parked.one(pool, parked_id))


@router.post("/{parked_id}/retry", name="retry_parked", responses=CONFLICT)
async def retry(caller: Operator, pool: CurrentPool, parked_id: ParkedId) -> Applied:
    """Apply the record as the worker does. 409 if it is refused again. Takes no body."""
    outcome = await parked.retry(pool, parked_id, f"user {caller.user_id}")
    return Applied(outcome=outcome)


@router.post("/{parked_id}/accept", name="accept_parked", responses=CONFLICT)
async def accept(
    _: Permitted,  # before the body is read
    pool: CurrentPool,
    parked_id: ParkedId,
    body: Annotated[DecisionRequest, Depends(read_json(DecisionRequest))],
    caller: Operator,
) -> Applied:
    """Apply the record although its key, partition, subject or version contradicts its fact; the
    reason is stored in the audit log. 409 for a record without a readable fact."""
    actor = f"user {caller.user_id}"
    return Applied(outcome=await parked.accept(pool, parked_id, actor, body.reason))


@router.post("/{parked_id}/discard", name="discard_parked", status_code=204)
async def discard(
    _: Permitted,  # before the body is read
    pool: CurrentPool,
    parked_id: ParkedId,
    body: Annotated[DecisionRequest, Depends(read_json(DecisionRequest))],
    caller: Operator,
) -> Response:
    """Discard the record, with a reason for the audit log."""
    actor = f"user {caller.user_id}"
    await parked.discard(pool, parked_id, actor, body.reason)
    return Response(status_code=204)
