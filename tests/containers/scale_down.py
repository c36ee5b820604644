"""python -m tests.containers.scale_down: deadline night in containers, and the end of it, in mid-load.

Four validators share a queue of photos. While it is half done one of them is killed, then all but one are scaled
away. Every photo must get its verdict, once: in what intake tells the students, in the topic, and in the database.
"""

import asyncio
import re
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, aclosing

import httpx
from rich.console import Console

from deploy.compose.demo import running_containers
from deploy.compose.stack import ComposeStack
from deploy.local.campaigns import open_campaigns
from deploy.local.demo import offices
from deploy.local.demo.arriving import arrive
from deploy.local.demo.fates import FATES
from deploy.local.demo.people import roster_file, roster_of
from deploy.local.demo.student import Student
from deploy.local.keys import STAFF
from deploy.local.state import LOCAL, StateDir
from shared.http import http_client

CAMPAIGN = "buct-2020-summer"
STUDENTS, VALIDATORS = 120, 4
GOOD = next(fate for fate in FATES if fate.name == "paid")
VERDICTS = ("photo.accepted.v1", "photo.refused.v1", "photo.referred.v1")


async def play(stack: ComposeStack, say: Console) -> list[str]:
    """What went wrong; empty when nothing did."""
    await open_campaigns(stack, (CAMPAIGN,))
    async with AsyncExitStack() as clients:
        intake, sandbox = [
            await clients.enter_async_context(http_client(stack.url(name), timeout=60))
            for name in ("intake", "sandbox")
        ]
        students = await _students(stack, intake, sandbox)
        started = time.monotonic()
        uploads = [asyncio.create_task(student.hand_in("compliant")) for student in students]
        await _judged(students, STUDENTS // 8)
        shares = await _shares(stack)
        say.print(f"{sum(shares.values())} photos judged, by validator: {shares}")
        await stack.kill("validator", 2)
        say.print(f"{_count(students)} students have their verdict: killed validator 2")
        await _judged(students, STUDENTS // 2)
        await stack.scale(1)
        say.print(f"{_count(students)} students have their verdict: scaled down to one validator")
        ended = await asyncio.gather(*uploads, return_exceptions=True)
        say.print(f"{STUDENTS} photos in {time.monotonic() - started:.0f} s")
        await asyncio.gather(*(student.refresh() for student in students))
    wrong = [f"student {number}: {end!r}" for number, end in enumerate(ended) if end is not None]
    if len(shares) < VALIDATORS or not all(shares.values()):
        wrong.append(f"the work was not shared by all {VALIDATORS}: {shares}")
    return wrong + _not_once(students) + await _lost_in_topics(stack, say) + await _missing_in_database(stack)


async def _students(stack: ComposeStack, intake: httpx.AsyncClient, sandbox: httpx.AsyncClient) -> list[Student]:
    """On the roster, identified, with a photo in hand."""
    campaign = (await intake.get(f"/v1/campaigns/{CAMPAIGN}")).raise_for_status().json()
    people = roster_of(campaign["school_code"], STUDENTS, 0)
    matcher = await offices.sign_in(stack.url("matcher"), STAFF["school"], stack.keys.staff_password)
    async with aclosing(matcher):
        await offices.hand_in_roster(matcher, CAMPAIGN, roster_file(people))
    students = [
        Student(number, GOOD, campaign, person, person, intake, sandbox) for number, person in enumerate(people)
    ]
    few = asyncio.Semaphore(6)

    async def bring(student: Student) -> None:
        async with few:
            await student.prepare()
            await arrive(student)

    await asyncio.gather(*(bring(student) for student in students))
    return students


def _count(students: list[Student]) -> int:
    return sum(bool(student.pictures) for student in students)


async def _judged(students: list[Student], count: int) -> None:
    """Waits until so many students see their verdict. Raises TimeoutError."""
    async with asyncio.timeout(120):
        while _count(students) < count:
            await asyncio.sleep(0.05)


async def _shares(stack: ComposeStack) -> dict[int, int]:
    """How many photos each validator has finished, by its number."""
    counted = r'gradphoto_heard_total\{[^}]*topic="photo\.queued\.v1"[^}]*\} (\d+)'
    ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/metrics').read().decode())"

    async def share(number: int) -> int:
        metrics = await stack.compose("exec", "-T", "--index", str(number), "validator", "python", "-c", ask)
        return sum(int(float(count)) for count in re.findall(counted, metrics))

    numbers = range(1, VALIDATORS + 1)
    return dict(zip(numbers, await asyncio.gather(*(share(number) for number in numbers)), strict=True))


def _not_once(students: list[Student]) -> list[str]:
    """What intake's timelines say: one verdict for each student."""
    wrong = []
    for student in students:
        verdicts = [each["what"] for each in student.state["timeline"] if each["what"] in VERDICTS]
        if len(verdicts) != 1:
            wrong.append(f"student {student.number} has the verdicts {verdicts}")
    return wrong


async def _lost_in_topics(stack: ComposeStack, say: Console) -> list[str]:
    """Intake's groups: everything told is heard, and no less was told than students upload. More may be: a fact whose
    teller was killed before it could note so is told again under the same id, and intake hears it once."""
    tool = ("/opt/kafka/bin/kafka-consumer-groups.sh", "--bootstrap-server", "localhost:9092", "--describe")
    groups = [word for topic in VERDICTS for word in ("--group", f"intake.{topic}")]
    table = await stack.compose("exec", "-T", "kafka", *tool, *groups)
    rows = [line.split() for line in table.splitlines() if line.startswith("intake.photo.")]
    told, heard = Counter[str](), Counter[str]()
    for _, topic, _, heard_until, end, *_ in rows:
        told[topic] += int(end)
        heard[topic] += int(heard_until) if heard_until != "-" else 0  # nothing was ever there to hear
    say.print(f"told: {dict(told)}")
    lag = told.total() - heard.total()
    wrong = [f"{lag} verdicts are told and not heard"] if lag else []
    return wrong + ([] if told.total() >= STUDENTS else [f"{told.total()} verdicts were told for {STUDENTS} photos"])


async def _missing_in_database(stack: ComposeStack) -> list[str]:
    """The validator's own tables: a verdict for each case, nothing dead, nothing left to tell."""
    ask = "SELECT (SELECT count(decided_at) FROM cases), (SELECT count(*) FROM outbox WHERE told_at IS NULL)"
    psql = ("psql", "--host", "/var/run/postgresql", "--username", "postgres", "--dbname", "validator", "-At")
    answer = await stack.compose("exec", "-T", "postgres", *psql, "-c", ask)
    return [] if answer.strip() == f"{STUDENTS}|0" else [f"decided|untold is {answer.strip()}, not {STUDENTS}|0"]


async def main() -> int:
    say = Console()
    with StateDir(LOCAL / "scale-down") as state:
        async with running_containers(state, say, validators=VALIDATORS) as stack:
            wrong = await play(stack, say)
    say.print(
        "\n".join(wrong) or f"{STUDENTS} photos, {STUDENTS} verdicts: nothing lost, nothing doubled", markup=False
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
