"""The play itself, act by act: everybody arrives, uploads, is judged, pays or does not; then the schools fetch theirs.

The clock is moved twice: half an hour for an order that times out, and past the grace for who never pays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.demo import offices
from deploy.local.demo.fates import FATES, Fate
from deploy.local.demo.people import Person, roster_file, roster_of, stranger
from deploy.local.demo.stage import Stage
from deploy.local.demo.student import GaveUp, Student
from deploy.local.keys import STAFF

ROSTER_SIZE, ROSTER_WITH_PHOTO = 230, 10
TOGETHER = 6  # students at once: enough to keep two cores busy, few enough to measure something
ORDER_TIMES_OUT_SECONDS = 31 * 60
REMINDED_SECONDS = 25 * 60 * 60
GRACE_OVER_SECONDS = (3 * 24 + 1) * 60 * 60

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
            self._intake = await stack.enter_async_context(_client(self._stack.url("intake")))
            self._sandbox = await stack.enter_async_context(_client(self._stack.url("sandbox")))
            self._offices = {}
            for service, role in (("matcher", "school"), ("review", "reviewer"), ("exporter", "school")):
                self._offices[service] = await self._sign_in(service, role)
                stack.push_async_callback(self._offices[service].aclose)
            students = await self._cast()
            await self._each(students, "making photos", lambda student: student.prepare(), together=2)
            await self._each(students, "arriving", lambda student: student.arrive())
            there = [student for student in students if student.stage == "upload"]
            measured = [student for student in there if student.fate.measured]
            others = [student for student in there if not student.fate.measured]
            await self._each(measured, "uploading, one after another", self._upload_first, together=1)
            await self._each(others, "uploading, all at once", self._upload_all)
            await self._each(_of(others, "in_review"), "being reviewed", self._review)
            await self._pay(students)
            await self._let_the_grace_end([student for student in students if student.fate.name == "unpaid"])
            bundles = await self._fetch_bundles(folder)
            await self._each(_of(students, "complete"), "being delivered", lambda each: each.wait_for("delivered"))
            await self._each(there, "asking once more", lambda student: student.refresh())
            return Played(students, bundles)

    async def _cast(self) -> list[Student]:
        students: list[Student] = []
        for campaign_id in self._campaign_ids:
            answer = await self._intake.get(f"/v1/campaigns/{campaign_id}")
            answer.raise_for_status()
            campaign = answer.json()
            people = roster_of(campaign["school_code"], ROSTER_SIZE, ROSTER_WITH_PHOTO)
            report = await offices.hand_in_roster(self._offices["matcher"], campaign_id, roster_file(people))
            if report["kept"] != ROSTER_SIZE:
                raise GaveUp(f"{report['kept']} of {ROSTER_SIZE} rows were kept: {report['bad'][:3]}")
            self._advance("handing in rosters", 1)
            students += self._cast_of(campaign, people, len(students))
        return students

    def _cast_of(self, campaign: dict[str, Any], people: list[Person], number: int) -> list[Student]:
        """One student per role; those with a photo come from the end of the roster, the others from its start."""
        roles = [
            fate
            for fate in self._fates
            if campaign["id"].split("-")[0] in fate.campaigns
            for _ in range(fate.per_campaign)
        ]
        free, with_photo = iter(people), iter(reversed(people))
        students = []
        for fate in roles:
            person = next(with_photo if fate.claim == "has_photo" else free)
            claims = _claims(fate, person, campaign["school_code"], number)
            students.append(Student(number, fate, campaign, person, claims, self._intake, self._sandbox))
            number += 1
        return students

    async def _upload_first(self, student: Student) -> None:
        await student.submit(student.fate.photos[0], self._own[student.number % len(self._own)] if self._own else None)

    async def _upload_all(self, student: Student) -> None:
        for photo in student.fate.photos:
            await student.submit(photo)

    async def _review(self, student: Student) -> None:
        accept = student.fate.decides == "accept"
        code = student.fate.reasons[0].value if student.fate.reasons else ""
        await offices.decide(self._offices["review"], student.id, accept, code)
        await student.be_reviewed()

    async def _pay(self, students: list[Student]) -> None:
        """Who pays twice lets the first order time out, pays the second, and then the first one's money arrives."""
        accepted = [student for student in students if student.stage in ("approved", "pay")]
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

    async def _let_the_grace_end(self, unpaid: list[Student]) -> None:
        self._stack.move_clock(REMINDED_SECONDS)
        await self._each(unpaid, "being reminded", lambda student: student.wait_until_happened("payment.due.v1", 2))
        self._stack.move_clock(GRACE_OVER_SECONDS)
        await self._each(unpaid, "letting the grace end", lambda student: student.wait_for("lapsed"))

    async def _fetch_bundles(self, folder: Path) -> dict[str, Path]:
        bundles = {}
        self._advance("fetching bundles", 0)
        for campaign_id in self._campaign_ids:
            bundles[campaign_id] = await offices.fetch_bundle(self._offices["exporter"], campaign_id, folder)
            self._advance("fetching bundles", 1)
        return bundles

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
                    except (GaveUp, httpx.HTTPError) as trouble:
                        student.trouble = f"{act}: {trouble or type(trouble).__name__}"
                self._advance(act, 1)

        await asyncio.gather(*(one(student) for student in students))

    async def _sign_in(self, service: str, role: str) -> httpx.AsyncClient:
        return await offices.sign_in(self._stack.url(service), STAFF[role], self._stack.keys.staff_password)


def _client(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=60, trust_env=False)


def _of(students: list[Student], stage: str) -> list[Student]:
    return [student for student in students if student.stage == stage]


def _claims(fate: Fate, person: Person, school_code: str, number: int) -> Person:
    match fate.claim:
        case "stranger":
            return stranger(school_code, number)
        case "wrong_name":
            other = person.entry.model_copy(update={"name": person.entry.name[::-1]})
            return Person(other, person.has_photo, person.phone)
        case _:
            return person


async def _order(student: Student) -> None:
    await student.ask_to_pay()


async def _pay_once(student: Student) -> None:
    await student.pay(await student.ask_to_pay())
