"""What can be configured?"""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, WeChatSettings

__all__ = ["Settings", "WeChatSettings"]


class Settings(ServiceSettings):
    """The SMS application at Tencent Cloud, and the path its receipts come to."""

    model_config = SettingsConfigDict(env_prefix="NOTIFIER_", extra="ignore")

    sms_url: str = "https://sms.tencentcloudapi.com"
    sms_region: str = "ap-guangzhou"
    sms_secret_id: str
    sms_secret_key: SecretStr
    sms_sdk_app_id: str
    sms_sign_name: str  # the signature filed with the carriers, without 【】
    receipt_secret: SecretStr  # receipts are not signed: who knows this path may push them
