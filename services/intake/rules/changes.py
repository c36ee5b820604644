"""What a fact changes; old, repeated, or about a case that is over: nothing. So no order of arrival matters."""

from datetime import datetime

from services.intake.rules.application import Application, DeliveryRegion, Ending, IdentityRegion
from services.intake.rules.money import Due, MoneyRegion, Prepared
from services.intake.rules.photo import PhotoRegion, Preparation
from services.intake.rules.rows import CaseState, IdentityState, PhotoState
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationEvent,
    ErasureCompleted,
    IdentityMatched,
    IdentityReferred,
    IdentityRefused,
    PaymentClosed,
    PaymentDue,
    PaymentPrepared,
    PaymentRefunded,
    PaymentRefused,
    PaymentSucceeded,
    PhotoAccepted,
    PhotoPrepared,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
    PhotoUnprepared,
    PhotoVerdict,
)

MatchFact = IdentityMatched | IdentityRefused | IdentityReferred
PaymentFact = PaymentDue | PaymentPrepared | PaymentRefused | PaymentClosed | PaymentSucceeded | PaymentRefunded
PreparationFact = PhotoPrepared | PhotoUnprepared


def with_fact(application: Application, fact: ApplicationEvent) -> Application:
    """The case after a fact of another service. One that is over hears of its money and its erasure only."""
    if isinstance(fact, PaymentFact):
        return application.model_copy(update={"money": with_payment(application.money, fact)})
    if isinstance(fact, ErasureCompleted):
        return application.model_copy(update={"ending": with_erased(application.ending, fact)})
    if application.case is not CaseState.OPEN:
        return application
    match fact:
        case IdentityMatched() | IdentityRefused() | IdentityReferred():
            changed: dict[str, object] = {"identity": with_match(application.identity, fact)}
        case PhotoPrepared() | PhotoUnprepared():
            changed = {"photo": with_preparation(application.photo, fact)}
        case PhotoVerdict():
            changed = {"photo": with_verdict(application.photo, fact)}
        case ApplicationDelivered():
            changed = {"delivery": with_delivery(application.delivery, fact, fact.occurred_at)}
        case ApplicationBounced():
            changed = {"delivery": with_return(application.delivery, fact)}
            changed["photo"] = with_bounce(application.photo, fact)
        case _:
            changed = {}
    return application.model_copy(update=changed)


def with_match(identity: IdentityRegion, fact: MatchFact) -> IdentityRegion:
    """Within one submission a match outranks a "no", for the support desk turns a "no" into a match and never back."""
    if fact.submission != identity.submission or identity.state is IdentityState.CONFIRMED:
        return identity
    if isinstance(fact, IdentityMatched):
        return identity.model_copy(
            update={"state": IdentityState.MATCHED, "entry_id": fact.entry_id, "entry": fact.entry, "reason": None}
        )
    if isinstance(fact, IdentityRefused) and identity.state is IdentityState.MATCHING:
        unmatched = {"state": IdentityState.UNMATCHED, "entry_id": None, "entry": None, "reason": fact.reason}
        return identity.model_copy(update=unmatched)
    return identity


def with_preparation(photo: PhotoRegion, fact: PreparationFact) -> PhotoRegion:
    waiting = photo.preparation
    if waiting is None or waiting.photo_id != fact.photo_id or waiting.state is PhotoState.PREPARED:
        return photo
    told: dict[str, object] = {"state": PhotoState.UNPREPARED}
    if isinstance(fact, PhotoPrepared):
        told = {"state": PhotoState.PREPARED, "prepared_key": fact.prepared_key, "frame": fact.frame, "codes": ()}
    else:
        told["codes"] = fact.codes
    preparation: Preparation = waiting.model_copy(update=told)
    return photo.model_copy(update={"preparation": preparation})


def with_verdict(photo: PhotoRegion, fact: PhotoVerdict) -> PhotoRegion:
    if isinstance(fact, PhotoRevoked):
        return _revoked(photo, fact)
    if fact.photo_id != photo.photo_id or (fact.attempt, fact.revision) <= (photo.attempt, photo.revision):
        return photo
    if photo.state is PhotoState.REVOKED or (photo.is_taken_back and isinstance(fact, PhotoReferred)):
        return photo
    told: dict[str, object] = {
        "revision": fact.revision,
        "decided_by": fact.decided_by,
        "overlay_key": fact.overlay_key,
        "standard_key": fact.standard_key,
        "codes": (),
        "resubmit_by": None,
        "advised_by": None,
        "bounced": False,
    }
    match fact:
        case PhotoAccepted():
            told["state"] = PhotoState.ACCEPTED
        case PhotoRefused():
            told |= {"state": PhotoState.REFUSED, "codes": fact.codes}
            told |= {"resubmit_by": fact.resubmit_by, "advised_by": fact.advised_by}
        case PhotoReferred():
            told["state"] = PhotoState.REFERRED
    return photo.model_copy(update=told)


