"""The photos that are uploaded."""

import io

from PIL import Image

from deploy.local.demo.fates import recipe
from tests.portraits.album import compose

Frame = tuple[int, int, int]  # left, top, width, in pixels of the upload


def photo_file(photo: str, number: int) -> tuple[bytes, Frame]:
    """The file of a fate's photo (fates.recipe), and the frame that the student chooses."""
    portrait = compose(recipe(photo, number))
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
