"""Paper photos: one person's sheet of two-inch photos, ready for a photo printer."""

import io

from PIL import Image

DPI = 300  # std 13
SHEET_PX = (1795, 1205)  # 六寸 (152 mm × 102 mm)
PHOTO_PX = (413, 551)  # 二寸: 35 mm wide, as high as the standard photo's proportion makes it
GAP_PX = 12  # to cut along
WHITE = (255, 255, 255)
COLUMNS, ROWS = 4, 2  # what fits


def sheets(standard_jpeg: bytes, copies: int) -> list[bytes]:
    """JPEGs of six-inch sheets with `copies` photos in all, eight on each."""
    with Image.open(io.BytesIO(standard_jpeg)) as photo:
        small = photo.convert("RGB").resize(PHOTO_PX, Image.Resampling.LANCZOS)
    per_sheet = COLUMNS * ROWS
    return [_sheet(small, min(copies - done, per_sheet)) for done in range(0, copies, per_sheet)]


def _sheet(photo: Image.Image, copies: int) -> bytes:
    sheet = Image.new("RGB", SHEET_PX, WHITE)
    width, height = PHOTO_PX
    left = (SHEET_PX[0] - COLUMNS * width - (COLUMNS - 1) * GAP_PX) // 2
    top = (SHEET_PX[1] - ROWS * height - (ROWS - 1) * GAP_PX) // 2
    for number in range(copies):
        row, column = divmod(number, COLUMNS)
        sheet.paste(photo, (left + column * (width + GAP_PX), top + row * (height + GAP_PX)))
    packed = io.BytesIO()
    sheet.save(packed, "JPEG", quality=92, dpi=(DPI, DPI))
    return packed.getvalue()
