"""How a case ends: by the clock, by the student, by the law; once, whoever restarts."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.intake.campaigns import publish
from services.intake.rules.application import ERASERS
from shared.campaign import Payment, Window
from shared.events import (
    ApplicationDelivered,
    ApplicationLapsed,
    ApplicationWithdrawn,
    ErasureCompleted,
    ErasureRequested,
    PaymentDue,
    PhotoAccepted,
    PhotoRefused,
    ResubmissionDue,
)
from shared.outbox.tables import errands, inbox
from shared.reasons import Reason
from tests.intake.conftest import BUCT, Intake, Student, noise_jpeg
from tests.intake.lives import DAY, acts, judged, pay, publish_as
from tests.kafka import until


async def test_a_refused_photo_is_recalled_once_and_lapses_once_whoever_restarts(door: Intake) -> None:
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    advised, enforced = datetime.now(UTC) + 2 * DAY, datetime.now(UTC) + 7 * DAY
    about = {**await judged(door, student), "codes": (Reason.BLUR,), "resubmit_by": enforced, "advised_by": advised}
    state = await student.hear(PhotoRefused(**about), "refused")
    assert [each["advised"] for each in state["deadlines"]] == [True, False]

    await door.stop()
    door.move_clock(3 * DAY)
    await door.restart()
    assert (await door.until_told(ResubmissionDue)).attempt == 1
    await door.stop()
    door.move_clock(8 * DAY)
    await door.restart()
    assert (await door.until_told(ApplicationLapsed)).reason is Reason.RESUBMIT_LATE
    await door.restart()
    state = await student.state()
    assert (state["stage"], state["reason"]["code"], acts(state)) == ("lapsed", "RESUBMIT_LATE", {"erase"})
    assert (await student.upload(noise_jpeg(seed=1))).json()["code"] == "RESUBMIT_LATE"
    assert (len(await door.told(ResubmissionDue)), len(await door.told(ApplicationLapsed))) == (1, 1)


async def test_a_clock_that_jumps_over_both_dates_lapses_and_recalls_nothing(door: Intake) -> None:
    student = await refused(door)
    await door.stop()
    door.move_clock(8 * DAY)
    await door.restart()
    assert (await door.until_told(ApplicationLapsed)).reason is Reason.RESUBMIT_LATE
    await until_fired(door, student)
    assert await door.told(ResubmissionDue) == []


async def test_the_timers_of_a_photo_that_was_sent_again_find_nothing_to_do(door: Intake) -> None:
    student = await refused(door)
    assert (await student.upload(noise_jpeg(seed=1))).json()["stage"] == "checking"
    assert await open_timers(door, student) == {"recall_photo", "lapse", "erase"}
    door.move_clock(8 * DAY)
    await until_fired(door, student)
    assert (await student.state())["stage"] == "checking"
    assert (await door.told(ResubmissionDue), await door.told(ApplicationLapsed)) == ([], [])


async def refused(door: Intake) -> Student:
    """Advised to send another within two days, and made to within seven."""
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    by = {"advised_by": datetime.now(UTC) + 2 * DAY, "resubmit_by": datetime.now(UTC) + 7 * DAY}
    await student.hear(PhotoRefused(**await judged(door, student), codes=(Reason.BLUR,), **by), "refused")
    return student


async def until_fired(door: Intake, student: Student) -> None:
    async def have_fired() -> bool:
        return await open_timers(door, student) == {"erase"}

    await until(have_fired, what="both timers have fired")


async def open_timers(door: Intake, student: Student) -> set[str]:
    async with door.service.engine.connect() as connection:
        mine = select(errands.c.kind).where(errands.c.subject == student.id, errands.c.done_at.is_(None))
        return set((await connection.execute(mine)).scalars())


async def test_who_paid_and_sent_no_photo_lapses_when_the_window_closes_wherever_that_moves(door: Intake) -> None:
    first = Payment(moment="before_upload", fee_fen=1500)
    campaign = await publish_as(door, "paid-first", payment=first)
    student = await door.student(campaign, until="confirm")
    assert (await student.upload(noise_jpeg())).json()["code"] == "PAY_UNPAID"
    await student.hear(PaymentDue(**student.named, amount_fen=1500, unpaid_until=BUCT.window.closes_at), "pay")
    await pay(student)
    await student.until_stage("upload")

    later = Window(opens_at=BUCT.window.opens_at, closes_at=BUCT.window.closes_at + 10 * DAY)
    await publish(door.service.outbox, campaign.model_copy(update={"version": 2, "window": later}))
    door.move_clock(4 * DAY)
    earlier = Window(opens_at=BUCT.window.opens_at, closes_at=datetime.now(UTC) + 5 * DAY)
    await publish(door.service.outbox, campaign.model_copy(update={"version": 3, "window": earlier}))
    assert (await student.state())["stage"] == "upload", "the window had moved on when the timer fired"
    door.move_clock(6 * DAY)
    assert (await door.until_told(ApplicationLapsed)).reason is Reason.WIN_CLOSED
    assert (await student.state())["stage"] == "lapsed"


@pytest.mark.parametrize("at", ["upload", "checking"])
async def test_a_student_withdraws_and_nothing_moves_the_case_any_more(door: Intake, at: str) -> None:
    student = await door.student(until="confirm")
    if at == "checking":
        await student.upload(noise_jpeg())
    for _ in range(2):
        answer = await student.post("/withdrawal")
        assert (answer.status_code, answer.json()["stage"]) == (200, "withdrawn")
    await door.until_told(ApplicationWithdrawn)
    for path, body in (("/payment", None), ("/contact", {})):
        assert (await student.post(path, json=body)).status_code in (409, 422), path
    assert (await student.upload(noise_jpeg(seed=1))).json()["code"] == "APP_WITHDRAWN"
    if at == "checking":
        late = await door.teller.tell(PhotoAccepted(**await judged(door, student), standard_key="s"))
        await until_heard(door, late)
    state = await student.state()
    assert (state["stage"], state["photo"]["original"]) == ("withdrawn", None)
    assert len(await door.told(ApplicationWithdrawn)) == 1


async def test_an_erasure_leaves_a_tombstone_and_waits_for_everybody(door: Intake) -> None:
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    assert len(await door.pictures.keys(f"{student.id}/")) == 1
    answer = await student.post("/erasure")
    assert (answer.status_code, answer.json()["stage"]) == (202, "erasing")
    asked = await door.until_told(ErasureRequested)
    assert (asked.cause, asked.delivered) == ("student", False)

    async def are_gone() -> bool:
        return not await door.pictures.keys(f"{student.id}/")

    await until(are_gone, what="the pictures are gone")
    for service in sorted(ERASERS - {"intake"}):
        fact = ErasureCompleted(**student.named, service=service, kept=("订单",) if service == "payment" else ())
        await door.teller.tell(fact)
    state = await student.until_stage("erased")
    assert state["erased_by"] == sorted(ERASERS)
    assert (state["entry"], state["photo"]["original"], "订单" in state["kept"]) == (None, None, True)
    assert not any(each["details"] for each in state["timeline"][:5]), "the timeline keeps no details"
    assert (await student.post("/contact", json={})).json()["code"] == "APP_ERASED"
    assert (await student.post("/erasure")).json()["stage"] == "erased"


async def test_what_is_kept_ends_with_the_retention_after_delivery(door: Intake) -> None:
    student = await door.student(until="confirm")
    await student.upload(noise_jpeg())
    await student.hear(PhotoAccepted(**await judged(door, student), standard_key="s"), "approved")
    await pay(student)
    place = {"attempt": 1, "revision": 1}
    await student.hear(ApplicationDelivered(**student.named, bundle_id=uuid4(), **place), "delivered")
    days = BUCT.retention.days_after_delivery
    door.move_clock((days - 1) * DAY)
    await door.restart()
    assert (await student.state())["stage"] == "delivered"
    door.move_clock((days + 1) * DAY)
    asked = await door.until_told(ErasureRequested)
    assert (asked.cause, asked.delivered) == ("retention", True), "payment keeps an earned fee"
    assert (await student.state())["stage"] == "erasing"


async def test_nobody_decides_about_anothers_photo_or_case(door: Intake) -> None:
    student, stranger = await door.student(until="confirm"), await door.student()
    await student.upload(noise_jpeg())
    photo_id = UUID((await student.state())["photo"]["photo_id"])
    theirs = Student(door, stranger.headers, BUCT, student.id)
    for path in ("acceptance", "retake", "withdrawal", "appeal"):
        assert (await theirs.post(f"/photos/{photo_id}/{path}")).status_code == 404, path
    for path in ("/withdrawal", "/erasure"):
        assert (await theirs.post(path)).status_code == 404, path


async def until_heard(door: Intake, fact_id: UUID) -> None:
    async def is_heard() -> bool:
        async with door.service.engine.connect() as connection:
            known = await connection.execute(select(inbox).where(inbox.c.cause_id == str(fact_id)))
            return known.first() is not None

    await until(is_heard, what=f"{fact_id} is heard")
