"""What can be configured: the only file of this service that reads the environment."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import ServiceSettings


class CacheSettings(BaseSettings):
    """Where this user's caches live (XDG Base Directory Specification)."""

    model_config = SettingsConfigDict(extra="ignore")

    xdg_cache_home: Path = Path("~/.cache")

    @property
    def models_dir(self) -> Path:
        return self.xdg_cache_home.expanduser() / "gradphoto" / "models"


class ModelSettings(BaseSettings):
    """Where the built face models lie; shared by every clone of one user."""

    model_config = SettingsConfigDict(env_prefix="VALIDATOR_", extra="ignore")

    models_dir: Path = Field(default_factory=lambda: CacheSettings().models_dir)


class CutoutSettings(BaseSettings):
    """Another network than ISNet to cut people out with; brought by `python -m services.validator.cutout`."""

    model_config = SettingsConfigDict(env_prefix="VALIDATOR_CUTOUT_", extra="ignore")

    network: str = ""  # a path or an https address of an ONNX file; empty: ISNet
    sha256: str = ""  # of that file
    mean: float = 128.0  # it reads (x - mean) / spread of RGB 0..255
    spread: float = Field(256.0, gt=0)  # see the mean


class Settings(ServiceSettings, ModelSettings):
    """The judges."""

    model_config = SettingsConfigDict(env_prefix="VALIDATOR_", extra="ignore")

    # The cores this process may use, not the machine's: a container's share is what counts.
    processes: int = Field(default_factory=lambda: len(os.sched_getaffinity(0)), ge=1)
    seconds_per_photo: float = Field(20.0, gt=0)  # 100 times the usual; the next worker starts in 4 s


class ReviewSettings(ServiceSettings):
    """The reviewers' desk; its database is the judges'."""

    model_config = SettingsConfigDict(env_prefix="REVIEW_", extra="ignore")
