"""One claim beside the roster: found, compared, decided, remembered by whoever asked. All inside their transaction."""

from dataclasses import dataclass, replace

from services.matcher import rules
from services.matcher.capture import Decoded
from services.matcher.names import likeness, matching_key
from services.matcher.prints import Prints, person_print
from services.matcher.rosters import Line
from services.matcher.rules import AGREES, CodeReading, Comparison, Decision, Likeness
from services.matcher.store import bans, rosters
from services.matcher.store.claims import Claim
from services.matcher.store.rosters import RosterEntry
from shared.campaign import Campaign
from shared.documents import FORMS, fault, normalised
from shared.events import Entry, Identity, IdentityMatched, IdentityReferred, IdentityRefused
from shared.outbox import Transaction
from shared.sealed import Sealer


@dataclass(frozen=True)
class Answer:
    """entry: the one that was found, whatever was decided."""

    decision: Decision
    entry: RosterEntry | None


class Matching:
    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def ask(
        self, tx: Transaction, claim: Claim, campaign: Campaign, too_often: bool = False, compared: bool = False
    ) -> Answer:
        """The same statements in the same order for every answer: the time tells nothing (engineering C4).

        compared: a person has said that a close name is the same one.
        """
        identity = self._sealer.open(claim.identity, Identity)
        person = person_print(self._sealer, campaign, identity.document_type, identity.document_number)
        await rosters.hold(tx, campaign.id)
        entry = await rosters.find_entry(tx, campaign.id, claim.number_print, identity.document_type)
        banned = await bans.is_banned(tx, person)
        comparison = self._comparison(identity, entry, campaign)
        comparison = replace(comparison, too_often=too_often, banned=banned)
        if compared and comparison.name is Likeness.CLOSE:
            comparison = replace(comparison, name=Likeness.SAME)
        decision = rules.decide(rules.QUESTIONS, comparison)
        if decision == AGREES and entry is None:
            line = Prints(self._sealer, campaign.id).sealed(Line(entry=_own_entry(identity)), "identity")
            entry = await rosters.make_entry(tx, campaign.id, line)
        return Answer(decision, entry)

    async def read_code(self, tx: Transaction, claim: Claim, campaign: Campaign, decoded: Decoded | None) -> Answer:
        """decoded None: the code is no code, or has expired."""
        if decoded is None:
            return Answer(rules.decide(rules.CODE_QUESTIONS, CodeReading(valid=False)), None)
        identity = self._sealer.open(claim.identity, Identity)
        line = Prints(self._sealer, campaign.id).sealed(Line(entry=_coded_entry(decoded)), "code")
        known = await rosters.find_entry(tx, campaign.id, line.number_print, line.document_type)
        last_four = normalised(identity.last_four or "")
        reading = CodeReading(
            valid=True,
            school_agrees=decoded.school_code == campaign.school.code,
            last_four_agrees=not campaign.identity.last_four or last_four == normalised(decoded.last_four),
            excluded=known is not None and known.excluded,
            banned=await bans.is_banned(tx, person_print(self._sealer, campaign, "", decoded.student_no)),
        )
        decision = rules.decide(rules.CODE_QUESTIONS, reading)
        entry = await rosters.make_entry(tx, campaign.id, line) if decision == AGREES else None
        return Answer(decision, entry)

    def _comparison(self, identity: Identity, entry: RosterEntry | None, campaign: Campaign) -> Comparison:
        policy = campaign.identity
        number = normalised(identity.document_number)
        is_valid = identity.document_type in FORMS and fault(identity.document_type, number) is None
        makes_its_own = entry is None and rules.may_make_entry(identity, is_valid, policy)
        comparison = Comparison(policy, too_often=False, number_is_valid=is_valid, found=makes_its_own)
        if entry is None:
            return comparison
        known = self._sealer.open(entry.sealed, Entry)
        asks_level = policy.strategy == "name_id_and_level"
        return replace(
            comparison,
            found=True,
            type_agrees=identity.document_type in policy.document_types
            and identity.document_type == entry.document_type,
            name=Likeness.SAME if policy.strategy == "id_number" else likeness(identity.name, known.name),
            level_agrees=not asks_level or matching_key(identity.level or "") == matching_key(known.level),
            excluded=entry.excluded,
        )


def settled(claim: Claim, answer: Answer, member: str | None = None) -> Claim:
    """The claim with what was decided about it; unchanged when that is no transition."""
    state = rules.after(claim.state, answer.decision.event)
    if state is None:
        return claim
    shows_entry = state in (rules.State.MATCHED, rules.State.REVIEW) and answer.entry is not None
    entry_id = answer.entry.entry_id if shows_entry and answer.entry else None
    reason = answer.decision.reason
    return replace(claim, state=state, entry_id=entry_id, reason=reason, decided_by=member)


def fact_of(claim: Claim, answer: Answer) -> IdentityMatched | IdentityReferred | IdentityRefused:
    about = {
        "application_id": claim.application_id,
        "campaign_id": claim.campaign_id,
        "campaign_version": claim.campaign_version,
        "submission": claim.submission,
    }
    if claim.state is rules.State.MATCHED:
        assert answer.entry is not None
        return IdentityMatched(**about, entry_id=answer.entry.entry_id, entry=answer.entry.sealed)
    assert claim.reason is not None
    kind = IdentityReferred if claim.state is rules.State.REVIEW else IdentityRefused
    return kind(**about, reason=claim.reason)


def _own_entry(identity: Identity) -> Entry:
    """Of an individual: what they say of themselves, there is no roster to know better."""
    return Entry(
        name=identity.name or "",
        document_type=identity.document_type,
        document_number=normalised(identity.document_number),
        student_no="",
        level=identity.level or "",
    )


def _coded_entry(decoded: Decoded) -> Entry:
    """A code tells neither name nor number (教学服〔2022〕10号): the name stays masked, of the number the last four."""
    return Entry(
        name=decoded.masked_name, document_type="", document_number=decoded.last_four, student_no=decoded.student_no
    )
