"""The upload is not compressed to pieces (std 15: quality 60 or more; NCEPU: 请传原图)."""

from services.validator.rules import Finding, Limits, Outcome, measured
from services.validator.source import Source
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "compression"
REASON = Reason.NOISE_JPEG

ERROR = 20.0  # under 40 the blocks show; phones and messengers write 70 and more


def check(source: Source, profile: PhotoProfile) -> Finding:
    """libjpeg's quality, from the quantisation tables; a file without tables was not compressed with loss."""
    limits = Limits(low=profile.compression_quality_min)
    if source.quality is None:
        return Finding(NAME, Outcome.PASS, REASON, None, "", limits, 100)
    return measured(NAME, REASON, source.quality, "", limits, error=ERROR)
