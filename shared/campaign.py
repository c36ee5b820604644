"""What a campaign file may say: one TOML file per collection, every policy in it, each with its default.

A version is immutable. An application pins one at consent: fee, consent and photo profile follow the pin; window,
deadlines and contacts follow the newest version. Sources of the defaults: the national standard
(教毕指〔2017〕99号, "std" + row of domain research §1.1) and the notices.
"""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

Channel = Literal["subscribe", "sms"]
CheckAction = Literal["refuse", "refer", "warn", "off"]
# One per rule of the standard: services/validator/checks/ has a file of that name for each.
CheckName = Literal[
    "face",
    "eye_line",
    "hairline",
    "face_width",
    "centring",
    "roll",
    "yaw",
    "mouth",
    "background_colour",
    "background_even",
    "sharpness",
    "exposure",
    "compression",
    "true_colour",
    "eyes_open",
    "eyes_seen",
    "red_eye",
    "teeth",
    "light_even",
    "highlights",
    "colour_cast",
    "noise",
    "glasses_glare",
    "glasses",
    "pitch",
    "clothes_colour",
    "stretched",
    "skin_texture",
]
DocumentType = Literal[
    "resident_id", "hk_macau_permit", "taiwan_permit", "residence_permit", "foreign_permanent", "passport"
]
Fact = Literal[
    "photo.accepted",
    "photo.refused",
    "payment.due",
    "payment.reminder",
    "payment.closed",
    "payment.succeeded",
    "payment.refunded",
    "application.delivered",
]
PLACEHOLDERS = frozenset({"school", "title", "reason", "amount", "deadline", "support"})

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Colour = tuple[
    Annotated[int, Field(ge=0, le=255)],
    Annotated[int, Field(ge=0, le=255)],
    Annotated[int, Field(ge=0, le=255)],
]
Pixels = Annotated[int, Field(ge=0)]
PixelRange = tuple[Pixels, Pixels]


class BadCampaign(Exception):
    """The file cannot be published; `lines` say which key, what stands there and what is allowed."""

    def __init__(self, name: str, lines: list[str]) -> None:
        super().__init__(f"{name}: " + "; ".join(lines))
        self.lines = lines


class Policy(BaseModel):
    """A misspelt key is an error here: a policy that silently does nothing is worse than none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class School(Policy):
    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^\d{5}$")]  # the Ministry's 5-digit code
    aliases: tuple[Text, ...] = ()


class Window(Policy):
    """When photos may be submitted; closes_at is the first moment that is too late."""

    opens_at: AwareDatetime
    closes_at: AwareDatetime

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.closes_at <= self.opens_at:
            raise ValueError(f"closes_at {self.closes_at} must be later than opens_at {self.opens_at}")
        return self

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at


class IdentityPolicy(Policy):
    """How the applicant is found in the roster, and how often one may try."""

    strategy: Literal["id_number", "name_and_id"]
    document_types: tuple[DocumentType, ...] = ("resident_id",)
    attempts_per_identity: Annotated[int, Field(ge=1)] = 10
    attempts_per_source: Annotated[int, Field(ge=1)] = 10
    attempts_reset_hours: Annotated[int, Field(ge=1)] = 24


class Consent(Policy):
    """The notice the student agrees to; a new version asks again."""

    version: Text
    notice: Text


class Upload(Policy):
    """What is refused at once, at the door."""

    types: tuple[Literal["jpeg", "png"], ...] = ("jpeg",)
    min_bytes: Annotated[int, Field(ge=0)] = 0
    max_bytes: Annotated[int, Field(gt=0, le=20 * 2**20)] = 10 * 2**20
    min_width_px: Pixels = 480  # std 12: less than the standard photo cannot become one
    min_height_px: Pixels = 640


class Background(Policy):
    name: Text
    rgb: Colour


class PhotoProfile(Policy):
    """What the judge asks of a photo, measured in the 480×640 frame (std 12); the defaults are the standard's."""

    backgrounds: tuple[Background, ...] = (
        Background(name="浅蓝色", rgb=(100, 197, 255)),  # std 5
        Background(name="白色", rgb=(255, 255, 255)),
        Background(name="浅灰色", rgb=(240, 240, 240)),
    )
    any_plain_background: bool = False
    hairline_px: PixelRange = (50, 110)  # std 18, from the top edge
    eye_line_px: PixelRange = (200, 300)  # std 19, from the top edge
    face_width_px: PixelRange = (180, 300)  # std 20, between the cheeks
    # How far the face's middle may lie from the frame's: std 17 says "centred" without a number.
    centre_offset_px: Pixels = 24
    compression_quality_min: Annotated[int, Field(ge=1, le=100)] = 60  # std 15, of the upload too
    checks: dict[CheckName, CheckAction] = {}  # what a check's "fail" does here; silent: checks/defaults.py


