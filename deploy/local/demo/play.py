"""The play itself, act by act: everybody arrives, uploads, is judged, pays or does not; then the schools fetch theirs.

The clock only moves on: half an hour for an order that times out, a day to a reminder, past the grace for who never
pays, past the week of a resubmission, and past the windows for the check that comes after them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.demo import offices
from deploy.local.demo.arriving import arrive, confirm
from deploy.local.demo.casting import roles_of
from deploy.local.demo.fates import FATES, Claim, Fate, Turn
from deploy.local.demo.people import Person, roster_file, roster_of
from deploy.local.demo.stage import Stage
from deploy.local.demo.student import GaveUp, Student
from deploy.local.keys import STAFF
from shared.http import http_client

ROSTER_SIZE, ROSTER_WITH_PHOTO = 230, 10
TOGETHER = 6  # students at once: enough to keep two cores busy, few enough to measure something
ORDER_TIMES_OUT_SECONDS = 31 * 60
REMINDED_SECONDS = 25 * 60 * 60
GRACE_OVER_SECONDS = (3 * 24 + 1) * 60 * 60
RESUBMISSION_OVER_SECONDS = (7 * 24 + 2) * 60 * 60
WINDOWS_OVER_SECONDS = 12 * 24 * 60 * 60
OFFICES = (
    ("matcher", "matcher", "school"),
    ("review", "review", "reviewer"),
    ("final review", "review", "final reviewer"),
    ("exporter", "exporter", "school"),
)

Advance = Callable[[str, int], None]  # what is going on, how many steps of it are done


@dataclass(frozen=True)
class Played:
    """What came of it: every student with pictures, seconds and timeline in its `state`; the bundles' files."""

    students: list[Student]
    bundles: dict[str, Path]


def is_as_expected(student: Student) -> bool:
    """The stage, the reasons read on the way and what must have happened are those of the fate."""
    fate = student.fate
    happened = {each["what"] for each in student.state.get("timeline", ())}
    read = set(student.reasons)
    if fate.ends is None:
        return student.trouble is None
    return (
        student.trouble is None
        and student.stage == fate.ends
        and read >= {reason.value for reason in fate.reasons}
        and (bool(fate.reasons) or not read)
        and happened >= set(fate.must_happen)
    )


