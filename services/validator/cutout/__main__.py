"""Brings the network that cuts people out, once per user: `python -m services.validator.cutout`."""

import sys

from services.validator.cutout.network import bring
from services.validator.models import ModelError
from services.validator.settings import CutoutSettings, ModelSettings

try:
    bring(CutoutSettings(), ModelSettings().models_dir)
except ModelError as error:
    sys.exit(str(error))
