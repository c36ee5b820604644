"""What can be configured: the only file of this service that reads the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CacheSettings(BaseSettings):
    """Where this user's caches live (XDG Base Directory Specification)."""

    xdg_cache_home: Path = Path("~/.cache")

    @property
    def folder(self) -> Path:
        return self.xdg_cache_home.expanduser() / "gradphoto"


class ModelSettings(BaseSettings):
    """Where the built face models lie; shared by every clone of one user."""

    model_config = SettingsConfigDict(env_prefix="VALIDATOR_")

    models_dir: Path = Field(default_factory=lambda: CacheSettings().folder / "models")
