"""Tencent Cloud's SMS API (version 2021-01-11) as its SDK calls it: SendSms and the two look-ups, and receipts.

Every answer is 200 with `Response`; the SDK sees an error only under exactly `application/json`.
"""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from deploy.sandbox.answers import answer
from deploy.sandbox.courier import RECEIPT_SECONDS, Courier, Parcel
from deploy.sandbox.ledger import Delivery, Ledger, Sms, now
from deploy.sandbox.settings import Settings
from deploy.sandbox.signatures import SignatureRefused, check_tc3
from deploy.sandbox.triggers import Armed, Triggers

CARRIER_SECONDS = 0.2
"""How long the carrier takes to report (really seconds to hours)."""


class SendSms(BaseModel):
    PhoneNumberSet: list[str] = Field(min_length=1, max_length=200)
    SmsSdkAppId: str
    TemplateId: str
    SignName: str
    TemplateParamSet: list[str] = []
    SessionContext: str = Field("", max_length=512)


class PullSmsSendStatus(BaseModel):
    Limit: int = Field(ge=1, le=100)
    SmsSdkAppId: str


class PullSmsSendStatusByPhoneNumber(BaseModel):
    BeginTime: int
    EndTime: int | None = None
    Offset: int = Field(ge=0)
    Limit: int = Field(ge=1, le=100)
    PhoneNumber: str
    SmsSdkAppId: str


class SmsError(Exception):
    """A refusal of the whole request, by Tencent Cloud's error code."""


class Gateway:
    """The SMS application's account."""

    def __init__(self, settings: Settings, ledger: Ledger, triggers: Triggers, courier: Courier) -> None:
        self._settings, self._ledger, self._triggers, self._courier = settings, ledger, triggers, courier

    def send(self, body: bytes, armed: Armed | None) -> dict[str, object]:
        asked = SendSms.model_validate_json(body)
        self._check_application(asked.SmsSdkAppId)
        limited = armed is not None and armed.name == "limit"
        statuses = [self._send_one(asked, phone, limited) for phone in asked.PhoneNumberSet]
        return {"SendStatusSet": statuses}

    def pull(self, body: bytes) -> dict[str, object]:
        """Reports that nobody has pulled yet, each once."""
        asked = PullSmsSendStatus.model_validate_json(body)
        self._check_application(asked.SmsSdkAppId)
        waiting = [sms for sms in self._ledger.sms if sms.report and not sms.report_pulled][: asked.Limit]
        for sms in waiting:
            sms.report_pulled = True
        return {"PullSmsSendStatusSet": [_status(sms) for sms in waiting]}

    def pull_by_phone(self, body: bytes) -> dict[str, object]:
        """Reports of one number in a period; may be asked again."""
        asked = PullSmsSendStatusByPhoneNumber.model_validate_json(body)
        self._check_application(asked.SmsSdkAppId)
        end = asked.EndTime or now().timestamp() + 1
        found = [
            sms
            for sms in self._ledger.sms
            if sms.report and sms.phone == asked.PhoneNumber and asked.BeginTime <= sms.sent_at.timestamp() <= end
        ]
        return {"PullSmsSendStatusSet": [_status(sms) for sms in found[asked.Offset :][: asked.Limit]]}

    def _check_application(self, sms_sdk_app_id: str) -> None:
        if sms_sdk_app_id != self._settings.sms_sdk_app_id:
            raise SmsError("UnauthorizedOperation.SmsSdkAppIdVerifyFail")

    def _send_one(self, asked: SendSms, phone: str, limited: bool) -> dict[str, object]:
        status: dict[str, object] = {"PhoneNumber": phone, "SessionContext": asked.SessionContext}
        if limited:
            code = "LimitExceeded.PhoneNumberDailyLimit"
            message = "the number of sms messages sent from a single mobile number per day exceeds the limit"
            return status | {"SerialNo": "", "Fee": 0, "Code": code, "Message": message, "IsoCode": ""}
        sms = Sms(
            phone,
            asked.TemplateId,
            asked.TemplateParamSet,
            asked.SignName,
            asked.SessionContext,
            serial_no=f"2640:{uuid4().int % 10**24:024d}",
            sent_at=now(),
        )
        self._ledger.sms.append(sms)
        self._report(sms)
        sent = {"SerialNo": sms.serial_no, "Fee": 1, "Code": "Ok", "Message": "send success", "IsoCode": "CN"}
        return status | sent

    def _report(self, sms: Sms) -> None:
        """The carrier reports a moment later; the report is pushed where an address is configured."""
        armed = self._triggers.take("receipt", sms.phone)
        how = armed.name if armed else ""
        if how == "not_sent":
            return
        sms.report = "FAIL" if how == "fails" else "SUCCESS"
        sms.reported_at = now()
        if self._settings.receipt_url is None:
            return
        parcel = Parcel(self._settings.receipt_url, lambda: _receipt(sms), _taken, RECEIPT_SECONDS)
        delay = armed.value if armed and how == "late" else CARRIER_SECONDS
        for _ in range(2 if how == "twice" else 1):
            sms.delivery = Delivery("sms receipt", sms.serial_no)
            self._courier.send(sms.delivery, parcel, delay)


