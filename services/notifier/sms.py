"""Tencent Cloud's SMS, API 2021-01-11, through its own SDK: blocking, hence in a thread."""

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models
from tencentcloud.sms.v20210111.sms_client import SmsClient

from services.notifier.settings import Settings

TIMEOUT_S = 10  # the SDK's own is 60, as long as an errand's lease
NO_ANSWER = ("ClientNetworkError", "ServerNetworkError")  # the SDK's names for a broken line and for anything but 200
NOT_NOW = ("RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit")


class SmsRefused(Exception):
    """A final no; `code` is Tencent's, such as LimitExceeded.PhoneNumberDailyLimit."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the SMS gateway refused: {code}")
        self.code = code


class SmsUnavailable(Exception):
    """No usable answer. `perhaps_sent`: the request may have got through, look it up before sending again."""

    def __init__(self, code: str, *, perhaps_sent: bool) -> None:
        super().__init__(f"the SMS gateway gave no usable answer: {code}")
        self.perhaps_sent = perhaps_sent


class Sms:
    """One SMS application. Every call raises SmsRefused or SmsUnavailable.

    `context` is our own id of a message: it comes back in the carrier's report (Tencent switches that on per
    application, on request), so it tells our message from others to the same number.
    """

    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.sms_url)
        # The retryer the SDK offers repeats timeouts, which is a second SMS: none is set.
        http = HttpProfile(protocol=address.scheme, endpoint=address.netloc, reqTimeout=TIMEOUT_S)
        credential = Credential(settings.sms_secret_id, settings.sms_secret_key.get_secret_value())
        self._client = SmsClient(credential, settings.sms_region, ClientProfile(httpProfile=http))
        self._settings = settings

    async def send(self, phone: str, template_id: str, parameters: tuple[str, ...], context: str) -> str:
        """phone: E.164. Returns the serial number under which the receipt will come."""
        asked = models.SendSmsRequest()
        asked.PhoneNumberSet = [phone]
        asked.SmsSdkAppId = self._settings.sms_sdk_app_id
        asked.SignName = self._settings.sms_sign_name
        asked.TemplateId = template_id
        asked.TemplateParamSet = list(parameters)
        asked.SessionContext = context
        answer = await self._call(self._client.SendSms, asked)
        [status] = answer.SendStatusSet
        if status.Code in NOT_NOW:
            raise SmsUnavailable(status.Code, perhaps_sent=False)
        if status.Code != "Ok":
            raise SmsRefused(status.Code)
        return str(status.SerialNo)

    async def find(self, phone: str, since: datetime, context: str) -> str | None:
        """The serial number of an SMS the gateway took since then (at most seven days ago), or None: not reported."""
        asked = models.PullSmsSendStatusByPhoneNumberRequest()
        asked.BeginTime = int(since.timestamp())
        asked.Offset, asked.Limit = 0, 100
        asked.PhoneNumber = phone
        asked.SmsSdkAppId = self._settings.sms_sdk_app_id
        answer = await self._call(self._client.PullSmsSendStatusByPhoneNumber, asked)
        ours = (str(each.SerialNo) for each in answer.PullSmsSendStatusSet if each.SessionContext == context)
        return next(ours, None)

    async def _call(self, method: Any, asked: Any) -> Any:
        try:
            return await asyncio.to_thread(method, asked)
        except TencentCloudSDKException as error:
            # Its own message may hold the whole answer, and with it the phone number.
            code = str(error.code)
            if code in NO_ANSWER:
                raise SmsUnavailable(code, perhaps_sent=not _never_connected(error)) from None
            if code in NOT_NOW:
                raise SmsUnavailable(code, perhaps_sent=False) from None
            if error.requestId is None or code.startswith("InternalError"):
                raise SmsUnavailable(code, perhaps_sent=True) from None
            raise SmsRefused(code) from None


def _never_connected(error: TencentCloudSDKException) -> bool:
    line = error.__context__
    if isinstance(line, requests.ConnectTimeout):
        return True
    reason = getattr(line.args[0], "reason", None) if isinstance(line, requests.ConnectionError) and line.args else None
    return type(reason).__name__ == "NewConnectionError"