def _revoked(photo: PhotoRegion, fact: PhotoRevoked) -> PhotoRegion:
    """It ends the application, whatever was or will be said of this attempt or of a newer one that it crossed. What is
    left says which photo was handed in last and why all is over; of two revocations the furthest, in either order."""
    place = (fact.attempt, fact.revision)
    if place <= photo.revoked:
        return photo
    newest = {"photo_id", "attempt", "charged_attempt", "sha256", "original_key", "prepared_key"}
    told = {"state": PhotoState.REVOKED, "revoked": place, **fact.model_dump(include={"decided_by", "codes", "banned"})}
    if fact.photo_id == photo.photo_id:
        told |= fact.model_dump(include={"revision", "overlay_key", "standard_key"})
    return PhotoRegion(**photo.model_dump(include=newest), **told)


def with_bounce(photo: PhotoRegion, fact: ApplicationBounced) -> PhotoRegion:
    """The school's "no" to the very photo that counts: refused, and the next follows a bounce."""
    about_another = fact.attempt != photo.attempt or fact.revision < photo.revision
    if about_another or photo.state is PhotoState.REVOKED:
        return photo
    told: dict[str, object] = {
        "state": PhotoState.REFUSED,
        "revision": fact.revision,
        "decided_by": "person",
        "bounced": True,
        "codes": fact.codes,
        "resubmit_by": fact.resubmit_by,
        "advised_by": None,
        "overlay_key": None,
        "standard_key": None,
    }
    return photo.model_copy(update=told)


def with_delivery(delivery: DeliveryRegion, fact: ApplicationDelivered, at: datetime) -> DeliveryRegion:
    place = (fact.attempt, fact.revision)
    if place < delivery.delivered:
        return delivery
    known = delivery.delivered_at if place == delivery.delivered else None
    return delivery.model_copy(update={"delivered": place, "delivered_at": min(known or at, at)})


def with_return(delivery: DeliveryRegion, fact: ApplicationBounced) -> DeliveryRegion:
    return delivery.model_copy(update={"bounced": max(delivery.bounced, (fact.attempt, fact.revision))})


def with_erased(ending: Ending, fact: ErasureCompleted) -> Ending:
    untils = [each for each in (ending.kept_until, fact.kept_until) if each]
    heard = {
        "erased_by": ending.erased_by | {fact.service},
        "kept": ending.kept | set(fact.kept),
        "kept_until": max(untils, default=None),
    }
    return ending.model_copy(update=heard)


def with_payment(money: MoneyRegion, fact: PaymentFact) -> MoneyRegion:
    match fact:
        case PaymentDue():
            due = Due(**fact.model_dump(include=set(Due.model_fields)))
            return money if money.due and _rank(money.due) > _rank(due) else money.model_copy(update={"due": due})
        case PaymentPrepared():
            changed: dict[str, object] = {"prepared": _later(money.prepared, fact)}
        case PaymentRefused():
            changed = {"refusal": fact.reason} if fact.request_id == money.requested else {}
        case PaymentClosed():
            changed = {"lapsed": money.lapsed or fact.final}
            if fact.order_no:
                changed["closed"] = money.closed | {fact.order_no}
        case PaymentSucceeded():
            changed = {"paid": money.paid | {fact.order_no}}
        case PaymentRefunded():
            changed = {"refunded": money.refunded | {fact.order_no}}
    return money.model_copy(update=changed)


def _rank(due: Due) -> tuple[datetime, int]:
    """A retake's fee falls due later than the first; reminders of one fee are counted."""
    return due.unpaid_until, due.reminder


def _later(known: Prepared | None, fact: PaymentPrepared) -> Prepared:
    order = Prepared(request_id=fact.request_id, order_no=fact.order_no, expires_at=fact.expires_at, pay=fact.pay)
    if known and (known.expires_at, known.order_no) > (order.expires_at, order.order_no):
        return known
    return order
