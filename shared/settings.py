"""What every service is configured with. Only this module and each service's own settings.py read the environment.

Shared connections have unprefixed names (KAFKA_…, S3_…, SEAL_…); what belongs to one service has its prefix.
"""

import base64
import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.clock import Clock
from shared.sealed import Sealer

# Every secret in .env.example begins with it, or with its base64: production refuses both.
EXAMPLE = "example-not-a-secret"
EXAMPLE_BASE64 = base64.b64encode(EXAMPLE[:18].encode()).decode()


class KafkaSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="KAFKA_", extra="ignore", hide_input_in_errors=True)

    bootstrap_servers: str  # host:port[,host:port…]
    topic_prefix: str = ""  # tests share one broker
    partitions: int = 6  # of each topic: the most consumers of one topic that can share its work
    replication: int = 1  # copies of each topic: 3 on a cluster of three brokers or more
    session_timeout_ms: int = 30_000  # so long without a heartbeat, and a consumer's work goes to another
    max_poll_interval_ms: int = 300_000  # so long with one message, and the consumer is taken for hung


class StoreSettings(BaseSettings):
    """Any S3: the object store the photos, rosters and bundles lie in."""

    model_config = SettingsConfigDict(env_prefix="S3_", extra="ignore", hide_input_in_errors=True)

    endpoint: str  # http://host:port
    access_key: str
    secret_key: SecretStr
    bucket_prefix: str = ""  # tests share one store


class SealSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SEAL_", extra="ignore", hide_input_in_errors=True)

    keys: SecretStr  # "k1:<base64 of 32 bytes>,k0:<…>": the first seals, all open
    lookup_key: SecretStr  # base64 of 32 bytes; finds a sealed number again without opening it

    def sealer(self) -> Sealer:
        pairs = (pair.split(":", 1) for pair in self.keys.get_secret_value().split(","))
        keys = {key_id: base64.b64decode(key) for key_id, key in pairs}
        return Sealer(keys, base64.b64decode(self.lookup_key.get_secret_value()))


class WeChatSettings(BaseSettings):
    """The mini-program's account at WeChat's own API."""

    model_config = SettingsConfigDict(env_prefix="WECHAT_", extra="ignore", hide_input_in_errors=True)

    url: str = "https://api.weixin.qq.com"
    appid: str  # of the mini-program
    secret: SecretStr


class CommonSettings(BaseSettings):
    """What services have in common beside their connections."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    # production: example values and a moved clock are refused, cookies are for https only
    mode: Literal["development", "production"] = "development"
    clock_file: Path | None = None  # seconds to add to now: tests and the demo only
    link_key: SecretStr  # signs the short-lived links to pictures and bundles
    staff_file: Path | None = None  # TOML: who may sign in at the desks, with which roles
    staff_cookie_key: SecretStr = SecretStr("")  # signs the cookie of a signed-in member of staff

    @model_validator(mode="after")
    def _refuse_examples(self) -> Self:
        """In production mode no variable of this process, and no staff list, may be the published example."""
        if self.mode == "production":
            examples = [name for name, value in os.environ.items() if EXAMPLE in value or EXAMPLE_BASE64 in value]
            if self.staff_file and self.staff_file.is_file() and EXAMPLE in self.staff_file.read_text(encoding="utf-8"):
                examples.append("STAFF_FILE")
            if examples:
                names = ", ".join(sorted(examples))
                raise ValueError(f"{names}: example values, which everybody knows; put your own before MODE=production")
        return self

    def clock(self) -> Clock:
        if self.clock_file and self.mode == "production":
            raise ValueError("CLOCK_FILE moves the clock: unset it in production")
        return Clock(self.clock_file)


class ServiceSettings(BaseSettings):
    """The first four of every service; a service adds its own and sets env_prefix to its name."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    database_url: str  # postgresql+asyncpg://…
    host: str = "127.0.0.1"  # the address it listens on
    port: Annotated[int, Field(ge=0, le=65535)] = 0  # 0: the kernel chooses
    public_url: str = ""  # how others reach this service; empty: http://host:port


class Connections(BaseSettings):
    """The shared groups, read together once by a service's settings."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    kafka: KafkaSettings = Field(default_factory=lambda: KafkaSettings())
    store: StoreSettings = Field(default_factory=lambda: StoreSettings())
    seal: SealSettings = Field(default_factory=lambda: SealSettings())
    common: CommonSettings = Field(default_factory=lambda: CommonSettings())


def database_url_of(service: str) -> str:
    """<SERVICE>_DATABASE_URL, for the one-shot steps that belong to no service's process."""

    class Url(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix=f"{service.upper()}_", extra="ignore", hide_input_in_errors=True)

    return Url().database_url
