"""Composed photos, kept: making one takes longer than judging it, and every run makes the same ones.

They lie in the user's cache. The folder is named by everything that a photo is made with, so that whoever changes how
photos are composed has all of them made anew.
"""

import hashlib
import pickle
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import PIL

from tests.portraits import compose as composing
from tests.portraits import coverings, cutouts, defects, provenance
from tests.portraits.compose import Portrait, Recipe

UNUSED_DAYS = 3  # then the photos of another way to compose are gone


def compose(recipe: Recipe) -> Portrait:
    """What compose.compose gives, byte for byte."""
    kept = _folder() / hashlib.sha256(repr(recipe).encode()).hexdigest()
    if kept.exists():
        portrait: Portrait = pickle.loads(kept.read_bytes())
        return portrait
    portrait = composing.compose(recipe)
    with tempfile.NamedTemporaryFile(dir=_folder(), delete=False) as unfinished:
        unfinished.write(pickle.dumps(portrait))
    Path(unfinished.name).replace(kept)  # whole or not at all: other processes look here too
    return portrait


@cache
def _folder() -> Path:
    """Of these makers; those of others that nobody has used lately are removed."""
    modules = (composing, coverings, cutouts, defects, provenance)
    made_with = b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
    made_with += repr((cv2.__version__, np.__version__, PIL.__version__)).encode()
    made_with += repr([cutouts.path_of(name) for name in cutouts.FACES]).encode()
    folder = cutouts.folder() / f"album-{hashlib.sha256(made_with).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    folder.touch()
    for other in cutouts.folder().glob("album-*"):
        if time.time() - other.stat().st_mtime > UNUSED_DAYS * 24 * 60 * 60:
            shutil.rmtree(other, ignore_errors=True)
    return folder
