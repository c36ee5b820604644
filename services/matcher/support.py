"""The support desk: close names compared, entries corrected, bans lifted. Each look and each act leaves its trace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.matcher import rules
from services.matcher.keeper import changed_roster
from services.matcher.matching import Answer, Matching, fact_of, settled
from services.matcher.prints import Prints, person_print
from services.matcher.rosters import Line, corrected
from services.matcher.rules import State
from services.matcher.store import audit, bans, claims, rosters
from services.matcher.store.bans import Ban
from services.matcher.store.claims import Claim
from services.matcher.store.rosters import RosterEntry
from shared.campaign import Campaign
from shared.campaigns import campaign_version, newest_campaigns
from shared.documents import TITLES
from shared.events import Entry, Identity
from shared.outbox import Outbox, Transaction
from shared.sealed import Sealer


@dataclass(frozen=True)
class Referral:
    """A claim in review: what the student typed, and the roster's entry of that number."""

    claim: Claim
    identity: Identity
    line: Line


@dataclass(frozen=True)
class Change:
    """One correction, as it is read again."""

    before: Line
    after: Line
    corrected: audit.Correction


@dataclass(frozen=True)
class Known:
    """One entry of the roster, how it came to be so, and the ban that keeps its person out of this term, if any."""

    entry_id: UUID
    line: Line
    changes: Sequence[Change]
    ban: Ban | None


class NotOpen(Exception):
    """Somebody has decided it meanwhile, or it is not there."""


class NumberTaken(Exception):
    """Another entry of the roster has this document."""


class Support:
    def __init__(self, outbox: Outbox, sealer: Sealer) -> None:
        self._outbox = outbox
        self._sealer = sealer
        self._matching = Matching(sealer)

    async def referrals(self, campaign_id: str, member: str) -> list[Referral]:
        """Those that wait for a person, the longest waiting first."""
        async with self._outbox.transaction() as tx:
            waiting = await claims.in_review(tx, campaign_id)
            found = [await self._referral(tx, claim) for claim in waiting]
            shown = [each for each in found if each]
            await audit.record_look(tx, campaign_id, member, [each.claim.application_id for each in shown])
        return shown

    async def _referral(self, tx: Transaction, claim: Claim) -> Referral | None:
        """None: its entry is gone; the question that follows each change of the roster is on its way."""
        entry = await rosters.entry_by_id(tx, claim.campaign_id, claim.entry_id) if claim.entry_id else None
        return Referral(claim, self._sealer.open(claim.identity, Identity), self._line(entry)) if entry else None

    async def decide(self, campaign_id: str, application_id: UUID, submission: int, is_same: bool, member: str) -> None:
        """The same person: the claim is asked once more, with the names taken for equal. Raises NotOpen."""
        async with self._outbox.transaction() as tx:
            claim = await claims.locked(tx, application_id)
            if claim is None or claim.campaign_id != campaign_id:
                raise NotOpen
            if (claim.submission, claim.state) != (submission, State.REVIEW):
                raise NotOpen
            campaign = await campaign_version(tx, claim.campaign_id, claim.campaign_version)
            answer = Answer(rules.NOT_THE_SAME, None)
            if is_same:
                answer = await self._matching.ask(tx, claim, campaign, compared=True)
            decided = settled(claim, answer, member)
            await audit.record_decision(tx, claim, is_same, member)
            await claims.settle(tx, decided)
            tx.tell(fact_of(decided, answer))

    async def entries(self, campaign: Campaign, sought: str, member: str) -> list[Known]:
        """By number of any document, or student number."""
        campaign_id, prints = campaign.id, Prints(self._sealer, campaign.id)
        wanted = {prints.of_number(document_type, sought) for document_type in TITLES}
        async with self._outbox.transaction() as tx:
            found = await rosters.entries_by_prints(tx, campaign_id, [*wanted, prints.of_student_no(sought)])
            await audit.record_look(tx, campaign_id, member, [each.entry_id for each in found])
            return [await self._known(tx, campaign, each) for each in found]

    async def _known(self, tx: Transaction, campaign: Campaign, entry: RosterEntry) -> Known:
        line = self._line(entry)
        person = person_print(self._sealer, campaign, line.entry.document_type, line.entry.document_number)
        return Known(entry.entry_id, line, await self._changes(tx, entry), await bans.of_person(tx, person))

    async def correct(self, campaign_id: str, entry_id: UUID, cells: Mapping[str, str], member: str) -> None:
        """cells: by column of the roster. Raises BadLine, NumberTaken, NotOpen."""
        prints = Prints(self._sealer, campaign_id)
        async with self._outbox.transaction() as tx:
            await rosters.locked_version(tx, campaign_id)
            entry = await rosters.entry_by_id(tx, campaign_id, entry_id)
            if entry is None:
                raise NotOpen
            before = self._line(entry)
            after = corrected(before, cells)
            if after == before:
                return
            if not await rosters.correct_entry(tx, campaign_id, entry_id, prints.sealed(after)):
                raise NumberTaken
            seal = self._sealer.seal
            await audit.record_correction(tx, campaign_id, entry_id, seal(before), seal(after), member)
            await changed_roster(tx, campaign_id)

    async def bans(self, campaign_id: str) -> list[Ban]:
        async with self._outbox.transaction() as tx:
            return await bans.of_campaign(tx, campaign_id)

    async def lift(self, campaign: Campaign, ban_id: int, member: str) -> None:
        """Whoever was refused for it, in any campaign of the term, goes on. Raises NotOpen."""
        async with self._outbox.transaction() as tx:
            if not await bans.lift(tx, ban_id, campaign.id, member):
                raise NotOpen
            for each in await newest_campaigns(tx):
                if (each.school.code, each.term) == (campaign.school.code, campaign.term):
                    tx.do("ask_again", f"{each.id}/ban-{ban_id}", campaign_id=each.id)

    async def _changes(self, tx: Transaction, entry: RosterEntry) -> list[Change]:
        made = await audit.corrections_of(tx, entry.entry_id)
        return [
            Change(self._sealer.open(each.before, Line), self._sealer.open(each.after, Line), each) for each in made
        ]

    def _line(self, entry: RosterEntry) -> Line:
        return Line(entry=self._sealer.open(entry.sealed, Entry), excluded=entry.excluded)
