"""The picture that explains: the standard's lines, what was measured, what is wrong. Lines and numbers only, no words.

Green is right, amber is for a person to decide, red is wrong; what is wrong is drawn thicker too, for those who see no
red. The words stand beside it, in the student's language.
"""

from collections.abc import Iterable

import cv2
import numpy as np

from services.validator.checks.defaults import action_of
from services.validator.faces import CHIN, Pixels
from services.validator.portrait import FRAME_HEIGHT_PX, FRAME_WIDTH_PX, MOUTH_CORNERS, Portrait
from services.validator.rules import Finding, Outcome
from shared.campaign import PhotoProfile

Colour = tuple[int, int, int]  # BGR

_COLOURS: dict[Outcome, Colour] = {
    Outcome.PASS: (80, 170, 0),
    Outcome.UNSURE: (0, 150, 255),
    Outcome.FAIL: (40, 30, 220),
}
_WHITE: Colour = (255, 255, 255)
_DARK: Colour = (50, 50, 50)
_FONT, _LABEL_SIZE, _NUMBER_SIZE, _BOLD = cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0.6, 2
_BAND_PX = 40  # how far an allowed range reaches into the picture from its sides
_MIDDLE = FRAME_WIDTH_PX // 2


def draw(picture: Pixels, portrait: Portrait | None, findings: Iterable[Finding], profile: PhotoProfile) -> bytes:
    """A JPEG of 480x640 px; `picture` is the frame, `portrait` None where there was no face."""
    canvas = picture.copy()
    outcome = _outcomes(findings, profile)
    if portrait is not None:
        _mark_background(canvas, portrait, outcome)
    _band(canvas, profile.hairline_px, outcome.get("hairline"))
    _band(canvas, profile.eye_line_px, outcome.get("eye_line"))
    _dashes(canvas)
    if portrait is not None:
        _mark_lines(canvas, portrait, outcome)
        _mark_faces(canvas, portrait, outcome)
    _border(canvas, outcome)
    return cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def _outcomes(findings: Iterable[Finding], profile: PhotoProfile) -> dict[str, Outcome]:
    """As the verdict counts them: what only warns does not colour the picture, what only refers colours it amber."""
    outcomes: dict[str, Outcome] = {}
    for finding in findings:
        action = action_of(finding.check, profile)
        doubtful = action == "refer" and finding.outcome is Outcome.FAIL
        if action in {"refuse", "refer"}:
            outcomes[finding.check] = Outcome.UNSURE if doubtful else finding.outcome
    return outcomes


def _band(canvas: Pixels, rows: tuple[int, int], outcome: Outcome | None) -> None:
    """Where a line may lie: a tinted strip at both sides with the standard's numbers."""
    colour = _COLOURS[outcome or Outcome.PASS]
    top, bottom = rows
    for left in (0, FRAME_WIDTH_PX - _BAND_PX):
        strip = canvas[top:bottom, left : left + _BAND_PX]
        strip[:] = cv2.addWeighted(strip, 0.55, np.full_like(strip, colour), 0.45, 0)
    for row in rows:
        _write(canvas, str(row), (3, row + 5), _WHITE, _DARK)


def _dashes(canvas: Pixels) -> None:
    for row in range(0, FRAME_HEIGHT_PX, 16):
        canvas[row : row + 7, _MIDDLE] = _WHITE


def _mark_lines(canvas: Pixels, portrait: Portrait, outcome: dict[str, Outcome]) -> None:
    """Eye line through the irises, hairline, face width between the cheeks, the face's middle."""
    centre_x, half_width = portrait.centre_x_px, portrait.face_width_px / 2
    slope = np.tan(np.radians(portrait.roll_deg)) * (centre_x - _BAND_PX)
    eyes = _worst(outcome, "eye_line", "roll")
    _line(
        canvas, (_BAND_PX, portrait.eye_line_px - slope), (2 * centre_x - _BAND_PX, portrait.eye_line_px + slope), eyes
    )
    _label(canvas, f"{portrait.eye_line_px:.0f}", (_BAND_PX + 4, portrait.eye_line_px - slope - 6), eyes)

    hair = _worst(outcome, "hairline")
    row = portrait.hairline.px
    _line(canvas, (centre_x - half_width, row), (centre_x + half_width, row), hair)
    _label(canvas, f"{row:.0f}", (centre_x - half_width - 52, row + 7), hair)

    width = _worst(outcome, "face_width")
    row = float(portrait.face.points[[234, 454], 1].mean()) + 0.2 * portrait.face_width_px
    _line(canvas, (centre_x - half_width, row), (centre_x + half_width, row), width)
    for x in (centre_x - half_width, centre_x + half_width):
        _line(canvas, (x, row - 9), (x, row + 9), width)
    _label(canvas, f"{portrait.face_width_px:.0f}", (centre_x + half_width + 8, row + 7), width)

    middle = _worst(outcome, "centring", "yaw")
    _line(canvas, (centre_x, FRAME_HEIGHT_PX - 60), (centre_x, FRAME_HEIGHT_PX - 10), middle)


