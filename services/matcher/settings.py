"""What can be configured: the only file of this service that reads the environment."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="MATCHER_", extra="ignore")

    roster_max_bytes: int = Field(20 * 2**20, gt=0)  # 100,000 rows of eight columns are 6 MB as XLSX, 12 MB as CSV
    capture_url: str = ""  # of the unit that decodes capture codes, for campaigns that identify by them
    capture_key: SecretStr = SecretStr("")  # our key at that unit
    card_processes: int = Field(1, ge=1)  # that read pictures of documents
    card_seconds: float = Field(20.0, gt=0)  # for one picture; then it is tried once more