class Payment(Policy):
    """Who owes what, when. Amounts in fen."""

    moment: Literal["after_approval", "none"]
    fee_fen: Annotated[int, Field(ge=0)] = 0
    description: Annotated[str, StringConstraints(max_length=127)] = "毕业图像采集"  # WeChat Pay v3: description ≤ 127
    grace_days: Annotated[int, Field(ge=1)] = 3
    remind_after_hours: tuple[Annotated[int, Field(ge=1)], ...] = (24, 48)
    order_minutes: Annotated[int, Field(ge=5)] = 30  # an order is closed after this; a new one may be asked for

    @model_validator(mode="after")
    def _has_a_fee(self) -> Self:
        if (self.moment == "none") != (self.fee_fen == 0):
            raise ValueError(f"fee_fen {self.fee_fen} does not go with moment {self.moment!r}: 0 with none, else more")
        return self


class Review(Policy):
    """How many people look after the judge: 0 means only at what the judge is unsure of."""

    people: Literal[0] = 0
    expected_hours: Annotated[int, Field(ge=1)] = 24


class Resubmission(Policy):
    """After a refusal: the days advised are shown, the days enforced refuse; none: while the window is open."""

    advised_days: Annotated[int, Field(ge=1)] | None = None
    enforced_days: Annotated[int, Field(ge=1)] | None = None

    def advised_by(self, refused_at: datetime) -> datetime | None:
        return refused_at + timedelta(days=self.advised_days) if self.advised_days else None

    def enforced_by(self, refused_at: datetime) -> datetime | None:
        return refused_at + timedelta(days=self.enforced_days) if self.enforced_days else None


class SubscribeTemplate(Policy):
    """A WeChat subscribe message; `data` maps its fields (thing1, phrase2 …) to text with {placeholders}."""

    template_id: Text
    page: Text = "pages/application/application"
    data: dict[str, Text]


class SmsTemplate(Policy):
    template_id: Text
    parameters: tuple[Text, ...] = ()


class Notification(Policy):
    """What is said about one fact, on which channels, in which order."""

    fact: Fact
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    subscribe: SubscribeTemplate | None = None
    sms: SmsTemplate | None = None

    @model_validator(mode="after")
    def _channels_have_templates(self) -> Self:
        for channel in self.channels:
            if getattr(self, channel) is None:
                raise ValueError(f"channel {channel!r} of {self.fact!r} needs a [notification.{channel}] table")
        texts = [
            *(self.subscribe.data.values() if self.subscribe else ()),
            *(self.sms.parameters if self.sms else ()),
        ]
        for text in texts:
            if unknown := _placeholders(text) - PLACEHOLDERS:
                raise ValueError(f"{text!r} names {sorted(unknown)}; allowed are {sorted(PLACEHOLDERS)}")
        return self


class Delivery(Policy):
    """How the school gets it: photos named by this field of the roster."""

    photo_name: Literal["student_no", "document_number", "application_id"] = "student_no"


class SupportContact(Policy):
    name: Text
    phone: Text | None = None
    email: Text | None = None
    hours: Text | None = None


class Campaign(Policy):
    """One collection of one school."""

    id: Slug
    version: Annotated[int, Field(ge=1)]
    title: Text
    source: Text  # the notice this file was made from
    term: Text
    levels: tuple[Text, ...] = ()
    audience: Text
    school: School
    window: Window
    identity: IdentityPolicy
    consent: Consent
    upload: Upload = Upload()
    photo: PhotoProfile = PhotoProfile()
    processing: Literal["frame_by_hand"] = "frame_by_hand"
    payment: Payment
    review: Review = Review()
    resubmission: Resubmission = Resubmission()
    # Templates the student is asked to agree to before the upload may begin (the notice of BIT asks first).
    ask_to_notify_before_upload: bool = False
    notification: tuple[Notification, ...] = ()
    delivery: Delivery = Delivery()
    contacts: Annotated[tuple[SupportContact, ...], Field(min_length=1)]

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"

    @property
    def support(self) -> str:
        """The first contact as a student reads it."""
        first = self.contacts[0]
        return " ".join(part for part in (first.name, first.phone or first.email, first.hours) if part)

    def notification_of(self, fact: Fact) -> Notification | None:
        """None: this campaign says nothing about that fact."""
        return next((each for each in self.notification if each.fact == fact), None)

    @model_validator(mode="after")
    def _facts_are_mapped_once(self) -> Self:
        facts = [each.fact for each in self.notification]
        if twice := {fact for fact in facts if facts.count(fact) > 1}:
            raise ValueError(f"notification maps {sorted(twice)} twice; one table per fact")
        return self


def read_campaign(path: Path) -> Campaign:
    """Raises BadCampaign with one line per mistake: the key, the value, what is allowed."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadCampaign(path.name, [f"is not TOML: {error}"]) from None
    except OSError as error:
        raise BadCampaign(path.name, [f"cannot be read: {error.strerror}"]) from None
    try:
        return Campaign.model_validate(table)
    except ValidationError as errors:
        raise BadCampaign(path.name, [_in_words(error) for error in errors.errors()]) from None


def _in_words(error: object) -> str:
    assert isinstance(error, dict)
    key = ".".join(str(part) for part in error["loc"]) or "the file"
    value = error.get("input")
    shown = "" if isinstance(value, dict | list) or error["type"] == "missing" else f" (found {_short(value)})"
    return f"{key}: {error['msg']}{shown}"


def _short(value: object) -> str:
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
