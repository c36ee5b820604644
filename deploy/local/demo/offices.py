"""The people at the other end: the school that hands in its roster and fetches the bundle, the reviewer who decides."""

import asyncio
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.local.demo.student import PATIENCE_SECONDS, GaveUp
from shared.http import http_client


async def sign_in(url: str, name: str, password: str) -> httpx.AsyncClient:
    """A client with the staff cookie; close it. Raises GaveUp."""
    office = http_client(url, timeout=60)
    answer = await office.post("/staff/sign-in", data={"name": name, "password": password})
    if answer.status_code != httpx.codes.SEE_OTHER:
        await office.aclose()
        raise GaveUp(f"{name} cannot sign in at {url}: {answer.status_code}")
    return office


async def hand_in_roster(matcher: httpx.AsyncClient, campaign_id: str, xlsx: bytes) -> dict[str, Any]:
    """The report of the upload. The campaign may still be on its way to matcher: asked again for a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = await matcher.put(f"/campaigns/{campaign_id}/roster", files={"file": ("名单.xlsx", xlsx)})
        if answer.is_success:
            return dict(answer.json())
        if answer.status_code != httpx.codes.NOT_FOUND or time.monotonic() > deadline:
            raise GaveUp(f"the roster of {campaign_id} was not taken: {answer.status_code} {answer.text}")
        await asyncio.sleep(0.2)


async def decide(review: httpx.AsyncClient, application_id: str, accept: bool, code: str) -> str:
    """Finds the photo of this application among those that wait, looks, decides; the state it has then."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            listed = _good(await review.get("/reviews"))["photos"]
            found = [each for each in listed if each["application_id"] == application_id]
            if found:
                break
            await asyncio.sleep(0.2)
    path = f"/reviews/{found[0]['photo_id']}"
    _good(await review.get(path))
    form = {"decision": "accepted"} if accept else {"decision": "refused", "codes": [code]}
    return str(_good(await review.post(path, data=form))["state"])


async def compare(matcher: httpx.AsyncClient, campaign_id: str, application_id: str) -> None:
    """Looks at the name that was typed and the one on the roster: the same person."""
    path = f"/campaigns/{campaign_id}/referrals"
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if application_id in (await matcher.get(path)).text:
                break
            await asyncio.sleep(0.2)
    answer = await matcher.post(f"{path}/{application_id}", data={"decision": "same", "submission": 1})
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise GaveUp(f"the name of {application_id} could not be decided: {answer.status_code}")


async def bounce(exporter: httpx.AsyncClient, campaign_id: str, student_no: str, code: str) -> None:
    """CHSI does not take the photo of this student."""
    form = {"outcome": "bounced", "student_nos": student_no, "code": code}
    if _good(await exporter.post(f"/campaigns/{campaign_id}/outcomes", data=form))["changed"] != 1:
        raise GaveUp(f"the photo of {student_no} could not be sent back")


async def revoke(review: httpx.AsyncClient, campaign_id: str, photo_id: str) -> None:
    """Has the campaign's photos checked once more, and confirms what the check says of this one."""
    _good(await review.post("/technical-checks", data={"campaign_id": campaign_id}))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            suspects = _good(await review.get("/technical-checks"))["suspects"]
            if photo_id in [each["photo_id"] for each in suspects]:
                break
            await asyncio.sleep(0.2)
    _good(await review.get(f"/technical-checks/{photo_id}"))
    _good(await review.post(f"/technical-checks/{photo_id}", data={"decision": "revoked"}))


async def fetch_bundle(exporter: httpx.AsyncClient, campaign_id: str, folder: Path) -> Path:
    """Asks for a bundle, waits until it is published, downloads it."""
    key = {"Idempotency-Key": uuid4().hex}
    asked = _good(await exporter.post(f"/campaigns/{campaign_id}/bundles", headers=key))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        bundles = (await exporter.get(f"/campaigns/{campaign_id}/bundles")).json()
        bundle = next(each for each in bundles if each["bundle_id"] == asked["bundle_id"])
        if bundle["state"] == "published":
            break
        if time.monotonic() > deadline:
            raise GaveUp(f"the bundle of {campaign_id} was not published in {PATIENCE_SECONDS:.0f} s")
        await asyncio.sleep(0.2)
    file = folder / f"{campaign_id}-v{bundle['version']}.zip"
    async with exporter.stream("GET", bundle["download"]) as answer:
        answer.raise_for_status()
        with file.open("wb") as body:
            async for chunk in answer.aiter_bytes():
                body.write(chunk)
    return file


def _good(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise GaveUp(f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {answer.text}")
    return dict(answer.json())
