"""The person faces the camera (std 6; notices of BUCT and BIT: 不能侧身)."""

from services.validator.portrait import Portrait
from services.validator.rules import Finding, Limits, measured
from shared.campaign import CheckName, PhotoProfile
from shared.reasons import Reason

NAME: CheckName = "yaw"
REASON = Reason.POSE_YAW

# The depths of the mesh were never measured against a known angle, and two frontal portraits read 12.2: a person
# decides.
FRONTAL_DEG = 15.0


def check(portrait: Portrait, _: PhotoProfile) -> Finding:
    return measured(NAME, REASON, portrait.yaw_deg, "°", Limits(high=FRONTAL_DEG), error=FRONTAL_DEG, certain=False)
