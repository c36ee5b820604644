"""What is looked at once more, off every student's way: the same picture elsewhere, and the check after the window."""

from uuid import UUID

import structlog

from services.validator import checks
from services.validator.judge import in_report
from services.validator.pool import JudgePool
from services.validator.rules import Case, Finding, State, beautified, every_beauty_check
from services.validator.sameness import SAME_PICTURE_BITS, is_same_face
from services.validator.store import alarms, cases, technical
from shared.campaign import Campaign
from shared.campaigns import campaign_version
from shared.outbox import Errand, Outbox
from shared.photos import NoSuchObject, Objects

log = structlog.get_logger()

ALARMS_EACH = 3  # of one photo: a picture that is everywhere needs no more to be noticed, and pairs grow as squares


class SecondLooks:
    """Two errands."""

    def __init__(self, outbox: Outbox, photos: Objects, pool: JudgePool) -> None:
        self._outbox = outbox
        self._photos = photos
        self._pool = pool

    async def look_for_duplicates(self, errand: Errand) -> None:
        """After the judged photo is committed, so that of two judged at once at least one sees the other."""
        async with self._outbox.transaction(cause=errand) as tx:
            mine = await alarms.fingerprint(tx, UUID(errand.subject))
            if mine is None:  # erased meanwhile
                return
            new = 0
            for other in await alarms.alike_elsewhere(tx, mine, SAME_PICTURE_BITS, ALARMS_EACH):
                new += await alarms.raise_alarm(tx, "same_picture", mine, other)
            faces = await alarms.faces_elsewhere(tx, mine) if mine.face else []
            for other in [each for each in faces if is_same_face(mine.face, each.face)][:ALARMS_EACH]:
                new += await alarms.raise_alarm(tx, "same_face", mine, other)
        if new:
            log.warning("duplicate_alarm", photo_id=errand.subject, pairs=new)

    async def check_again(self, errand: Errand) -> None:
        """The technical check of one accepted photo."""
        photo_id = UUID(errand.subject)
        async with self._outbox.transaction() as tx:
            case = await cases.photo_locked(tx, photo_id)
            pinned = await campaign_version(tx, case.campaign_id, case.campaign_version) if case else None
        findings: list[Finding] | None = None
        is_accepted = case is not None and case.state is State.ACCEPTED
        if case and pinned and is_accepted:
            findings = await self._suspicious(case, pinned)
        async with self._outbox.transaction(cause=errand) as tx:
            found = [in_report(each) for each in findings or ()]
            state = "suspect" if findings is None or findings else "clean"
            await technical.record(tx, photo_id, state if is_accepted else "gone", found)

    async def _suspicious(self, case: Case, pinned: Campaign) -> list[Finding] | None:
        """None: it could not be judged again, so a person looks."""
        photo = case.handed_in
        try:
            original = await self._photos.get(photo.original_key)
            prepared = await self._photos.get(photo.prepared_key) if photo.prepared_key else None
        except NoSuchObject:
            return None
        looks_for = {check.NAME: check.REASON for check in checks.CHECKS}
        looks_for |= {check.NAME: check.REASON for check in checks.FILE_CHECKS}
        profile = every_beauty_check(pinned.photo, looks_for)
        judgement = await self._pool.judge(original, photo.frame, profile, prepared)
        return beautified(judgement.findings) if judgement.findings else None
