"""What a test of a whole life does again and again: judge, pay, tap a button of the photo."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.intake.campaigns import publish
from shared.campaign import Campaign
from shared.events import (
    PaymentSucceeded,
    PhotoSubmitted,
)
from tests.intake.conftest import BUCT, Intake, Student
from tests.kafka import until

DAY = timedelta(days=1)


async def publish_as(door: Intake, name: str, **policies: Any) -> Campaign:
    campaign = BUCT.model_copy(update={"id": name} | policies)
    await publish(door.service.outbox, campaign)
    return campaign


async def judged(door: Intake, student: Student, revision: int = 1, by: str = "judge") -> dict[str, Any]:
    fact = await newest(door, student)
    return {
        **student.named,
        "photo_id": fact.photo_id,
        "attempt": fact.attempt,
        "revision": revision,
        "decided_by": by,
    }


async def newest(door: Intake, student: Student) -> PhotoSubmitted:
    attempt = (await student.state())["photo"]["attempt"]

    async def is_told() -> bool:
        return any(str(fact.application_id) == student.id and fact.attempt == attempt for fact in await told())

    async def told() -> list[PhotoSubmitted]:
        return await door.told(PhotoSubmitted)

    await until(is_told, what=f"attempt {attempt}")
    return next(fact for fact in await told() if str(fact.application_id) == student.id and fact.attempt == attempt)


async def photo(student: Student, what: str, status: int = 200) -> dict[str, Any]:
    photo_id = (await student.state())["photo"]["photo_id"]
    answer = await student.post(f"/photos/{photo_id}/{what}")
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def acts(state: dict[str, Any]) -> set[str]:
    return {each["action"] for each in state["actions"]}


async def pay(student: Student, order_no: str = "0000-20200714160054374") -> None:
    about = {**student.named, "order_no": order_no, "amount_fen": 2000}
    await student.intake.teller.tell(PaymentSucceeded(**about, how="wechat", paid_at=datetime.now(UTC)))
