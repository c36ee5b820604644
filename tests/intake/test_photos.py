"""Does a photo go right, over HTTP and facts, from the upload to its last verdict?"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.campaign import Payment, Resubmission, Review, Upload
from shared.events import (
    ApplicationBounced,
    ApplicationDelivered,
    ApplicationLapsed,
    Frame,
    PaymentDue,
    PhotoAccepted,
    PhotoAppealed,
    PhotoPrepared,
    PhotoReferred,
    PhotoRefused,
    PhotoRevoked,
    PhotoUnprepared,
    PhotoUploaded,
    PhotoWithdrawn,
)
from shared.reasons import Reason
from tests.intake.conftest import BUCT, Intake, Student, noise_jpeg
from tests.intake.lives import DAY, acts, judged, newest, pay, photo, publish_as

AT_ORDER = Payment(moment="at_order", fee_fen=2000, order_prefix="0000")
AUTOMATIC: dict[str, Any] = {"processing": "auto_crop", "payment": AT_ORDER}
FRAME = Frame(x=3, y=4, width=600)


async def upload(student: Student, seed: int) -> dict[str, Any]:
    """Where the picture is prepared, no frame is given."""
    file = {"photo": ("a.jpg", noise_jpeg(seed=seed))}
    answer = await student.post("/photos", data={"idempotency_key": str(uuid4())}, files=file)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def prepared(door: Intake, student: Student, times: int) -> dict[str, Any]:
    """The validator answers the nth upload; the object's key."""
    uploaded = await door.until_told(PhotoUploaded, times)
    key = f"{student.id}/{uploaded.sha256}/prepared.jpg"
    await door.pictures.put(key, b"the prepared picture", "image/jpeg")
    fact = PhotoPrepared(**student.named, photo_id=uploaded.photo_id, prepared_key=key, frame=FRAME)
    return await student.hear(fact, "prepared")


async def test_where_processing_is_automatic_the_student_looks_before_the_photo_counts(door: Intake) -> None:
    student = await door.student(await publish_as(door, "auto", **AUTOMATIC), until="confirm")
    state = await upload(student, seed=0)
    assert (state["stage"], state["photo"]["attempt"]) == ("preparing", 0)
    assert (await photo(student, "acceptance", 409))["code"] == "NOT_PREPARED"
    failed = PhotoUnprepared(
        **student.named, photo_id=(await door.until_told(PhotoUploaded)).photo_id, codes=(Reason.FACE_NONE,)
    )
    state = await student.hear(failed, "unprepared")
    assert (state["photo"]["reasons"][0]["code"], state["photo"]["attempt"]) == ("FACE_NONE", 0)

    assert (await upload(student, seed=1))["stage"] == "preparing"
    state = await prepared(door, student, times=2)
    assert (await door.http.get(state["photo"]["prepared"])).content == b"the prepared picture"
    assert {"accept", "retake", "upload"} <= acts(state)
    assert (await photo(student, "retake"))["stage"] == "upload"


async def test_the_prepared_picture_that_is_accepted_is_handed_in_once_and_waits_for_its_fee(door: Intake) -> None:
    student = await door.student(await publish_as(door, "auto", **AUTOMATIC), until="confirm")
    await upload(student, seed=0)
    await prepared(door, student, times=1)
    assert (await photo(student, "acceptance"))["stage"] == "ordering"
    assert (await photo(student, "acceptance"))["photo"]["attempt"] == 1, "tapped twice"
    fact = await newest(door, student)
    assert (fact.prepared_key, fact.frame) == (f"{student.id}/{fact.sha256}/prepared.jpg", FRAME)
    assert (fact.follows, fact.charged_attempt) == ("first", 1)

    due = PaymentDue(**student.named, amount_fen=2000, unpaid_until=BUCT.window.closes_at)
    state = await student.hear(due, "pay")
    assert state["stage_text"] == "请付款"
    assert [(each["what"], each["at"]) for each in state["deadlines"]][-1] == ("pay", state["money"]["unpaid_until"])
    await pay(student)
    await student.until_stage("checking")


async def test_a_source_that_the_campaign_does_not_take_is_refused_at_once(door: Intake) -> None:
    campaign = await publish_as(door, "camera", upload=Upload(sources=("camera",)))
    student = await door.student(campaign, until="confirm")
    for source in ({"source": "album"}, {}):
        answer = await student.upload(noise_jpeg(), **source)
        assert (answer.status_code, answer.json()["code"]) == (422, "UPLOAD_SOURCE")
    assert (await student.upload(noise_jpeg(), source="camera")).status_code == 201


