"""Intake: a student who does whatever its doors allow, and what it shows of the others."""

from datetime import datetime
from typing import Any, Literal

from services.intake.app import SHOWN
from services.intake.rules import (
    DOORS,
    ERASE,
    LAPSE,
    Application,
    CaseState,
    IdentityState,
    erased_at,
    is_automatic,
    lapses_at,
    taken_back,
    timers,
    why_lapsed,
    with_appeal,
    with_attempt,
    with_erasure,
    with_fact,
    with_lapse,
    with_request,
    with_retake,
    with_upload,
    with_withdrawal,
)
from services.intake.rules.acts import Cause
from services.intake.rules.claims import with_claim
from services.intake.rules.photo import PhotoRegion
from shared.events import (
    ApplicationEvent,
    ApplicationLapsed,
    ApplicationWithdrawn,
    Entry,
    ErasureCompleted,
    ErasureRequested,
    Frame,
    Identity,
    IdentityConfirmed,
    IdentitySubmitted,
    Payer,
    PaymentRequested,
    PhotoAppealed,
    PhotoSubmitted,
    PhotoUploaded,
    PhotoWithdrawn,
)
from shared.reasons import Reason
from shared.sealed import Sealed
from tests.together.bag import APPLICATION_ID, Bag, Hears

FRAME = Frame(x=0, y=0, width=900)
IDENTITY = Sealed[Identity](key_id="k1", box="")
ENTRY = Sealed[Entry](key_id="k1", box="")
PAYER = Sealed[Payer](key_id="k1", box="")
Picture = Literal["good", "bad", "doubtful", "hopeless"]  # hopeless: nothing can be made of it


