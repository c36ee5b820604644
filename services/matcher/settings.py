"""What can be configured: the only file of this service that reads the environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MATCHER_", extra="ignore")

    roster_max_bytes: int = Field(20 * 2**20, gt=0)  # 100,000 rows of eight columns are 6 MB as XLSX, 12 MB as CSV
