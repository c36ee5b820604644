"""What is asked of a photo: at the door, and by the judge."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from shared.campaign.policy import Colour, PixelRange, Pixels, Policy, Text

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
    "head_height",
    "body",
    "shoulders",
    "gaze",
    "brows",
    "ears",
    "head_covering",
    "glasses_frame",
    "clothes_banned",
    "replaced_edge",
    "additions",
    "rephotographed",
    "editor_marks",
    "darkroom_marks",
    "enlarged",
    "glasses_tint",
]

# Of the checks above, those with one measure and no key of its own for its limits.
LimitName = Literal[
    "yaw",
    "pitch",
    "shoulders",
    "gaze",
    "eyes_open",
    "mouth",
    "teeth",
    "brows",
    "ears",
    "glasses",
    "glasses_glare",
    "glasses_frame",
    "background_colour",
    "clothes_colour",
    "sharpness",
    "noise",
    "highlights",
    "light_even",
    "skin_texture",
    "stretched",
    "enlarged",
    "glasses_tint",
]


Source = Literal["album", "camera"]
Device = Literal["phone", "tablet", "computer"]
SOURCES: tuple[Source, ...] = get_args(Source)
DEVICES: tuple[Device, ...] = get_args(Device)


class Upload(Policy):
    """What is refused at once, at the door."""

    types: tuple[Literal["jpeg", "png"], ...] = ("jpeg",)
    """Told by the file's first bytes, not by its name."""
    min_bytes: Annotated[int, Field(ge=0)] = 0
    """BUCT and BIT ask for 100 KB, NCEPU for 50."""
    max_bytes: Annotated[int, Field(gt=0, le=20 * 2**20)] = 10 * 2**20
    """BUCT and BIT stop at 2 MB."""
    min_width_px: Pixels = 480
    """Less than the standard photo cannot become one (std 12); a frame chosen by hand has at least this width."""
    min_height_px: Pixels = 640
    """Likewise."""
    exact_pixels: bool = False
    """Neither more than the minimum: several schools demand 480×640 (domain §1.7)."""
    only_3_to_4: bool = False
    """Only pictures of the standard's proportion."""
    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = SOURCES
    """Where the mini-program may take the picture from; `["camera"]` is a live picture only."""
    devices: Annotated[tuple[Device, ...], Field(min_length=1)] = DEVICES
    """What the mini-program may run on, as `wx.getDeviceInfo` tells it; `["phone"]` refuses tablets and computers
    (NCEPU)."""


class Background(Policy):
    """One allowed colour behind the person."""

    name: Text
    """As a person would call it."""
    rgb: Colour
    """Red, green, blue, 0 to 255."""


class ClothesColour(Policy):
    """One colour of clothes that a campaign forbids."""

    name: Text
    """As a person would call it."""
    rgb: Colour
    """Red, green, blue, 0 to 255; of a colourful one every shade with its hue is meant."""


class Limit(Policy):
    """What one measure may be; a side that is left out is open."""

    low: float | None = None
    """At least so much."""
    high: float | None = None
    """At most so much."""

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("low, high or both must be given")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low ({self.low:g}) is above high ({self.high:g})")
        return self


class PhotoProfile(Policy):
    """What the judge asks of a photo, measured in the 480×640 frame (std 12); the defaults are the standard's."""

    backgrounds: tuple[Background, ...] = (
        Background(name="浅蓝色", rgb=(100, 197, 255)),
        Background(name="白色", rgb=(255, 255, 255)),
        Background(name="浅灰色", rgb=(240, 240, 240)),
    )
    """The allowed colours (std 5); the first is the one a replaced background gets."""
    any_plain_background: bool = False
    """Any colour will do as long as it is one (BIT, NCEPU)."""
    hairline_px: PixelRange = (50, 110)
    """Hairline, from the top edge (std 18)."""
    eye_line_px: PixelRange = (200, 300)
    """Eyes, from the top edge (std 19)."""
    face_width_px: PixelRange = (180, 300)
    """Between the cheeks (std 20)."""
    centre_offset_px: Pixels = 24
    """How far the face's middle may lie from the frame's: std 17 says "centred" without a number."""
    roll_max_degrees: Annotated[float, Field(gt=0, le=20)] = 8
    """How far the head may lean to a shoulder (std 6 says upright without a number)."""
    head_height_share: tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]] | None = None
    """From the crown, hair included, to the chin, of the picture's height (NCEPU: about half); none: not asked."""
    body_under_chin: Annotated[float, Field(ge=0, le=3)] = 0.5
    """How much of the picture lies under the chin, in widths of the face: shoulders begin near 0.5, the third shirt
    button (Xinhua) lies near 1.5."""
    banned_clothes: tuple[ClothesColour, ...] = ()
    """Colours that clothes must not have (Xinhua: blue): whatever has the same hue, dark or light."""
    compression_quality_min: Annotated[int, Field(ge=1, le=100)] = 60
    """JPEG quality factor (std 15), of the upload too."""
    compare_faces: bool = False
    """Look for the same face under another application: an alarm for a person, never a refusal. Face recognition in
    the law's sense: only after the impact assessment it asks for (PIPL 55; domain §5.3)."""
    limits: dict[LimitName, Limit] = Field(default={})
    """Of a check's measure, instead of the judge's own limits, in its unit (`python -m services.validator.judge` shows
    both); beyond them by less than the measure errs a person decides, as before."""
    checks: dict[CheckName, CheckAction] = Field(default={})
    """What a check's "no" does here; where this is silent: services/validator/checks/defaults.py."""
