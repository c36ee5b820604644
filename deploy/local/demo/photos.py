"""The photos that are uploaded, composed once per clone: making them takes longer than judging them."""

import hashlib
import io
import pickle
from pathlib import Path

from PIL import Image

from deploy.local.demo.fates import recipe
from deploy.local.state import LOCAL
from tests.portraits import compose, cutouts, recipes

Frame = tuple[int, int, int]  # left, top, width, in pixels of the upload

_MADE_BY = b"".join(Path(str(module.__file__)).read_bytes() for module in (compose, cutouts, recipes))


def photo_file(photo: str, number: int) -> tuple[bytes, Frame]:
    """The file of a fate's photo (fates.recipe), and the frame that the student chooses."""
    portrait = _composed(recipe(photo, number))
    if photo == "png":
        file = io.BytesIO()
        Image.open(io.BytesIO(portrait.jpeg)).resize((600, 800)).save(file, "PNG")
        return file.getvalue(), (0, 0, 600)
    if photo == "cut_off":
        return portrait.jpeg[: len(portrait.jpeg) // 2], portrait.frame
    return portrait.jpeg, portrait.frame


def middle_of(picture: bytes) -> Frame:
    """The largest 3:4 frame in the middle of somebody's own picture."""
    width, height = Image.open(io.BytesIO(picture)).size
    frame_width = min(width, height * 3 // 4)
    return (width - frame_width) // 2, (height - frame_width * 4 // 3) // 2, frame_width


def _composed(wanted: compose.Recipe) -> compose.Portrait:
    key = hashlib.sha256(_MADE_BY + repr(wanted).encode()).hexdigest()
    kept = LOCAL / "photos" / f"{key}.pickle"
    if kept.exists():
        portrait: compose.Portrait = pickle.loads(kept.read_bytes())
        return portrait
    portrait = compose.compose(wanted)
    kept.parent.mkdir(parents=True, exist_ok=True)
    unfinished = kept.with_name(f"{key}.{id(portrait)}")
    unfinished.write_bytes(pickle.dumps(portrait))
    unfinished.replace(kept)
    return portrait
