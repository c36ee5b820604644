"""What does it hear? Identities that look for their entry, and what ends or bans a person."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog

from services.matcher import rules
from services.matcher.capture import BadCode, Decoded, Decoder
from services.matcher.keeper import forgotten_at
from services.matcher.matching import Answer, Matching, fact_of, settled
from services.matcher.prints import Prints, person_print
from services.matcher.rules import State
from services.matcher.store import bans, claims, rosters
from services.matcher.store.claims import Claim
from shared.campaign import Campaign
from shared.campaigns import campaign_version, newest_campaign, pinned_campaign
from shared.events import (
    ApplicationLapsed,
    ApplicationWithdrawn,
    Entry,
    ErasureCompleted,
    ErasureRequested,
    Identity,
    IdentitySubmitted,
    PhotoRevoked,
)
from shared.outbox import Errand, Outbox, Transaction
from shared.sealed import Sealer

SCHOOLS_LINE = "学校名单中的一行：属学校委托保管的名单，批次留存期满后删除"
BAN = "本学期禁止采集的指纹（不含姓名、证件号码）：防止撤销后重复采集"

log = structlog.get_logger()


class Handlers:
    """decoders: by the name that a campaign says."""

    def __init__(self, outbox: Outbox, sealer: Sealer, decoders: Mapping[str, Decoder]) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._decoders = decoders
        self._matching = Matching(sealer)

    async def match_identity(self, event: IdentitySubmitted) -> None:
        claim = self._claim(event)
        async with self._outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            policy = campaign.identity
            reset = timedelta(hours=policy.attempts_reset_hours)
            attempts = await claims.count_attempt(tx, event, claim.number_print, reset)
            too_often = rules.is_too_often(*attempts, policy)
            if policy.strategy != "capture_code":
                answer = await self._matching.ask(tx, claim, campaign, too_often)
            elif too_often:
                answer = Answer(rules.TOO_OFTEN, None)
            else:
                await self._ask_decoder(tx, claim)
                return
            decided = settled(claim, answer)
            if await claims.remember(tx, decided):
                tx.tell(fact_of(decided, answer))
        log.info("identity decided", submission=event.submission, reason=decided.reason or "matched")

    async def _ask_decoder(self, tx: Transaction, claim: Claim) -> None:
        if await claims.remember(tx, claim):
            subject = f"{claim.application_id}/{claim.submission}"
            tx.do("decode_code", subject, application_id=str(claim.application_id), submission=claim.submission)

    async def decode_code(self, errand: Errand) -> None:
        """The unit is asked outside any transaction; asking it twice is harmless."""
        application_id, submission = UUID(errand.details["application_id"]), errand.details["submission"]
        async with self._outbox.transaction() as tx:
            claim = await claims.locked(tx, application_id)
            campaign = await campaign_version(tx, claim.campaign_id, claim.campaign_version) if claim else None
        decoded = await self._decoded(claim, campaign) if claim and campaign else None
        async with self._outbox.transaction(cause=errand) as tx:
            claim = await claims.locked(tx, application_id)
            if claim is None or campaign is None or (claim.submission, claim.state) != (submission, State.MATCHING):
                return  # a newer code is on its way, or the application has ended
            answer = await self._matching.read_code(tx, claim, campaign, decoded)
            await self._settle(tx, claim, answer)

    async def _decoded(self, claim: Claim, campaign: Campaign) -> Decoded | None:
        identity = self._sealer.open(claim.identity, Identity)
        decoder = self._decoders[campaign.identity.capture_code_decoder or ""]
        try:
            return await decoder.decode(identity.capture_code or "")
        except BadCode:
            return None

    async def ask_again(self, errand: Errand) -> None:
        """The roster was corrected or a ban lifted: who waits in this campaign goes on by itself, one by one."""
        campaign_id = errand.details["campaign_id"]
        async with self._outbox.transaction() as tx:
            waiting = await claims.may_go_on(tx, campaign_id)
        for application_id in waiting:
            await self._ask_one_again(application_id)
        async with self._outbox.transaction(cause=errand):
            log.info("asked again", campaign_id=campaign_id, claims=len(waiting))

    async def _ask_one_again(self, application_id: UUID) -> None:
        """However often it was tried before: now it is staff who ask."""
        async with self._outbox.transaction() as tx:
            claim = await claims.locked(tx, application_id)
            if claim is None or claim.state not in rules.WAITING:
                return
            campaign = await campaign_version(tx, claim.campaign_id, claim.campaign_version)
            answer = await self._matching.ask(tx, claim, campaign)
            if claim.decided_by and answer.decision.event == "nearly agrees":
                return  # a person has compared these two already
            await self._settle(tx, claim, answer)

    async def _settle(self, tx: Transaction, claim: Claim, answer: Answer) -> None:
        decided = settled(claim, answer)
        if (decided.state, decided.reason, decided.entry_id) == (claim.state, claim.reason, claim.entry_id):
            return
        await claims.settle(tx, decided)
        tx.tell(fact_of(decided, answer))

    async def ban_person(self, event: PhotoRevoked) -> None:
        """For the campaign's term at its school: not this application, which is over, but every later one."""
        async with self._outbox.transaction(cause=event) as tx:
            campaign = await pinned_campaign(tx, event)
            entry_id = await claims.matched_entry(tx, event.application_id) if event.banned else None
            found = await rosters.entry_by_id(tx, event.campaign_id, entry_id) if entry_id else None
            if found is None:
                return
            entry = self._sealer.open(found.sealed, Entry)
            number = entry.document_number if entry.document_type else entry.student_no
            await bans.ban(tx, person_print(self._sealer, campaign, entry.document_type, number), event)

    async def end_claim(self, event: ApplicationWithdrawn | ApplicationLapsed) -> None:
        async with self._outbox.transaction(cause=event) as tx:
            await claims.end(tx, event)

    async def erase(self, event: ErasureRequested) -> None:
        """The claim and an entry made of it go; the school's own line stays as long as its roster does."""
        async with self._outbox.transaction(cause=event) as tx:
            entry_id = await claims.end(tx, event)
            await claims.forget(tx, event.application_id)
            campaign = await newest_campaign(tx, event.campaign_id)
            kept, until = [], None
            if campaign and entry_id and not await rosters.forget_made_entry(tx, entry_id):
                kept.append(SCHOOLS_LINE)
                until = forgotten_at(campaign)
            if await bans.stands(tx, event.application_id):
                kept.append(BAN)
            about = event.model_dump(include={"application_id", "campaign_id", "campaign_version"})
            tx.tell(ErasureCompleted(**about, service="matcher", kept=tuple(kept), kept_until=until))

    def _claim(self, event: IdentitySubmitted) -> Claim:
        identity = self._sealer.open(event.identity, Identity)
        prints = Prints(self._sealer, event.campaign_id)
        number = prints.of_number(identity.document_type, identity.document_number)
        return Claim(
            application_id=event.application_id,
            campaign_id=event.campaign_id,
            campaign_version=event.campaign_version,
            submission=event.submission,
            identity=event.identity,
            number_print=prints.of_code(identity.capture_code) if identity.capture_code else number,
        )
