"""What is written in a picture: PP-OCRv6 of the package rapidocr. Read only where a cheap look says so."""

from functools import cache
from typing import TYPE_CHECKING

from services.validator.faces import Pixels

if TYPE_CHECKING:
    from rapidocr import RapidOCR

# One thread, as every model of a judge has; and no enlarging of a small strip to 736 px, which took five times as long.
PARAMETERS = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Det.limit_type": "max",
    "Det.limit_side_len": 480,
    "Global.use_cls": False,  # text upside down
    "Global.log_level": "error",
}
SURE_MIN = 0.7  # of the reader's own certainty; folds of clothes read as single letters reach 0.6


def characters_in(picture: Pixels) -> int:
    """How many characters are read with certainty; BGR of any size. The text itself, perhaps a name, is given to
    nobody. 50 ms for 480x100, and 0.2 s once."""
    from rapidocr.utils.output import RapidOCROutput

    read = _reader()(picture)
    assert isinstance(read, RapidOCROutput)  # found and read: the other kinds come when one of the two is turned off
    pairs = zip(read.txts or (), read.scores or (), strict=True)
    return sum(len(text.replace(" ", "")) for text, score in pairs if score >= SURE_MIN)


@cache
def _reader() -> "RapidOCR":
    """Imported with the first picture that is to be read: a worker starts a second sooner, and 20 MB smaller."""
    from rapidocr import RapidOCR

    return RapidOCR(params=PARAMETERS)
