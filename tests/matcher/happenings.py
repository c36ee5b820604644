"""What other services say about an application that submitted an identity."""

from datetime import UTC, datetime
from uuid import uuid4

from shared.events import ApplicationEvent, ApplicationWithdrawn, ErasureRequested, IdentitySubmitted, PhotoRevoked


def about(event: ApplicationEvent) -> dict[str, object]:
    known = event.model_dump(include={"application_id", "campaign_id", "campaign_version"})
    return known | {"id": uuid4(), "occurred_at": datetime.now(UTC)}


def revoked(event: IdentitySubmitted, banned: bool = True) -> PhotoRevoked:
    photo = {"photo_id": uuid4(), "attempt": 1, "revision": 3, "decided_by": "person"}
    return PhotoRevoked.model_validate(
        {**about(event), **photo, "codes": ("REVOKED_BEAUTY",), "banned": banned}
    ).model_copy(update=about(event))


def withdrawn(event: IdentitySubmitted) -> ApplicationWithdrawn:
    return ApplicationWithdrawn.model_validate(about(event)).model_copy(update=about(event))


def erased(event: IdentitySubmitted) -> ErasureRequested:
    return ErasureRequested.model_validate({**about(event), "cause": "student"}).model_copy(update=about(event))
