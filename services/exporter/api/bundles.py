"""Bundles: asked for, listed, handed out."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Header, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel
from sqlalchemy import Row

from services.exporter import store
from services.exporter.api.desk import Desk
from services.exporter.bundle import MEDIA_TYPE
from shared.campaign import Campaign
from shared.campaigns import newest_campaign
from shared.links import BadLink
from shared.outbox import AlreadyHandled, Cause, Transaction
from shared.pages import campaign_for, is_browser
from shared.problems import Problem
from shared.reasons import Reason
from shared.staff import Member


class BundleView(BaseModel):
    """`download` is a link for a few minutes; what is not known before the bundle is published is left out."""

    bundle_id: UUID
    version: int
    state: Literal["being_written", "published"]
    requested_at: datetime
    requested_by: str
    published_at: datetime | None = None
    photos: int | None = None
    missing: int | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    download: str | None = None


def router(desk: Desk) -> APIRouter:
    router = APIRouter()
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.post("/campaigns/{campaign_id}/bundles", status_code=HTTPStatus.ACCEPTED, response_model=BundleView)
    async def request_bundle(
        campaign_id: str,
        member: SchoolMember,
        request: Request,
        idempotency_key: Annotated[str | None, Header()] = None,
        form_key: Annotated[str | None, Form(alias="idempotency_key")] = None,
    ) -> Response | BundleView:
        """Writes a bundle of everybody who is complete by then. The same key again gives the same bundle."""
        key = idempotency_key or form_key
        if not key:
            raise Problem(
                HTTPStatus.BAD_REQUEST, Reason.BAD_REQUEST, "send an Idempotency-Key header, new for each bundle"
            )
        asked = await _request(desk, campaign_id, member, key)
        if is_browser(request):
            return RedirectResponse(f"/campaigns/{campaign_id}", HTTPStatus.SEE_OTHER)
        return view(desk, asked, member)

    @router.get("/campaigns/{campaign_id}/bundles", response_model_exclude_none=True)
    async def bundles(campaign_id: str, member: SchoolMember) -> list[BundleView]:
        """The newest first."""
        async with desk.outbox.transaction() as tx:
            await campaign_for(tx, campaign_id, member)
            return [view(desk, row, member) for row in await store.bundles_of(tx, campaign_id)]

    @router.get("/bundles/{bundle_id}/link", include_in_schema=False)
    async def link(bundle_id: UUID, member: SchoolMember) -> RedirectResponse:
        """For the page, which may have been open for longer than a link lasts."""
        async with desk.outbox.transaction() as tx:
            row = await _published(tx, bundle_id)
            await campaign_for(tx, row.campaign_id, member)
        return RedirectResponse(desk.link(bundle_id, member), HTTPStatus.SEE_OTHER)

    @router.get("/bundles/{bundle_id}/download", response_class=StreamingResponse)
    async def download(bundle_id: UUID, token: str) -> StreamingResponse:
        """The ZIP; each download leaves a line in the audit."""
        staff = _given_to(desk, bundle_id, token)
        async with desk.outbox.transaction() as tx:
            row = await _published(tx, bundle_id)
            campaign = await newest_campaign(tx, row.campaign_id)
            await store.note_look(tx, staff, "bundle downloaded", row.campaign_id, bundle_id)
        headers = {"Content-Disposition": _file_name(row, campaign), "Content-Length": str(row.size_bytes)}
        headers |= {"Cache-Control": "no-store"}
        return StreamingResponse(desk.bundles.stream(row.object_key), media_type=MEDIA_TYPE, headers=headers)

    return router


def view(desk: Desk, row: Row[Any], member: Member) -> BundleView:
    published = row.published_at is not None
    return BundleView.model_validate(
        {
            **row._mapping,
            "state": "published" if published else "being_written",
            "download": desk.link(row.bundle_id, member) if row.object_key else None,
        }
    )


async def _request(desk: Desk, campaign_id: str, member: Member, key: str) -> Row[Any]:
    async with desk.outbox.transaction() as tx:
        await campaign_for(tx, campaign_id, member)
    bundle_id = uuid4()
    try:
        async with desk.outbox.transaction(cause=Cause(f"bundle of {campaign_id} for {member.name}", key)) as tx:
            await store.add_bundle(tx, bundle_id, campaign_id, member.name, key)
            await store.note_look(tx, member.name, "bundle requested", campaign_id, bundle_id)
            tx.do("write_bundle", bundle_id)
    except AlreadyHandled:
        pass  # the same answer as the first time
    async with desk.outbox.transaction() as tx:
        return await store.requested_bundle(tx, campaign_id, member.name, key)


async def _published(tx: Transaction, bundle_id: UUID) -> Row[Any]:
    """Raises Problem 404."""
    row = await store.bundle(tx, bundle_id)
    if row is None or row.object_key is None:
        detail = f"bundle {bundle_id} is not published, or its time is over"
        raise Problem(HTTPStatus.NOT_FOUND, Reason.BAD_REQUEST, detail)
    return row


def _given_to(desk: Desk, bundle_id: UUID, token: str) -> str:
    """The member whom the link was made for. Raises Problem 403."""
    try:
        signed_id, _, name = desk.links.read(token, desk.download_seconds).partition(" ")
        if signed_id != str(bundle_id):
            raise BadLink("this link is for another bundle")
        return name
    except BadLink as error:
        raise Problem(HTTPStatus.FORBIDDEN, Reason.LINK_EXPIRED, str(error)) from None


def _file_name(row: Row[Any], campaign: Campaign | None) -> str:
    """RFC 6266: the Chinese name, and an ASCII one for whoever cannot read it."""
    title = campaign.title if campaign else row.campaign_id
    chinese = quote(f"{title}-成果包-v{row.version}.zip", safe="")
    return f"attachment; filename=\"{row.campaign_id}-v{row.version}.zip\"; filename*=UTF-8''{chinese}"