async def test_a_waiting_photo_is_taken_back_and_the_next_costs_nothing(door: Intake) -> None:
    campaign = await publish_as(door, "takes-back", review=Review(people=1, may_withdraw=True))
    student = await door.student(campaign, until="confirm")
    assert (await student.upload(noise_jpeg())).json()["stage"] == "checking"
    about = await judged(door, student)
    state = await student.hear(PhotoReferred(**about, codes=(Reason.REVIEW_PLANNED,)), "in_review")
    assert "take_back" in acts(state)
    assert (await photo(student, "withdrawal"))["stage"] == "upload"
    assert (await door.until_told(PhotoWithdrawn)).attempt == 1
    assert (await student.upload(noise_jpeg(seed=1))).json()["photo"]["attempt"] == 2
    fact = await newest(door, student)
    assert (fact.follows, fact.charged_attempt) == ("withdrawal", 1)


async def test_an_automatic_refusal_is_appealed_once_and_no_deadline_runs_meanwhile(door: Intake) -> None:
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    about, by = await judged(door, student), datetime.now(UTC) + DAY
    state = await student.hear(PhotoRefused(**about, codes=(Reason.BLUR,), resubmit_by=by), "refused")
    assert {"appeal", "upload"} <= acts(state)
    state = await photo(student, "appeal")
    assert (state["stage"], acts(state)) == ("checking", {"withdraw", "erase"})
    assert (await door.until_told(PhotoAppealed)).revision == 1
    door.move_clock(2 * DAY)
    await student.hear(PhotoReferred(**{**about, "revision": 2}, codes=(Reason.APPEALED,)), "in_review")
    final = PhotoRefused(**await judged(door, student, 3, "person"), codes=(Reason.BLUR,), resubmit_by=by + 3 * DAY)
    assert "appeal" not in acts(await student.hear(final, "refused"))
    assert (await photo(student, "appeal", 409))["code"] == "APPEAL_USED"
    assert not await door.told(ApplicationLapsed)


async def test_a_photo_that_comes_back_from_the_school_is_replaced_without_a_fee(door: Intake) -> None:
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    about = await judged(door, student)
    await student.hear(PhotoAccepted(**about, standard_key="s/standard.jpg"), "approved")
    await pay(student)
    await student.until_stage("complete")
    place = {"attempt": 1, "revision": 1}
    state = await student.hear(ApplicationDelivered(**student.named, bundle_id=uuid4(), **place), "delivered")
    assert (await student.post("/withdrawal")).json()["code"] == "DELIVERED"
    by = datetime.now(UTC) + 9 * DAY
    back = ApplicationBounced(**student.named, **place, codes=(Reason.CMP_FAIL,), resubmit_by=by)
    state = await student.hear(back, "refused")
    assert (state["photo"]["reasons"][0]["code"], acts(state) & {"upload", "appeal"}) == ("CMP_FAIL", {"upload"})
    door.move_clock(5 * DAY)  # the window is over, the deadline of the bounce is not
    assert (await student.upload(noise_jpeg(seed=1))).status_code == 201
    fact = await newest(door, student)
    assert (fact.follows, fact.charged_attempt) == ("bounce", 1)


async def test_a_revoked_photo_ends_the_collection_and_says_why(door: Intake) -> None:
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    await student.hear(PhotoAccepted(**await judged(door, student), standard_key="s"), "approved")
    about = await judged(door, student, 2, "person")
    state = await student.hear(PhotoRevoked(**about, codes=(Reason.REVOKED_BEAUTY,), banned=True), "revoked")
    assert (state["reason"]["code"], state["waits_for"], acts(state)) == ("ID_BANNED", "nobody", {"erase"})
    assert state["photo"]["reasons"][0]["code"] == "REVOKED_BEAUTY"
    assert (await student.upload(noise_jpeg(seed=1))).json()["code"] == "ID_BANNED"


async def test_attempts_that_have_run_out_are_said_so(door: Intake) -> None:
    campaign = await publish_as(door, "once", resubmission=Resubmission(attempts_max=1))
    student = await door.student(campaign, until="confirm")
    await student.upload(noise_jpeg())
    await student.hear(PhotoRefused(**await judged(door, student), codes=(Reason.BLUR,)), "refused")
    assert (await student.upload(noise_jpeg(seed=1))).json()["code"] == "ATTEMPTS_USED"