# What is boxed where a check finds fault; what has a line of its own or lies behind the person is not here.
_BOXED: dict[str, tuple[str, ...]] = {
    "eyes": ("eyes_open", "eyes_seen", "gaze", "glasses", "glasses_frame", "glasses_glare", "glasses_tint", "red_eye"),
    "brows": ("brows",),
    "mouth": ("mouth", "teeth"),
    "face": (
        "sharpness",
        "exposure",
        "light_even",
        "highlights",
        "colour_cast",
        "noise",
        "skin_texture",
        "true_colour",
        "stretched",
        "pitch",
    ),
    "head": ("ears", "head_covering", "head_height", "replaced_edge"),
    "body": ("body", "clothes_banned", "clothes_colour", "shoulders"),
}
_BROWS = (70, 105, 107, 336, 334, 300)  # of the mesh
_HEAD = 0.7  # half its width with the ears, of the face's


def _mark_faces(canvas: Pixels, portrait: Portrait, outcome: dict[str, Outcome]) -> None:
    for other in portrait.others:
        _box(canvas, other.points, _worst(outcome, "face"))
    face = portrait.face.points
    eyes = np.concatenate([eye.lids for eye in portrait.eyes])
    chin = float(face[CHIN, 1])
    body = np.array([[12, chin + 12], [FRAME_WIDTH_PX - 12, FRAME_HEIGHT_PX - 12]], np.float32)
    reach = _HEAD * portrait.face_width_px
    x, crown = portrait.centre_x_px, max(portrait.crown_px, 12)
    head = np.array([[max(x - reach, 12), crown], [min(x + reach, FRAME_WIDTH_PX - 12), chin]], np.float32)
    mouth, brows = face[[*MOUTH_CORNERS, 0, 17]], face[[*_BROWS]]
    areas = {"eyes": eyes, "brows": brows, "mouth": mouth, "face": face, "head": head, "body": body}
    for name, points in areas.items():
        if (worst := _worst(outcome, *_BOXED[name])) is not Outcome.PASS:
            _box(canvas, points, worst)


def _mark_background(canvas: Pixels, portrait: Portrait, outcome: dict[str, Outcome]) -> None:
    """Hatch what is behind the person where its colour is wrong, fill what stands out in it."""
    even, colour = _worst(outcome, "background_even"), _worst(outcome, "background_colour")
    worst = _worst(outcome, "background_even", "background_colour")
    if worst is Outcome.PASS:
        return
    objects = portrait.background.objects
    behind = ~portrait.background.person & ~objects
    rows, columns = np.indices(behind.shape)
    stripes = ((rows + columns) % 16 < 2) & behind
    marked = np.kron(stripes | objects, np.ones((2, 2), bool))
    area = canvas[: marked.shape[0]][marked]
    tint = np.array(_COLOURS[even if objects.any() else max(even, colour, key=_SEVERITY.index)])
    canvas[: marked.shape[0]][marked] = (0.4 * area + 0.6 * tint).astype(np.uint8)


_SEVERITY = [Outcome.PASS, Outcome.UNSURE, Outcome.FAIL]


def _worst(outcome: dict[str, Outcome], *checks: str) -> Outcome:
    return max((outcome.get(check, Outcome.PASS) for check in checks), key=_SEVERITY.index)


def _border(canvas: Pixels, outcome: dict[str, Outcome]) -> None:
    colour = _COLOURS[_worst(outcome, *outcome)]
    cv2.rectangle(canvas, (2, 2), (FRAME_WIDTH_PX - 3, FRAME_HEIGHT_PX - 3), colour, 4)


def _line(canvas: Pixels, start: tuple[float, float], end: tuple[float, float], outcome: Outcome) -> None:
    (x1, y1), (x2, y2) = start, end
    ends = ((round(x1), round(y1)), (round(x2), round(y2)))
    thickness = 2 if outcome is Outcome.PASS else 4
    cv2.line(canvas, *ends, _WHITE, thickness + 2, cv2.LINE_AA)
    cv2.line(canvas, *ends, _COLOURS[outcome], thickness, cv2.LINE_AA)


def _box(canvas: Pixels, points: np.ndarray, outcome: Outcome) -> None:
    low, high = points.min(axis=0) - 6, points.max(axis=0) + 6
    corners = ((round(float(low[0])), round(float(low[1]))), (round(float(high[0])), round(float(high[1]))))
    cv2.rectangle(canvas, *corners, _WHITE, 5, cv2.LINE_AA)
    cv2.rectangle(canvas, *corners, _COLOURS[outcome], 3, cv2.LINE_AA)


def _label(canvas: Pixels, text: str, place: tuple[float, float], outcome: Outcome) -> None:
    """A number on a plate of its outcome's colour: on a phone the picture is half as large as here."""
    (width, height), _ = cv2.getTextSize(text, _FONT, _LABEL_SIZE, _BOLD)
    x = min(max(round(place[0]), 6), FRAME_WIDTH_PX - width - 6)
    y = min(max(round(place[1]), height + 6), FRAME_HEIGHT_PX - 6)
    cv2.rectangle(canvas, (x - 5, y - height - 5), (x + width + 4, y + 5), _COLOURS[outcome], cv2.FILLED)
    ink = _DARK if outcome is Outcome.UNSURE else _WHITE  # white on amber is not read
    cv2.putText(canvas, text, (x, y), _FONT, _LABEL_SIZE, ink, _BOLD, cv2.LINE_AA)


def _write(canvas: Pixels, text: str, place: tuple[int, int], colour: Colour, under: Colour) -> None:
    cv2.putText(canvas, text, place, _FONT, _NUMBER_SIZE, under, 5, cv2.LINE_AA)
    cv2.putText(canvas, text, place, _FONT, _NUMBER_SIZE, colour, 1, cv2.LINE_AA)
