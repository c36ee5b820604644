"""Why was a student refused? Every look leaves an audit row."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from services.matcher.api.desk import Desk
from services.matcher.prints import Prints
from services.matcher.store import audit, claims
from services.matcher.store.claims import Claim
from shared.documents import TITLES, masked, normalised
from shared.events import Identity
from shared.pages import campaign_for
from shared.reasons import Reason
from shared.sealed import Sealer
from shared.staff import Member


class Refusal(BaseModel):
    """document_number: masked. why: the reason in Chinese, which the student was not told."""

    application_id: UUID
    refused_at: datetime
    document_type: str
    document_number: str
    reason: Reason
    why: str


def router(desk: Desk) -> APIRouter:
    router = APIRouter()
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.get("/campaigns/{campaign_id}/refusals")
    async def refusals(
        campaign_id: str, member: SchoolMember, response: Response, application_id: UUID | None = None
    ) -> list[Refusal]:
        """Identities that are refused now, the latest first (200 at most); a later match takes one off the list."""
        response.headers["Cache-Control"] = "no-store"
        return await look_at_refusals(desk, campaign_id, member, application_id=application_id)

    return router


async def look_at_refusals(
    desk: Desk, campaign_id: str, member: Member, application_id: UUID | None = None, number: str = ""
) -> list[Refusal]:
    """number: as staff type it, of any document; empty: all. Raises Problem 404."""
    prints = Prints(desk.sealer, campaign_id)
    number_prints = {prints.of_number(document_type, number) for document_type in TITLES} if number else ()
    async with desk.outbox.transaction() as tx:
        await campaign_for(tx, campaign_id, member)
        found = await claims.refusals(tx, campaign_id, application_id, list(number_prints))
        await audit.record_look(tx, campaign_id, member.name, [each.application_id for each in found])
    return [_shown(each, desk.sealer) for each in found]


def _shown(claim: Claim, sealer: Sealer) -> Refusal:
    assert claim.decided_at  # it was refused
    assert claim.reason
    identity = sealer.open(claim.identity, Identity)
    titles = TITLES.get(identity.document_type, (identity.document_type,))
    return Refusal(
        application_id=claim.application_id,
        refused_at=claim.decided_at,
        document_type=titles[0],
        document_number=masked(normalised(identity.document_number)),
        reason=claim.reason,
        why=claim.reason.text,
    )
