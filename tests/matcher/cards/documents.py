"""Drawn documents: an identity card's front and back and a passport's page, as phones photograph them. Nobody's."""

import io
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

CARD_PX = (1012, 638)  # 85.6 × 54 mm at 300 dpi (GA 461)
PASSPORT_PX = (1476, 1039)  # 125 × 88 mm at 300 dpi (ICAO 9303, TD3)
PRINTED, TYPED = (30, 30, 34), (40, 90, 150)


def _font(size_px: int, name: str = "NotoSansSC-Regular.otf") -> ImageFont.FreeTypeFont:
    spec = find_spec("pylopdf_fonts_zh_cn")
    assert spec
    assert spec.submodule_search_locations
    return ImageFont.truetype(Path(spec.submodule_search_locations[0]) / name, size_px)


@dataclass(frozen=True)
class Person:
    name: str = "毛小小"
    sex: str = "女"
    born: tuple[int, int, int] = (1994, 12, 31)
    number: str = "110105199412310026"
    nation: str = "汉"


def front(person: Person = Person()) -> Image.Image:
    """The side with the portrait."""
    card = Image.new("RGB", CARD_PX, (226, 236, 244))
    draw = ImageDraw.Draw(card)
    label, value = _font(34), _font(42)
    for y, text in ((80, "姓名"), (160, "性别"), (240, "出生"), (330, "住址")):
        draw.text((70, y), text, TYPED, label)
    draw.text((180, 74), person.name, PRINTED, value)
    draw.text((180, 154), person.sex, PRINTED, value)
    draw.text((290, 160), "民族", TYPED, label)
    draw.text((390, 154), person.nation, PRINTED, value)
    year, month, day = person.born
    for x, text, colour in ((180, str(year), PRINTED), (300, "年", TYPED), (350, str(month), PRINTED)):
        draw.text((x, 236), text, colour, value)
    for x, text, colour in ((420, "月", TYPED), (470, str(day), PRINTED), (540, "日", TYPED)):
        draw.text((x, 236), text, colour, value)
    draw.text((180, 326), "北京市朝阳区北三环东路15号", PRINTED, _font(36))
    draw.rounded_rectangle((700, 90, 950, 420), 20, (170, 190, 205))
    draw.ellipse((765, 150, 885, 300), (225, 195, 175))
    draw.text((70, 520), "公民身份号码", TYPED, label)
    draw.text((340, 512), person.number, PRINTED, _font(48))
    return card


def back() -> Image.Image:
    card = Image.new("RGB", CARD_PX, (226, 236, 244))
    draw = ImageDraw.Draw(card)
    draw.text((330, 90), "中华人民共和国", PRINTED, _font(60))
    draw.text((300, 210), "居 民 身 份 证", PRINTED, _font(72))
    draw.text((200, 440), "签发机关  北京市公安局朝阳分局", PRINTED, _font(38))
    draw.text((200, 520), "有效期限  2015.05.05-2035.05.05", PRINTED, _font(38))
    return card


def passport(
    surname: str = "SMITH", given: str = "JOHN PAUL", number: str = "E12345678", born: str = "940101", sex: str = "M"
) -> Image.Image:
    """A page with its two machine-readable lines (ICAO 9303 part 4)."""
    page = Image.new("RGB", PASSPORT_PX, (238, 234, 222))
    draw = ImageDraw.Draw(page)
    draw.text((90, 70), "PASSPORT", PRINTED, _font(60))
    draw.rounded_rectangle((90, 200, 440, 640), 10, (180, 190, 200))
    for y, text in ((220, surname), (320, given), (420, "UNITED KINGDOM"), (520, number)):
        draw.text((520, y), text, PRINTED, _font(44))
    names = f"{surname}<<{given.replace(' ', '<')}"
    upper = f"P<GBR{names}".ljust(44, "<")
    document = number.ljust(9, "<")
    lower = f"{document}{_check(document)}GBR{born}{_check(born)}{sex}300101{_check('300101')}".ljust(42, "<")
    composite = lower[:10] + lower[13:20] + lower[21:43]
    lower += "<" + _check(composite + "<")
    mono = ImageFont.truetype("DejaVuSansMono.ttf", 50)
    for y, line in ((840, upper), (930, lower)):
        draw.text((60, y), line, PRINTED, mono)
    return page


def _check(field: str) -> str:
    """ICAO 9303 part 3, 4.9: weights 7, 3, 1."""
    values = [int(each) if each.isdigit() else 0 if each == "<" else ord(each) - 55 for each in field]
    return str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)


def photographed(
    card: Image.Image, turn: float = 0, bright: float = 1.0, blur: float = 0, width_px: float = 1600
) -> bytes:
    """On a table, from above: turned by `turn` degrees, darker, out of focus; a JPEG."""
    table = (96, 84, 72)
    around = Image.new("RGB", (int(card.width * 1.3), int(card.height * 1.4)), table)
    around.paste(card, (int(card.width * 0.15), int(card.height * 0.2)))
    picture = around.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC, fillcolor=table)
    picture = picture.resize((round(width_px), round(picture.height * width_px / picture.width)))
    picture = ImageEnhance.Brightness(picture).enhance(bright).filter(ImageFilter.GaussianBlur(blur))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()
