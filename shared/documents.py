"""Numbers of identity documents: written in many ways, compared in one (domain research §4.1)."""

import re
import unicodedata
from datetime import date

# The names a school's list uses; the first is the document's official one.
TITLES: dict[str, tuple[str, ...]] = {
    "resident_id": ("居民身份证", "身份证", "二代身份证", "中国居民身份证"),
    "hk_macau_permit": ("港澳居民来往内地通行证", "港澳通行证", "港澳来往内地通行证", "回乡证"),
    "taiwan_permit": ("台湾居民来往大陆通行证", "台湾通行证", "台胞证"),
    "residence_permit": ("港澳台居民居住证", "港澳居民居住证", "台湾居民居住证", "居住证"),
    "foreign_permanent": ("外国人永久居留身份证", "外国人永久居留证", "永久居留证"),
    "passport": ("护照", "外国护照"),
}
TYPES = {title: document_type for document_type, titles in TITLES.items() for title in titles}

FORMS = {
    "resident_id": re.compile(r"[0-9]{17}[0-9X]"),
    "residence_permit": re.compile(r"8[123]0000[0-9]{11}[0-9X]"),
    "foreign_permanent": re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"),  # the card since 2023 | before
    "hk_macau_permit": re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
    "taiwan_permit": re.compile(r"[0-9]{8}([0-9]{2})?|[A-Z][0-9]{7}|[A-Z][0-9]{9}"),
    "passport": re.compile(r"[A-Z0-9]{5,17}"),
}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, ISO 7064 MOD 11-2
CHECK_CHARACTERS = "10X98765432"
# Keyboards and OCR know several letters that look like the X of a check digit.
LOOKS_LIKE_X = str.maketrans(dict.fromkeys("×✕хХχΧ", "X"))


def normalised(number: str) -> str:
    """The number in capitals and ASCII digits, without spaces, hyphens, brackets, accents or invisible characters."""
    plain = unicodedata.normalize("NFKD", number).translate(LOOKS_LIKE_X)
    return "".join(character for character in plain if character.isalnum()).upper()


def lookup_key(document_type: str, number: str) -> str:
    """What stays the same for life: a permit's last two digits count its renewals. number: normalised."""
    if document_type == "hk_macau_permit":
        return number[:9]
    if document_type == "taiwan_permit" and number.isdecimal():
        return number[:8]
    return number


def fault(document_type: str, number: str) -> str | None:
    """Why this cannot be such a document's number, in Chinese; None: it can. number: normalised.

    Area codes are not checked: districts are founded faster than lists of them (engineering research C4).
    """
    title = TITLES[document_type][0]
    if document_type == "resident_id" and re.fullmatch(r"[0-9]{15}", number):
        return "是15位旧证号，请改为18位证号"
    if not FORMS[document_type].fullmatch(number):
        return f"不是{title}号码的格式，请核对号码和证件类型"
    if len(number) != 18:
        return None
    if born_on(number) is None:
        return "出生日期不存在，请核对号码"
    if check_character(number) != number[17]:
        return "校验位不符，请核对号码"
    return None


def check_character(number: str) -> str:
    """The eighteenth character that belongs to the first seventeen digits."""
    return CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False)) % 11]


def masked(number: str) -> str:
    """As staff see it: 110105********002X; of shorter numbers two characters at each end, of the shortest none."""
    if len(number) < 8:
        return "*" * len(number)
    first, last = (6, 4) if len(number) >= 15 else (2, 2)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]


def born_on(number: str) -> date | None:
    """What an eighteen-character number says of the birth date; None: no day of the calendar."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """What an eighteen-character number says of the sex: 男 (the seventeenth digit is odd) or 女 (GB 11643-1999)."""
    return "男" if int(number[16]) % 2 else "女"
