"""What can be configured: every field is SANDBOX_<FIELD> in the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The accounts the sandbox plays, and the keys on its side of each protocol."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 0

    wechat_appid: str
    wechat_secret: SecretStr

    mchid: str
    merchant_public_key_file: Path
    merchant_cert_serial: str
    platform_private_key_file: Path
    platform_public_key_id: str
    apiv3_key: SecretStr = Field(min_length=32, max_length=32)

    sms_secret_id: str
    sms_secret_key: SecretStr
    sms_sdk_app_id: str
    receipt_url: str | None = None

    capture_key: SecretStr = SecretStr("")
    """Whoever decodes capture codes must have it."""

    retry_scale: float = Field(default=1.0, gt=0)
    """Multiplies every delay of the notification schedule: 0.001 plays WeChat Pay's 24 h 4 m in 87 s."""
    refund_seconds: float = Field(default=1.0, ge=0)
    """How long a refund stays PROCESSING (really 5 minutes to 3 working days)."""
