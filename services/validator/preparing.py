"""Makes the standard photo out of whatever was uploaded, where a campaign crops and replaces backgrounds by itself."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from services.validator import standard
from services.validator.cutout import BadCutout, Engine, replace_background
from services.validator.cutout.grabcut import GrabCut
from services.validator.cutout.network import open_network
from services.validator.faces import FaceModels, Pixels
from services.validator.framing import CannotFrame, framed_by_itself
from services.validator.models import ModelError
from services.validator.portrait import look
from services.validator.settings import CutoutSettings
from shared.campaign import Campaign, PhotoProfile
from shared.events import Frame
from shared.pictures import PictureError
from shared.reasons import Reason

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The standard photo as the student will see it: 480x640 JPEG; `frame`: where it was cut from the original."""

    jpeg: bytes
    frame: Frame


@dataclass(frozen=True, slots=True)
class Unprepared:
    """What the student is told to mend in the next picture."""

    codes: tuple[Reason, ...]


def prepare(original: bytes, campaign: Campaign, models: FaceModels, engine: Engine | None) -> Prepared | Unprepared:
    """Crops and, where the campaign asks, replaces the background; never raises for the picture's sake.

    `engine`: for campaigns that replace backgrounds.
    """
    try:
        frame = framed_by_itself(original, campaign.photo, models)
        picture, _ = standard.cut(original, frame)
        if campaign.processing == "replace_background":
            assert engine is not None, "replacing a background needs an engine"
            picture = _on_new_background(picture, campaign.photo, models, engine)
    except (PictureError, CannotFrame) as error:
        log.info("photo_cannot_be_prepared", why=str(error))
        return Unprepared((error.reason,))
    except BadCutout as error:
        log.info("cutout_is_not_good_enough", why=str(error))
        return Unprepared((Reason.BG_REPLACED_BAD,))
    return Prepared(standard.encode(picture).jpeg, frame)


def _on_new_background(picture: Pixels, profile: PhotoProfile, models: FaceModels, engine: Engine) -> Pixels:
    portrait = look(picture, models)
    if portrait is None:
        raise CannotFrame(Reason.FACE_NONE, "the face that was framed is not seen any more")
    if portrait.others:
        raise CannotFrame(Reason.FACE_MULTI, f"{len(portrait.others)} further faces in the frame")
    return replace_background(portrait, profile.backgrounds[0].rgb, engine)


def open_engine(settings: CutoutSettings, models_dir: Path) -> Engine:
    """The network where it was brought, else GrabCut. Raises ModelError where another network is configured and is
    missing, or is not the one."""
    try:
        return open_network(settings, models_dir)
    except ModelError as error:
        if settings.network:
            raise
        log.warning("cutout_network_absent", then="GrabCut, for plain backgrounds only", why=str(error))
        return GrabCut()
