"""Row 16: what was uploaded becomes the standard photo that the student looks at, and that the judge then judges."""

import hashlib
import os
import signal
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np
import pytest
from PIL import Image

from services.validator import pool as pool_module
from services.validator.colour import delta_e, lab, lab_of_rgb
from services.validator.cutout.grabcut import GrabCut
from services.validator.faces import FaceModels
from services.validator.models import ModelError
from services.validator.pool import JudgePool
from services.validator.preparing import Prepared, Unprepared, open_engine, prepare
from services.validator.settings import CutoutSettings
from shared.campaign import Campaign
from shared.events import (
    PhotoAccepted,
    PhotoPrepared,
    PhotoRefused,
    PhotoSubmitted,
    PhotoUnprepared,
    PhotoUploaded,
)
from shared.photos import photo_key
from shared.reasons import Reason
from tests.portraits.album import compose
from tests.portraits.compose import Portrait, Recipe
from tests.portraits.recipes import compliant
from tests.validator.facts import given_up
from tests.validator.judges import Judges, about, heard

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("faces")]

LIGHT_BLUE = (100, 197, 255)
XINHUA = {"processing": "replace_background", "photo": {"backgrounds": [{"name": "浅蓝色", "rgb": LIGHT_BLUE}]}}
LOOSE = replace(compliant(0), width_px=1000, surround=0.3, face_width=0.3, eye_line=0.5)


async def uploaded(judges: Judges, portrait: Portrait, version: int) -> PhotoUploaded:
    application_id, sha256 = uuid4(), hashlib.sha256(portrait.jpeg).hexdigest()
    key = photo_key(application_id, sha256, "original.jpg")
    await judges.photos.put(key, portrait.jpeg, "image/jpeg")
    about = {"application_id": application_id, "campaign_id": "buct-2020", "campaign_version": version}
    return heard(PhotoUploaded(**about, photo_id=uuid4(), original_key=key, sha256=sha256))


def accepted_by_student(upload: PhotoUploaded, prepared: PhotoPrepared) -> PhotoSubmitted:
    fact = PhotoSubmitted(
        **about(upload),
        photo_id=upload.photo_id,
        attempt=1,
        original_key=upload.original_key,
        sha256=upload.sha256,
        frame=prepared.frame,
        follows="first",
        prepared_key=prepared.prepared_key,
    )
    return heard(fact)


async def test_16_a_loose_photo_is_cropped_shown_and_accepted_as_it_was_shown(
    judges: Judges, campaign: Campaign
) -> None:
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(LOOSE), version)
    await judges.hear(upload)
    await judges.hear(upload)
    (prepared,) = await judges.told(upload.application_id)
    assert isinstance(prepared, PhotoPrepared)
    assert prepared.photo_id == upload.photo_id
    shown = await judges.photos.get(prepared.prepared_key)

    verdict = await judges.judge(accepted_by_student(upload, prepared))
    assert isinstance(verdict, PhotoAccepted)
    assert verdict.standard_key == prepared.prepared_key
    assert await judges.photos.get(verdict.standard_key) == shown


async def test_16_the_background_becomes_the_first_of_the_campaigns(judges: Judges, campaign: Campaign) -> None:
    version = await judges.publish(campaign, **XINHUA)
    upload = await uploaded(judges, compose(replace(LOOSE, background=(200, 205, 190))), version)
    await judges.hear(upload)
    (prepared,) = await judges.told(upload.application_id)
    assert isinstance(prepared, PhotoPrepared)
    jpeg = np.frombuffer(await judges.photos.get(prepared.prepared_key), np.uint8)
    corner = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))[:60, :60]
    assert float(delta_e(lab(np.ascontiguousarray(corner)), lab_of_rgb(LIGHT_BLUE)).max()) < 3
    assert isinstance(await judges.judge(accepted_by_student(upload, prepared)), PhotoAccepted)


async def test_a_prepared_photo_is_refused_for_what_was_wrong_with_its_original_file(
    judges: Judges, campaign: Campaign
) -> None:
    """The standard photo is compressed anew; the upload's tables tell what was lost before."""
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(replace(LOOSE, quality=30)), version)
    await judges.hear(upload)
    prepared = (await judges.told(upload.application_id))[-1]
    assert isinstance(prepared, PhotoPrepared)
    refused = await judges.judge(accepted_by_student(upload, prepared))
    assert isinstance(refused, PhotoRefused)
    assert Reason.NOISE_JPEG in refused.codes


