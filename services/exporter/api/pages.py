"""The school's page: campaigns, how far each is, who is missing and why, bundles."""

from collections import Counter
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from services.exporter import rules, store
from services.exporter.api.bundles import view
from services.exporter.api.desk import Desk
from services.exporter.api.progress import counts_of, opened
from services.exporter.outcomes import BOUNCES
from services.exporter.roster import Person
from services.exporter.rules import Handover, Standing
from shared.pages import campaign_for, campaigns_of, templates_of
from shared.staff import Member

PEOPLE_PER_PAGE = 50
HANDED = {
    Handover.READY: "待制作",
    Handover.IN_PRODUCTION: "制作中",
    Handover.EXPORTED: "已交付",
    Handover.ACCEPTED: "学校已接收",
    Handover.VERIFIED: "学信网已核对",
    Handover.REOPENED: "退回重拍",
}

templates = templates_of(Path(__file__).parent.parent / "pages")
templates.env.filters["megabytes"] = lambda size_bytes: f"{max(size_bytes / 1e6, 0.1):.1f} MB"


def router(desk: Desk) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    SchoolMember = Annotated[Member, Depends(desk.member())]

    @router.get("/")
    async def campaigns(request: Request, member: SchoolMember) -> HTMLResponse:
        async with desk.outbox.transaction() as tx:
            mine = await campaigns_of(tx, member)
        return templates.TemplateResponse(request, "campaigns.html", {"campaigns": mine, "member": member})

    @router.get("/campaigns/{campaign_id}")
    async def campaign(
        request: Request,
        campaign_id: str,
        member: SchoolMember,
        standing: Standing | None = None,
        page: int = 1,
        changed: int | None = None,
        left: str = "",
    ) -> HTMLResponse:
        """`standing` opens the list of those who stand there: names are shown, and the look is noted."""
        async with desk.outbox.transaction() as tx:
            campaign = await campaign_for(tx, campaign_id, member)
            bundles = [view(desk, row, member) for row in await store.bundles_of(tx, campaign_id)]
            if standing:
                await store.note_look(tx, member.name, "people listed", campaign_id)
        people = await desk.handlers.people_of(campaign_id)
        shown = [each for each in people if each.standing == standing]
        context = {"campaign": campaign, "bundles": bundles, "member": member, "counts": counts_of(people)}
        context |= {"total": len(people), "standing": standing, "new_key": uuid4(), "complete": Standing.COMPLETE}
        handed = Counter(rules.handover(each.case) for each in people if each.case)
        context |= {"handed": {text: handed[step] for step, text in HANDED.items()}, "bounces": BOUNCES}
        context |= {"changed": changed, "left": [each for each in left.split(",") if each]}
        return templates.TemplateResponse(request, "campaign.html", context | _one_page(desk, shown, page))

    return router


def _one_page(desk: Desk, shown: list[Person], page: int) -> dict[str, object]:
    pages = max(1, -(-len(shown) // PEOPLE_PER_PAGE))
    page = min(max(1, page), pages)
    on_it = shown[(page - 1) * PEOPLE_PER_PAGE : page * PEOPLE_PER_PAGE]
    return {"people": [opened(each, desk.sealer) for each in on_it], "page": page, "pages": pages}