class Play:
    """`own`: pictures of one's own instead of the composed good ones; they may end as they like."""

    def __init__(
        self,
        stack: Stage,
        campaigns: Iterable[str],
        advance: Advance,
        own: Sequence[bytes] = (),
        fates: Sequence[Fate] = FATES,
    ) -> None:
        self._stack = stack
        self._fates = fates
        self._campaign_ids = list(campaigns)
        self._advance = advance
        self._own = own

    async def run(self, folder: Path) -> Played:
        """Raises GaveUp when a school cannot do its work; a student's trouble is kept with the student."""
        async with AsyncExitStack() as stack:
            self._intake = await stack.enter_async_context(http_client(self._stack.url("intake"), timeout=60))
            self._sandbox = await stack.enter_async_context(http_client(self._stack.url("sandbox"), timeout=60))
            self._offices = {}
            for office, service, role in OFFICES:
                self._offices[office] = await self._sign_in(service, role)
                stack.push_async_callback(self._offices[office].aclose)
            students = await self._cast()
            await self._each(students, "making photos", lambda student: student.prepare(), together=2)
            await self._each(students, "arriving", arrive)
            await self._each(_claimed(students, "close_name"), "comparing names", self._compare)
            await self._each(_paying(students), "paying before the photo", _pay_once)
            await self._each(_turned(students, "withdraw"), "withdrawing", lambda student: student.withdraw())
            there = [student for student in students if student.stage == "upload"]
            measured = [student for student in there if student.fate.measured]
            others = [student for student in there if not student.fate.measured]
            await self._each(measured, "uploading, one after another", self._upload_first, together=1)
            await self._each(others, "uploading, all at once", self._upload_all)
            await self._pay(students)
            await self._let_time_pass(students)
            bundles = await self._deliver(students, folder)
            await self._after_the_delivery(students, folder, bundles)
            await self._each(there, "asking once more", lambda student: student.refresh())
            return Played(students, bundles)

    async def _cast(self) -> list[Student]:
        """The schools hand in their rosters; a student for every role."""
        students: list[Student] = []
        for campaign_id in self._campaign_ids:
            answer = await self._intake.get(f"/v1/campaigns/{campaign_id}")
            answer.raise_for_status()
            campaign = answer.json()
            people = roster_of(campaign["school_code"], ROSTER_SIZE, ROSTER_WITH_PHOTO)
            if campaign["identity_strategy"] != "capture_code":  # there the school gives no list
                await self._hand_in_roster(campaign_id, people)
            for role in roles_of(campaign, self._fates, people, first_number=len(students)):
                students.append(Student(*role, self._intake, self._sandbox))
        return students

    async def _hand_in_roster(self, campaign_id: str, people: list[Person]) -> None:
        report = await offices.hand_in_roster(self._offices["matcher"], campaign_id, roster_file(people))
        if report["kept"] != ROSTER_SIZE:
            raise GaveUp(f"{report['kept']} of {ROSTER_SIZE} rows were kept: {report['bad'][:3]}")
        self._advance("handing in rosters", 1)

    async def _upload_first(self, student: Student) -> None:
        await student.hand_in(student.fate.photos[0], self._own[student.number % len(self._own)] if self._own else None)
        await self._see_through(student)

    async def _upload_all(self, student: Student) -> None:
        """One photo after the other until one is taken; what is to be sent back later keeps its second photo."""
        for photo in student.fate.photos[:1] if student.fate.turn == "bounce" else student.fate.photos:
            await student.hand_in(photo)
            await self._see_through(student)
            if student.stage not in ("refused", "upload"):
                return
        if student.fate.turn == "same again":
            await student.hand_in(student.fate.photos[-1])

    async def _see_through(self, student: Student) -> None:
        """The fee where it comes before the review, then whatever people have to say, first and final."""
        if student.stage == "pay" and student.campaign["payment_moment"] != "after_approval":
            if student.fate.pays == "no":
                return
            await _pay_once(student)
            await student.wait_for("refused", "in_review", "complete")
            await student.look_again()
        if student.stage == "refused" and student.fate.turn == "appeal":
            await student.appeal()
        if student.stage == "in_review":
            await self._review(student)

    async def _review(self, student: Student) -> None:
        code = student.fate.reasons[0].value if student.fate.reasons else ""
        for office in ("review", "final review"):
            decision = student.next_decision()
            state = await offices.decide(self._offices[office], student.id, decision == "accept", code)
            if state != "final_review":
                break
        await student.be_reviewed()

    async def _compare(self, student: Student) -> None:
        await offices.compare(self._offices["matcher"], student.campaign["id"], student.id)
        await confirm(student)

    async def _pay(self, students: list[Student]) -> None:
        """Who pays twice lets the first order time out, pays the second, and then the first one's money arrives."""
        accepted = [student for student in students if student.stage in ("approved", "pay") and student.pays_after]
        paying = [student for student in accepted if student.fate.pays == "once"]
        twice = [student for student in accepted if student.fate.pays == "twice"]
        await self._each(paying, "paying", _pay_once)
        await self._each(twice, "ordering", _order)
        self._stack.move_clock(ORDER_TIMES_OUT_SECONDS)
        await self._each(twice, "letting an order time out", lambda each: each.wait_until_happened("payment.closed.v1"))
        await self._each(twice, "paying the second order", _pay_once)
        await self._each(twice, "paying the closed order too", self._pay_the_closed_order)

    async def _pay_the_closed_order(self, student: Student) -> None:
        late = {"notify": "once", "even_if_closed": True}
        answer = await self._sandbox.post(f"/play/orders/{student.orders[0]}/pay", json=late)
        answer.raise_for_status()
        await student.wait_until_happened("payment.refunded.v1")

    async def _let_time_pass(self, students: list[Student]) -> None:
        """A reminder, the end of the grace, the end of a resubmission."""
        unpaid = [student for student in students if student.stage == "pay" and student.fate.pays == "no"]
        self._stack.move_clock(REMINDED_SECONDS)
        await self._each(unpaid, "being reminded", lambda student: student.wait_until_happened("payment.due.v1", 2))
        self._stack.move_clock(GRACE_OVER_SECONDS)
        await self._each(unpaid, "letting the grace end", lambda student: student.wait_for("lapsed"))
        late = _turned(students, "same again")
        self._stack.move_clock(RESUBMISSION_OVER_SECONDS)
        await self._each(late, "letting a resubmission end", lambda student: student.wait_for("lapsed"))

    async def _deliver(self, students: list[Student], folder: Path) -> dict[str, Path]:
        bundles = {}
        self._advance("fetching bundles", 0)
        for campaign_id in dict.fromkeys(student.campaign["id"] for student in students):
            bundles[campaign_id] = await offices.fetch_bundle(self._offices["exporter"], campaign_id, folder)
            self._advance("fetching bundles", 1)
        await self._each(_of(students, "complete"), "being delivered", lambda each: each.wait_for("delivered"))
        return bundles

    async def _after_the_delivery(self, students: list[Student], folder: Path, bundles: dict[str, Path]) -> None:
        """Sent back and taken again, without a fee; found to be retouched; erased."""
        bounced = _turned(students, "bounce")
        await self._each(bounced, "being sent back", self._bounce)
        bundles |= await self._deliver(_of(bounced, "complete"), folder)
        if suspects := _turned(students, "revoke"):
            self._stack.move_clock(WINDOWS_OVER_SECONDS)
            await self._each(suspects, "being checked once more", self._revoke)
        await self._each(_turned(students, "erase"), "being erased", lambda student: student.be_erased())

    async def _bounce(self, student: Student) -> None:
        entry = student.person.entry
        await offices.bounce(self._offices["exporter"], student.campaign["id"], entry.student_no, "CHSI_QUALITY")
        await student.wait_for("refused")
        await student.look_again()
        await student.hand_in(student.fate.photos[-1])
        await self._see_through(student)

    async def _revoke(self, student: Student) -> None:
        photo_id = student.state["photo"]["photo_id"]
        await offices.revoke(self._offices["review"], student.campaign["id"], photo_id)
        await student.wait_for("revoked")
        await student.look_again()

    async def _each(
        self, students: list[Student], act: str, part: Callable[[Student], Awaitable[None]], together: int = TOGETHER
    ) -> None:
        """Everybody plays one act; whoever cannot go on keeps the trouble and leaves the stage."""
        places = asyncio.Semaphore(together)
        if students:
            self._advance(act, 0)

        async def one(student: Student) -> None:
            async with places:
                if student.trouble is None:
                    try:
                        await part(student)
                    except (GaveUp, httpx.HTTPError, TimeoutError) as trouble:
                        student.trouble = f"{act}: {trouble or type(trouble).__name__}"
                self._advance(act, 1)

        await asyncio.gather(*(one(student) for student in students))

    async def _sign_in(self, service: str, role: str) -> httpx.AsyncClient:
        return await offices.sign_in(self._stack.url(service), STAFF[role], self._stack.keys.staff_password)


def _of(students: list[Student], stage: str) -> list[Student]:
    return [student for student in students if student.stage == stage]


def _turned(students: list[Student], turn: Turn) -> list[Student]:
    return [student for student in students if student.fate.turn == turn]


def _claimed(students: list[Student], claim: Claim) -> list[Student]:
    return [student for student in students if student.fate.claim == claim]


def _paying(students: list[Student]) -> list[Student]:
    return [student for student in _of(students, "pay") if student.fate.pays != "no"]


async def _order(student: Student) -> None:
    await student.ask_to_pay()


async def _pay_once(student: Student) -> None:
    await student.pay(await student.ask_to_pay())
