"""What can be configured."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="INTAKE_", extra="ignore")

    token_key: SecretStr  # signs the students' bearer tokens
    token_seconds: int = 2 * 60 * 60
    longest_wait_seconds: int = 25  # of a long poll; WeChat cuts a request off at 60
