"""Capture codes (图像采集码): whom do we ask what a student's code from CHSI says?

Only an authorised unit can decode one (domain research §1.3); how is between it and CHSI and not public. A campaign
names the adapter that speaks to that unit: a new one is a class with `decode`, and a line in `decoders`.
"""

from collections.abc import Mapping

from services.matcher.capture.decoder import BadCode, Decoded, Decoder
from services.matcher.capture.sandbox import SandboxDecoder
from services.matcher.settings import Settings


def decoders(settings: Settings) -> Mapping[str, Decoder]:
    """By the name that `identity.capture_code_decoder` of a campaign says."""
    return {"sandbox": SandboxDecoder(settings)}


__all__ = ["BadCode", "Decoded", "Decoder", "decoders"]