class Intake:
    name = "intake"

    def __init__(self, bag: Bag) -> None:
        self.bag = bag
        ref = {"campaign_id": bag.campaign.id, "campaign_version": bag.campaign.version}
        self.case = Application(id=APPLICATION_ID, has_phone=True, grants=1, **ref)
        self.timers: dict[str, datetime] = dict(timers(self.case, bag.campaign))
        self.claims: dict[int, str] = {}  # submission → what the roster has to say to it
        self.pictures: dict[Any, Picture] = {}
        kinds = (kind for kind in SHOWN if issubclass(kind, ApplicationEvent))
        self.hears: Hears = dict.fromkeys(kinds, self.show)

    def show(self, fact: ApplicationEvent) -> None:
        self._change(with_fact(self.case, fact))

    def act(self, name: str) -> bool:
        """False: the door was closed, and said why."""
        reason = DOORS[name](self.case, self.bag.campaign, self.bag.now)
        if reason is not None:
            assert reason.text
            return False
        getattr(self, f"_{name}")()
        return True

    def claim(self, answer: str) -> None:
        self.claims[self.case.identity.submission + 1] = answer
        self.act("identify")

    def confirm(self, correct: bool) -> None:
        if DOORS["confirm"](self.case, self.bag.campaign, self.bag.now) is not None:
            return
        state = IdentityState.CONFIRMED if correct else IdentityState.UNMATCHED
        self._with(identity=self.case.identity.model_copy(update={"state": state}))
        entry_id, entry = self.case.identity.entry_id, self.case.identity.entry
        if correct:
            assert entry_id
            assert entry
            self._tell(IdentityConfirmed(**self.bag.named, entry_id=entry_id, entry=entry))

    def upload(self, picture: Picture) -> None:
        photo_id = self.bag.new_id()
        if DOORS["upload"](self.case, self.bag.campaign, self.bag.now) is not None:
            return
        self.pictures[photo_id] = picture
        named: dict[str, Any] = {
            "photo_id": photo_id,
            "sha256": f"{picture}-{photo_id}",
            "original_key": f"{photo_id}/original",
        }
        if is_automatic(self.bag.campaign.processing):
            self._with(photo=with_upload(self.case.photo, **named))
            self._tell(PhotoUploaded(**self.bag.named, **named))
        else:
            self._submit(**named)

    def fire(self) -> None:
        """Whatever is due, as services/intake/timers.py does it."""
        due = [kind for kind, at in self.timers.items() if at <= self.bag.now]
        for kind in due:
            del self.timers[kind]
            moment = {LAPSE: lapses_at, ERASE: erased_at}.get(kind)
            at = moment(self.case, self.bag.campaign) if moment else None
            if at is None:
                continue
            if self.bag.now < at:
                self.timers[kind] = at
            elif kind == ERASE:
                self._become_erased("retention")
            elif reason := why_lapsed(self.case, self.bag.campaign, self.bag.now):
                self._change(with_lapse(self.case, reason))

    def _identify(self) -> None:
        self._with(identity=with_claim(self.case.identity))
        submission = self.case.identity.submission
        self._tell(IdentitySubmitted(**self.bag.named, submission=submission, identity=IDENTITY, source="s"))

    def _accept(self) -> None:
        waiting = self.case.photo.pending
        assert waiting
        self._submit(waiting.photo_id, waiting.sha256, waiting.original_key, waiting.prepared_key)

    def _submit(self, photo_id: Any, sha256: str, original_key: str, prepared_key: str | None = None) -> None:
        follows = self.case.photo.follows
        photo = with_attempt(self.case.photo, photo_id, sha256, original_key, prepared_key)
        self._with(photo=photo)
        picture = {"original_key": original_key, "sha256": sha256, "prepared_key": prepared_key, "frame": FRAME}
        counted = {"attempt": photo.attempt, "charged_attempt": photo.charged_attempt, "follows": follows}
        self._tell(PhotoSubmitted(**self.bag.named, photo_id=photo_id, **picture, **counted))

    def _retake(self) -> None:
        self._with(photo=with_retake(self.case.photo))

    def _take_back(self) -> None:
        self._with(photo=taken_back(self.case.photo))
        self._tell(PhotoWithdrawn(**self.bag.named, **self._this(self.case.photo)))

    def _appeal(self) -> None:
        self._with(photo=with_appeal(self.case.photo))
        photo = self.case.photo
        self._tell(PhotoAppealed(**self.bag.named, **self._this(photo), revision=photo.revision))

    def _pay(self) -> None:
        request_id = self.bag.new_id()
        self._change(with_request(self.case, request_id))
        self._tell(PaymentRequested(**self.bag.named, request_id=request_id, payer=PAYER))

    def _withdraw(self) -> None:
        self._change(with_withdrawal(self.case))
        self._tell(ApplicationWithdrawn(**self.bag.named))

    def _erase(self) -> None:
        self._become_erased("student")

    def _become_erased(self, cause: Cause) -> None:
        delivered = self.case.delivery.is_delivered
        self._change(with_erasure(self.case, cause))
        self._tell(ErasureRequested(**self.bag.named, cause=cause, delivered=delivered))
        self.show(ErasureCompleted(**self.bag.named, service="intake"))

    def _this(self, photo: PhotoRegion) -> dict[str, Any]:
        return {"photo_id": photo.photo_id, "attempt": photo.attempt}

    def _with(self, **regions: Any) -> None:
        self._change(self.case.model_copy(update=regions))

    def _change(self, after: Application) -> None:
        """As services/intake/cases.py: a timer that moved is set anew, a lapse is told."""
        before, self.case = self.case, after
        running = timers(before, self.bag.campaign)
        for kind, at in timers(after, self.bag.campaign).items():
            if running.get(kind) != at:
                self.timers[kind] = at
        if before.case is CaseState.OPEN and after.case is CaseState.LAPSED:
            self._tell(ApplicationLapsed(**self.bag.named, reason=after.ending.lapsed or Reason.PAY_LAPSED))

    def _tell(self, fact: ApplicationEvent) -> None:
        self.bag.tell(self.name, fact)
