"""Tencent's side of the sandbox, asked by the real SDK (blocking, hence the threads)."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models
from tencentcloud.sms.v20210111.sms_client import SmsClient

from tests.sandbox.serving import Receiver

PHONE = "+8613800138000"


def client(sandbox_url: str, secret_key: str = "sms-secret") -> SmsClient:
    profile = HttpProfile(protocol="http", endpoint=sandbox_url.removeprefix("http://"), reqTimeout=2)
    return SmsClient(Credential("AKIDsandbox", secret_key), "ap-guangzhou", ClientProfile(httpProfile=profile))


async def send(sms: SmsClient) -> Any:
    request = models.SendSmsRequest()
    request.PhoneNumberSet = [PHONE]
    request.SmsSdkAppId, request.TemplateId, request.SignName = "1400006666", "T9", "易拍数码"
    request.TemplateParamSet, request.SessionContext = ["毛小小", "已通过"], "message-1"
    return (await asyncio.to_thread(sms.SendSms, request)).SendStatusSet[0]


async def look_up(sms: SmsClient) -> Any:
    request = models.PullSmsSendStatusByPhoneNumberRequest()
    request.BeginTime, request.Offset, request.Limit = int(time.time()) - 60, 0, 10
    request.PhoneNumber, request.SmsSdkAppId = PHONE, "1400006666"
    return (await asyncio.to_thread(sms.PullSmsSendStatusByPhoneNumber, request)).PullSmsSendStatusSet


async def test_an_sms_is_sent_and_its_receipt_is_pushed(
    sandbox_url: str, http: httpx.AsyncClient, receiver: Receiver
) -> None:
    status = await send(client(sandbox_url))
    assert (status.Code, status.SessionContext) == ("Ok", "message-1")
    for _ in range(200):
        if receiver.requests:
            break
        await asyncio.sleep(0.02)
    [receipt] = json.loads(receiver.requests[0][1])
    assert (receipt["sid"], receipt["report_status"]) == (status.SerialNo, "SUCCESS")
    [shown] = (await http.get("/play/messages", params={"phone": "13800138000"})).json()["sms"]
    assert shown["params"] == ["毛小小", "已通过"]


async def test_a_request_signed_with_another_key_sends_nothing(sandbox_url: str, http: httpx.AsyncClient) -> None:
    with pytest.raises(TencentCloudSDKException, match="SignatureFailure"):
        await send(client(sandbox_url, "another"))
    assert (await http.get("/play/messages")).json()["sms"] == []


async def test_a_number_over_its_limit_is_an_answer_and_not_an_error(sandbox_url: str, http: httpx.AsyncClient) -> None:
    await http.post("/play/triggers", json={"call": "sms", "name": "limit", "who": PHONE})
    assert (await send(client(sandbox_url))).Code == "LimitExceeded.PhoneNumberDailyLimit"


async def test_an_sms_that_was_sent_without_an_answer_can_be_looked_up(
    sandbox_url: str, http: httpx.AsyncClient
) -> None:
    await http.post("/play/triggers", json={"call": "sms", "name": "done_then_dropped"})
    with pytest.raises(TencentCloudSDKException):
        await send(client(sandbox_url))
    [found] = await look_up(client(sandbox_url))
    assert (found.SessionContext, found.ReportStatus) == ("message-1", "SUCCESS")


async def test_a_report_is_pulled_once(sandbox_url: str) -> None:
    sms = client(sandbox_url)
    await send(sms)
    request = models.PullSmsSendStatusRequest()
    request.Limit, request.SmsSdkAppId = 10, "1400006666"
    pulled = [(await asyncio.to_thread(sms.PullSmsSendStatus, request)).PullSmsSendStatusSet for _ in range(2)]
    assert [len(statuses) for statuses in pulled] == [1, 0]
