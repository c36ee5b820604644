"""What can be configured: PAYMENT_<FIELD> in the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The merchant's account at WeChat Pay, in public-key mode (all merchants since 2024-09)."""

    model_config = SettingsConfigDict(env_prefix="PAYMENT_", extra="ignore")

    wechatpay_url: str = "https://api.mch.weixin.qq.com"
    appid: str
    mchid: str
    private_key_file: Path  # PKCS#8 PEM
    cert_serial: str
    # 32 bytes; the library would find out only at the first notification
    apiv3_key: SecretStr = Field(min_length=32, max_length=32)
    wechatpay_public_key_file: Path  # SPKI PEM
    wechatpay_public_key_id: str

    @property
    def notify_url(self) -> str:
        """Where WeChat Pay notifies us: https in production, no query, at most 255 characters."""
        return f"{self.public_url or f'http://{self.host}:{self.port}'}/wechatpay/notifications"
