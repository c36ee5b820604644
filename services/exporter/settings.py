"""What can be configured."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EXPORTER_", extra="ignore")

    # How long a link to a bundle opens it: a whole school's photos are too much to pass around.
    download_seconds: Annotated[int, Field(ge=10, le=300)] = 300