def _status(sms: Sms) -> dict[str, object]:
    reported_at = sms.reported_at or sms.sent_at
    return {
        "UserReceiveTime": int(reported_at.timestamp()),
        "CountryCode": "86",
        "SubscriberNumber": sms.phone.removeprefix("+86"),
        "PhoneNumber": sms.phone,
        "SerialNo": sms.serial_no,
        "ReportStatus": sms.report,
        "Description": "DELIVRD" if sms.report == "SUCCESS" else "UNDELIV",
        "SessionContext": sms.session_context,
    }


def _receipt(sms: Sms) -> tuple[dict[str, str], str]:
    status = _status(sms)
    received_at = datetime.fromtimestamp(int(str(status["UserReceiveTime"]))).astimezone()
    receipt = {
        "user_receive_time": received_at.strftime("%Y-%m-%d %H:%M:%S"),
        "nationcode": "86",
        "mobile": status["SubscriberNumber"],
        "report_status": status["ReportStatus"],
        "errmsg": status["Description"],
        "description": "用户短信送达成功" if sms.report == "SUCCESS" else "用户短信送达失败",
        "sid": sms.serial_no,
    }
    return {"Content-Type": "application/json"}, json.dumps([receipt], ensure_ascii=False)


def _taken(response: httpx.Response) -> bool:
    """Tencent takes 200 with result 0 as received."""
    try:
        content = response.json()
    except ValueError:
        return False
    return response.status_code == 200 and isinstance(content, dict) and content.get("result") == 0


def routes(settings: Settings, ledger: Ledger, triggers: Triggers, courier: Courier) -> APIRouter:
    router = APIRouter(tags=["SMS"])
    gateway = Gateway(settings, ledger, triggers, courier)
    actions: dict[str, Callable[[bytes, Armed | None], dict[str, object]]] = {
        "SendSms": gateway.send,
        "PullSmsSendStatus": lambda body, _: gateway.pull(body),
        "PullSmsSendStatusByPhoneNumber": lambda body, _: gateway.pull_by_phone(body),
    }

    @router.post("/")
    async def call(request: Request) -> Response:
        body = await request.body()
        action = request.headers.get("x-tc-action", "")

        async def checked(armed: Armed | None) -> Response:
            return JSONResponse({"Response": done(armed) | {"RequestId": str(uuid4())}})

        def done(armed: Armed | None) -> dict[str, object]:
            try:
                secret_key = settings.sms_secret_key.get_secret_value()
                check_tc3(settings.sms_secret_id, secret_key, request.headers, body)
                if action not in actions:
                    raise SmsError("InvalidAction")
                return actions[action](body, armed)
            except (SignatureRefused, SmsError) as error:
                return _error(str(error), "refused by the sandbox")
            except ValidationError as error:
                return _error("InvalidParameter", str(error))

        return await answer(triggers, "sms" if action == "SendSms" else "", body.decode(), checked)

    return router


def _error(code: str, message: str) -> dict[str, object]:
    return {"Error": {"Code": code, "Message": message}}
