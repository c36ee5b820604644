"""From a picture file to what stands on the document. Runs in a worker process: it takes a second of one core."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps
from rapidocr import RapidOCR
from rapidocr.utils.output import RapidOCROutput

from services.matcher.cards.layout import Line, card_of, is_on_its_side
from shared.events import IdCard
from shared.pictures import CorruptPictureError, PictureError, inspect
from shared.reasons import Reason

LONGEST_PX = 1600  # of the picture that is read: text of a card that fills half of it is 25 px high
DETECTED_PX = 960  # of the picture in which text is looked for: 1600 found no more and took three times as long


class CardReader:
    """rapidocr's own models (PP-OCR, ONNX, in its wheel); one thread."""

    def __init__(self) -> None:
        onnxruntime = "EngineConfig.onnxruntime"
        settings = {
            "Global.log_level": "critical",  # it would log what it reads
            "Global.use_cls": False,  # it turned the machine-readable line of a passport upside down
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTED_PX,
            f"{onnxruntime}.intra_op_num_threads": 1,
            f"{onnxruntime}.inter_op_num_threads": 1,
        }
        self._ocr = RapidOCR(params=settings)

    def read(self, picture: bytes) -> IdCard | Reason:
        """Upright, on its side or upside down. What cannot be opened is unread too."""
        try:
            upright = _opened(picture)
        except PictureError:
            return Reason.ID_CARD_UNREAD
        lines = self._lines(upright)
        turns = (90, 270) if is_on_its_side(lines) else (0, 180)
        for turn in turns:
            if turn:
                lines = self._lines(upright.rotate(turn, expand=True))
            found = card_of(lines)
            if found is not Reason.ID_CARD_UNREAD:
                return found
        return Reason.ID_CARD_UNREAD

    def _lines(self, picture: Image.Image) -> list[Line]:
        blue_green_red = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
        found = self._ocr(blue_green_red)
        assert isinstance(found, RapidOCROutput)  # it was asked for everything
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        rows = zip(found.txts, found.boxes, found.scores, strict=True)
        return [_line(text, box, score) for text, box, score in rows]


def _line(text: str, box: np.ndarray, score: float) -> Line:
    """box: four corners, the first two along the text's upper edge."""
    (x, y), (width, height) = box.mean(axis=0), box.max(axis=0) - box.min(axis=0)
    return Line(text, float(x), float(y), float(width), float(height), float(score))


def _opened(picture: bytes) -> Image.Image:
    """Upright RGB, made smaller. Raises PictureError."""
    header = inspect(picture)
    try:
        with Image.open(BytesIO(picture), formats=[header.kind.upper()]) as image:
            image.draft("RGB", (LONGEST_PX, LONGEST_PX))
            image.thumbnail((LONGEST_PX, LONGEST_PX))
            return ImageOps.exif_transpose(image).convert("RGB")
    except Exception as error:  # Pillow's decoders raise whatever the broken bytes led them to
        raise CorruptPictureError(f"the {header.kind} cannot be decoded: {type(error).__name__}") from error