@pytest.mark.parametrize(
    ("recipe", "codes"),
    [
        (replace(compliant(0), face=None), (Reason.FACE_NONE,)),
        (replace(LOOSE, second_face="obama", second_width=0.8, centre_x=0.62), (Reason.FACE_MULTI,)),
        (replace(compliant(0), surround=0.0, eye_line=0.2), (Reason.GEO_HAIRLINE,)),
        (replace(compliant(0), surround=0.0, face_width=0.9), (Reason.GEO_FACE_WIDTH,)),
    ],
    ids=["nobody", "two people", "no room above the head", "too near"],
)
async def test_16_what_cannot_be_framed_is_said_with_its_reason(
    judges: Judges, campaign: Campaign, recipe: Recipe, codes: tuple[Reason, ...]
) -> None:
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(recipe), version)
    await judges.hear(upload)
    (unprepared,) = await judges.told(upload.application_id)
    assert isinstance(unprepared, PhotoUnprepared)
    assert unprepared.codes == codes


def test_a_cut_out_that_is_not_good_enough_is_refused_honestly(campaign: Campaign, models: FaceModels) -> None:
    """GrabCut is not believed with a white shirt before a white wall."""
    replaces = Campaign.model_validate(campaign.model_dump() | XINHUA)
    white = compose(replace(LOOSE, background=(245, 245, 245)))
    assert prepare(white.jpeg, replaces, models, GrabCut()) == Unprepared((Reason.BG_REPLACED_BAD,))
    plain = prepare(compose(LOOSE).jpeg, replaces, models, GrabCut())
    assert isinstance(plain, Prepared)


def test_the_prepared_photo_keeps_the_standard(campaign: Campaign, models: FaceModels, tmp_path: Path) -> None:
    crops = campaign.model_copy(update={"processing": "auto_crop"})
    made = prepare(compose(LOOSE).jpeg, crops, models, None)
    assert isinstance(made, Prepared)
    assert len(made.jpeg) <= 40 * 1024
    file = tmp_path / "prepared.jpg"
    file.write_bytes(made.jpeg)
    with Image.open(file) as image:
        assert (image.size, image.info["dpi"], image.mode) == ((480, 640), (300, 300), "RGB")


async def test_a_picture_that_twice_kills_its_worker_is_asked_for_again(
    judges: Judges, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_prepare", _die)
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(LOOSE), version)
    await judges.hear(upload)
    (unprepared,) = await judges.told(upload.application_id)
    assert isinstance(unprepared, PhotoUnprepared)
    assert unprepared.codes == (Reason.FILE_CORRUPT,)


def _die(original: bytes, campaign: Campaign) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


async def test_an_upload_that_our_store_has_lost_is_not_the_students_fault(judges: Judges, campaign: Campaign) -> None:
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(LOOSE), version)
    await judges.photos.remove(upload.original_key)
    await judges.hear(upload)
    (unprepared,) = await judges.told(upload.application_id)
    assert isinstance(unprepared, PhotoUnprepared)
    assert unprepared.codes == (Reason.SYS_RETRY,)


async def test_a_prepared_picture_that_is_gone_waits_for_a_person(judges: Judges, campaign: Campaign) -> None:
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(LOOSE), version)
    await judges.hear(upload)
    (prepared,) = await judges.told(upload.application_id)
    assert isinstance(prepared, PhotoPrepared)
    await judges.photos.remove(prepared.prepared_key)
    verdict = await judges.judge(accepted_by_student(upload, prepared))
    assert getattr(verdict, "codes", None) == (Reason.JUDGE_FAILED,)


async def test_nothing_is_prepared_for_an_application_that_has_ended(judges: Judges, campaign: Campaign) -> None:
    version = await judges.publish(campaign, processing="auto_crop")
    upload = await uploaded(judges, compose(LOOSE), version)
    await judges.hear(heard(given_up().model_copy(update=about(upload))))
    await judges.hear(upload)
    assert await judges.told(upload.application_id) == []


def test_without_the_network_grabcut_cuts_and_a_configured_network_must_be_there(tmp_path: Path) -> None:
    assert isinstance(open_engine(CutoutSettings(), tmp_path), GrabCut)
    with pytest.raises(ModelError, match="missing"):
        open_engine(CutoutSettings(network=str(tmp_path / "none.onnx")), tmp_path)


async def test_a_judge_whose_configured_network_is_missing_does_not_start(models_dir: Path, tmp_path: Path) -> None:
    other = CutoutSettings(network=str(tmp_path / "none.onnx"), sha256="0" * 64)
    with pytest.raises(ModelError, match="missing"):
        async with JudgePool(models_dir, processes=1, seconds_per_photo=20, cutout=other):
            pass
