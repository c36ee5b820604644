"""One collection of one school, with every policy in it."""

from typing import Annotated, Literal

from pydantic import Field

from shared.campaign.delivery import Delivery, Retention
from shared.campaign.identity import Consent, IdentityPolicy
from shared.campaign.messages import Fact, Notification
from shared.campaign.payment import Payment
from shared.campaign.photo import PhotoProfile, Upload
from shared.campaign.policy import Policy, Slug, Text
from shared.campaign.review import Resubmission, Review, Sanctions
from shared.campaign.school import School, SupportContact, Window


class Campaign(Policy):
    """One collection of one school."""

    id: Slug
    """In every link and log line; never changes."""
    version: Annotated[int, Field(ge=1, le=9999)]
    """Raised by every change; a published version never changes."""
    title: Text
    """What the student reads at the top."""
    source: Text
    """The notice this file was made from."""
    term: Text
    """Which graduation it is for; a ban holds for a term."""
    levels: tuple[Text, ...] = ()
    """学历层次 the student may choose from."""
    audience: Text
    """Who takes part and who must not, in the notice's words."""
    school: School
    window: Window
    identity: IdentityPolicy
    consent: Consent
    upload: Upload = Upload()
    photo: PhotoProfile = PhotoProfile()
    processing: Literal["frame_by_hand", "auto_crop", "replace_background"] = "frame_by_hand"
    """Who makes the standard photo: the student's fingers, or we, with or without a new background."""
    reminder: Text | None = None
    """Shown before the upload; the student answers 我知道了 (NCEPU)."""
    payment: Payment
    review: Review = Review()
    resubmission: Resubmission = Resubmission()
    ask_to_notify_before_upload: bool = False
    """The student must agree to be told the result by a subscribe message before the upload begins (BIT)."""
    notification: tuple[Notification, ...] = ()
    delivery: Delivery = Delivery()
    sanctions: Sanctions = Sanctions()
    retention: Retention = Retention()
    contacts: Annotated[tuple[SupportContact, ...], Field(min_length=1)]

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"

    @property
    def support(self) -> str:
        """The first contact as a student reads it."""
        first = self.contacts[0]
        return " ".join(part for part in (first.name, first.phone or first.email, first.hours) if part)

    @property
    def result_templates(self) -> frozenset[str]:
        """The subscribe messages that tell the result of a review."""
        told = [self.notification_of("photo.accepted"), self.notification_of("photo.refused")]
        return frozenset(each.subscribe.template_id for each in told if each and each.subscribe)

    def notification_of(self, fact: Fact) -> Notification | None:
        """None: this campaign says nothing about that fact."""
        return next((each for each in self.notification if each.fact == fact), None)
