"""What a failed check does where the campaign is silent.

A refusal needs a measure whose wrong refusals are under 2 %, a referral one that refers under 1 % of good photos; what
is not that good yet only warns, and the reviewer sees it (figures: services/validator/MEASURED.md).
"""

from shared.campaign import CheckAction, CheckName, PhotoProfile

DEFAULTS: dict[CheckName, CheckAction] = {
    "face": "refuse",
    "eye_line": "refuse",
    "hairline": "refuse",
    "face_width": "refuse",
    "centring": "refuse",
    "roll": "refuse",
    "yaw": "refer",
    "mouth": "refuse",
    "background_colour": "refuse",
    "background_even": "refuse",
    "sharpness": "refuse",
    "exposure": "refuse",
    "compression": "refuse",
    "true_colour": "refuse",
    "eyes_open": "refer",
    "eyes_seen": "refer",
    "red_eye": "refer",
    "teeth": "refer",
    "light_even": "refer",
    "highlights": "refer",
    "colour_cast": "refer",
    "noise": "refer",
    "glasses_glare": "refer",
    "glasses": "off",  # forbidden by Xinhua only
    "pitch": "warn",
    "clothes_colour": "refer",
    "stretched": "warn",
    "skin_texture": "warn",
    "head_height": "refer",  # asked by NCEPU only
    "body": "refer",
    "shoulders": "warn",
    "gaze": "refer",
    "brows": "refer",
    "ears": "refer",
    "head_covering": "refer",
    "glasses_frame": "refer",
    "clothes_banned": "refer",  # asked by Xinhua only
    "replaced_edge": "refer",
    "additions": "refer",
    "rephotographed": "refer",
    "editor_marks": "refer",
    "darkroom_marks": "warn",  # studios crop with the same programs
    "enlarged": "warn",  # so does a phone's digital zoom
}


def action_of(check: CheckName, profile: PhotoProfile) -> CheckAction:
    return profile.checks.get(check, DEFAULTS[check])
