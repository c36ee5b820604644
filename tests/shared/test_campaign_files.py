"""Whatever stands in a campaign file, a clerk reads in words which line is wrong and what is allowed."""

import sys
from pathlib import Path

import pytest

from services.intake.campaigns import main
from shared.campaign import BadCampaign, Campaign, read_campaign
from shared.campaign.mistakes import FORMS
from shared.campaign.places import lines_of

FILES = Path("deploy/campaigns")
BIT = (FILES / "bit-2020-graduate.toml").read_text(encoding="utf-8")
XINHUA = (FILES / "xinhua-2022-spring.toml").read_text(encoding="utf-8")
CAPTURE = (FILES / "capture-code-2026.toml").read_text(encoding="utf-8")
CLOSES = "closes_at = 2020-06-13T00:00:00+08:00"
FEE = "fee_fen = 2000"


def mistakes(tmp_path: Path, body: str | bytes) -> list[str]:
    file = tmp_path / "broken.toml"
    file.write_bytes(body.encode() if isinstance(body, str) else body)
    with pytest.raises(BadCampaign) as wrong:
        read_campaign(file)
    return wrong.value.lines


def changed(text: str, good: str, bad: str) -> str:
    assert good in text
    return text.replace(good, bad, 1)


def line_of(text: str, beginning: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(beginning))


WRONG_VALUES = [
    (FEE, 'fee_fen = "2000"', "payment.fee_fen：应为整数，不加引号，不带小数点（现为 “2000”）"),
    (FEE, "fee_fen = true", "payment.fee_fen：应为整数，不加引号，不带小数点（现为 true）"),
    (FEE, "fee_fen = 20.00", "payment.fee_fen：应为整数，不加引号，不带小数点（现为 20.0）"),
    (FEE, "fee_fen = -1", "payment.fee_fen：应为 0 或更大（现为 -1）"),
    (FEE, f"fee_fen = 1{'0' * 30}", "payment.fee_fen：应为 1000000 或更小"),
    (FEE, "fee_fen = 0", "payment.fee_fen：fee_fen 应大于 0（单位：分，20 元写 2000），因为 moment 为 after_approval"),
    ('moment = "after_approval"', 'moment = "none"', "payment.fee_fen：fee_fen 应为 0，因为 moment 为 none"),
    ('moment = "after_approval"', 'moment = "after_aproval"', "offline、none；是不是 after_approval？"),
    ('strategy = "name_and_id"', 'stategy = "name_and_id"', "identity.stategy：没有这个设置；是不是 strategy？"),
    ('strategy = "name_and_id"', 'strategy = "guess"', "identity.strategy：只能是 id_number、name_and_id"),
    ("[payment]  #", "[paymant]  #", "paymant：没有这个设置；是不是 payment？"),
    ("[payment]  #", "fee_fen = 5\n[payment]  #", "photo.fee_fen：不在这一节；应写在 [payment] 一节"),
    ("[payment]  #", "colour = 5\n[payment]  #", "photo.colour：没有这个设置；这里可写 backgrounds、"),
    ("[[contacts]]", 'processing = "auto_crop"\n[[contacts]]', "应写在 文件开头、第一个 [节名] 之前"),
    (CLOSES, "closes_at = 2020-06-01T00:00:00+08:00", "window.closes_at：closes_at（2020-06-01"),
    (CLOSES, "closes_at = 2020-06-13T00:00:00", "window.closes_at：须写明时区"),
    (CLOSES, "closes_at = 2020-06-13", "window.closes_at：应为存在的日期和时间，如"),
    (CLOSES, 'closes_at = "6月13日"', "window.closes_at：应为存在的日期和时间，如"),
    (CLOSES, "closes_at = 20200613", "window.closes_at：应为日期和时间，如"),
    (CLOSES, f"{CLOSES}\ndaily_hours = [18:00:00, 08:00:00]", "window.daily_hours：daily_hours 的结束 08:00:00 应晚于"),
    (CLOSES, f"{CLOSES}\ndaily_hours = [08:00:00]", "window.daily_hours.2：项数不够"),
    (CLOSES, f'{CLOSES}\ndaily_hours = ["8", "18"]', "window.daily_hours.1：应为时刻，如 08:00:00"),
    (CLOSES, f"{CLOSES}\nclosed_on = 2020-06-10", "window.closed_on：应为列表，用方括号括起来"),
    (CLOSES, f'{CLOSES}\nclosed_on = ["2020-06-31"]', "window.closed_on.1：应为存在的日期"),
    ('code = "10007"', "code = 10007", "school.code：应为文字，用英文双引号括起来（现为 10007）"),
    ('code = "10007"', 'code = "107"', "school.code：应为五位数字（现为 “107”）"),
    ('id = "bit', 'id = "BIT', "id：只能用小写英文字母、数字和连字符"),
    ('name = "北京理工大学"', 'name = " "', "school.name：不能为空"),
    ("people = 0", "people = true", "review.people：应为整数"),
    ("people = 0", "people = 3", "review.people：应为 2 或更小（现为 3）"),
    ("people = 0", 'people = 0\nmay_withdraw = "yes"', "review.may_withdraw：应为 true 或 false，不加引号"),
    ("people = 0", f"people = 0\n[resubmission]\nenforced_days = 1{'0' * 12}", "enforced_days：应为 366 或更小"),
    ("rgb = [100, 197, 255]", "rgb = [100, 197, 256]", "photo.backgrounds.1.rgb.3：应为 255 或更小（现为 256）"),
    ("rgb = [100, 197, 255]", "rgb = [100, 197]", "photo.backgrounds.1.rgb.3：项数不够"),
    ("any_plain_background = true", "roll_max_degrees = nan", "photo.roll_max_degrees：应为 20.0 或更小（现为 nan）"),
    (
        "any_plain_background = true",
        'checks = { eye_lin = "refuse" }',
        "photo.checks.eye_lin：没有这种写法；是不是 eye_line",
    ),
    ("any_plain_background = true", 'checks = { teeth = "of" }', "只能是 refuse、refer、warn、off；是不是 off？"),
    ('fact = "photo.refused"', 'fact = "photo.refusd"', "notification.2.fact：没有这种写法；是不是 photo.refused？"),
    ('channels = ["sms"]', 'channels = ["subscribe"]', "notification.4.channels：channels 里有 subscribe，缺少"),
    ("{reason}", "{reson}", "{reson} 不认识；可用 {amount}、"),
    ("{reason}", "{reason", "花括号没有成对"),
    ("{reason}", "{}", "{} 不认识"),
    ("{reason}", "{reason:d}", "花括号里只能写一个名字"),
]


@pytest.mark.parametrize(("good", "bad", "words"), WRONG_VALUES)
def test_a_wrong_value_is_named_with_its_line_and_what_is_allowed(
    tmp_path: Path, good: str, bad: str, words: str
) -> None:
    found = mistakes(tmp_path, changed(BIT, good, bad))
    assert any(words in line for line in found), found
    assert all(line.startswith("第 ") for line in found if "缺少 [payment]" not in line), found


CONTRADICTIONS = [
    (BIT, "min_bytes = 100_000", "min_bytes = 10_000_000", "upload.min_bytes：大于 max_bytes 2097152"),
    (BIT, "min_bytes = 100_000", "exact_pixels = true\nonly_3_to_4 = true\nmin_width_px = 500", "不是 3:4"),
    (BIT, "[photo]", "[photo]\nhairline_px = [110, 50]", "photo.hairline_px：前一个数 110 应小于后一个数 50"),
    (BIT, "[photo]", "[photo]\nhead_height_share = [0.7, 0.4]", "photo.head_height_share：前一个数 0.7"),
    (CAPTURE, "backgrounds = [{", "backgrounds = []\nbanned_clothes = [{", "photo.backgrounds：没有任何允许的背景颜色"),
    (
        XINHUA,
        'backgrounds = [{ name = "浅蓝色", rgb = [100, 197, 255] }]',
        "backgrounds = []\nany_plain_background = true",
        "photo.backgrounds：processing 为 replace_background 时",
    ),
    (XINHUA, 'glasses = "refuse"', 'clothes_banned = "off"', "photo.checks.clothes_banned：设为 off 时"),
    (BIT, 'document_types = ["resident_id", ', "document_types = []\n#", "identity.document_types：一种证件也没有"),
    (BIT, "[identity]", "[identity]\nlast_four = true", "identity.last_four：只用于"),
    (BIT, "[identity]", '[identity]\ncollection = ["individual"]', "identity.collection：个人采集只用于"),
    (CAPTURE, '"student_no"', '"document_number"', "delivery.photo_name：采集码只给出证件号码后四位"),
    (BIT, FEE, f"{FEE}\nfree_attempts = 2", "payment.free_attempts：未设 retake_fee_fen"),
    (BIT, "grace_days = 3", "grace_days = 1", "payment.remind_after_hours：第 24 小时提醒时"),
    (BIT, "people = 0", "people = 1\nsample_percent = 5", "review.sample_percent：people = 1 时"),
    (XINHUA, "technical_check = true", "may_withdraw = true", "sanctions.ban_for_term：只在 review.technical_check"),
    (XINHUA, "enforced_days = 7", "enforced_days = 1", "resubmission.advised_days：建议的 2 天晚于系统截止的 1 天"),
    (BIT, CLOSES, f"{CLOSES}\nclosed_on = [2020-06-13]", "window.closed_on：2020-06-13 不在采集时间"),
    (
        BIT,
        CLOSES,
        f"{CLOSES}\nclosed_on = [2020-06-09, 2020-06-10, 2020-06-11, 2020-06-12]",
        "window.closed_on：每一天都停止采集",
    ),
    (
        XINHUA,
        'fact = "message.requested"',
        'fact = "photo.accepted"',
        'fact = "message.requested" 且带 [notification.sms]',
    ),
    (XINHUA, '["{code}"]', '["{code}", "{reason}"]', "notification.1.sms：“{reason}”：message.requested 的通知里没有"),
    (BIT, "{reason}", "{code}", "notification.2.subscribe：“{code}”：photo.refused 的通知里没有 {code}"),
    (BIT, 'fact = "photo.refused"', 'fact = "photo.accepted"', "notification.2.fact：photo.accepted 已有一节通知"),
    (XINHUA, 'feature_code = "p7uksh"', "", "须有特征码 feature_code"),
    (BIT, "[identity]", '[identity]\nfeature_code = "p7uksh"', "identity.feature_code：feature_code（特征码）只用于"),
    (CAPTURE, 'capture_code_decoder = "sandbox"', "", "须有 capture_code_decoder"),
]


@pytest.mark.parametrize(("text", "good", "bad", "words"), CONTRADICTIONS)
def test_policies_that_contradict_each_other_are_named(
    tmp_path: Path, text: str, good: str, bad: str, words: str
) -> None:
    broken = changed(text, good, bad)
    found = mistakes(tmp_path, broken)
    assert any(words in line for line in found), found
    assert all(line.startswith("第 ") for line in found), found


def test_a_level_is_asked_for_where_there_is_none(tmp_path: Path) -> None:
    broken = changed(BIT, 'strategy = "name_and_id"', 'strategy = "name_id_and_level"')
    broken = changed(broken, 'levels = ["硕士研究生", "博士研究生"]', "")
    [line] = mistakes(tmp_path, broken)
    assert line.startswith(f"第 {line_of(broken, 'strategy')} 行 identity.strategy：为 name_id_and_level 时")


NOT_TOML = [
    ('code = "10007"', "code = “10007”", "引号、等号、逗号、括号请用英文半角（code = “10007”）"),
    ('code = "10007"', 'code ＝ "10007"', "键的后面应是英文等号"),
    ('code = "10007"', "code = 北理工", "文字要用英文双引号括起来"),
    ('code = "10007"', 'code = "10007', "文字没有在这一行结束"),
    ('code = "10007"', 'code = "10007"\ncode = "10008"', "这一项写了两次"),
    ('code = "10007"', 'code = "10007" "BIT"', "每行只写一项"),
    ('aliases = ["北理工", "BIT"]', 'aliases = ["北理工", "BIT"', "有列表缺少结尾的 ]"),
    ("[school]", "[school", "节名的方括号没有成对"),
    ("[payment]", "[school]\n[payment]", "这一节出现了两次"),
    (CLOSES, "closes_at = 2020-06-31T00:00:00+08:00", "日期或时间不存在"),
]


@pytest.mark.parametrize(("good", "bad", "words"), NOT_TOML)
def test_what_is_no_toml_is_shown_with_its_line(tmp_path: Path, good: str, bad: str, words: str) -> None:
    [line] = mistakes(tmp_path, changed(BIT, good, bad))
    assert line.startswith("第 ")
    assert words in line


NOT_TEXT = [
    (BIT.encode("gb18030"), "是其他编码（如 GBK、ANSI）"),
    (BIT.encode("utf-16"), "是UTF-16"),
    (b"", "文件是空的"),
    (b"\xef\xbb\xbf\r\n  \r\n", "文件是空的"),
    (BIT.encode() + b"#" * 2**20, "文件超过 256 KB"),
    (b"PK\x03\x04 a document", "这是 Word 或 Excel 文件"),
    (bytes(range(128, 256)), "是其他编码"),
    (changed(BIT, FEE, f"fee_fen = 1{'0' * 5000}").encode(), "数字过长或括号层数过多"),
    (b"levels = " + b"[" * 5000 + b"]" * 5000, "数字过长或括号层数过多"),
    (b"x = 1\x00", "每行只写一项（x = 1）"),
]


@pytest.mark.parametrize(("body", "words"), NOT_TEXT, ids=[words for _, words in NOT_TEXT])
def test_what_is_no_campaign_file_at_all_is_said(tmp_path: Path, body: bytes, words: str) -> None:
    [line] = mistakes(tmp_path, body)
    assert words in line


@pytest.mark.parametrize("written", ["\ufeff" + BIT, BIT.replace("\n", "\r\n")], ids=["mark", "windows"])
def test_what_notepad_writes_is_good(tmp_path: Path, written: str) -> None:
    file = tmp_path / "bit.toml"
    file.write_bytes(written.encode())
    assert read_campaign(file) == read_campaign(FILES / "bit-2020-graduate.toml")


def test_every_missing_key_and_table_is_named(tmp_path: Path) -> None:
    found = mistakes(tmp_path, 'id = "x"\nversion = 1\n[school]\nname = "x"\n')
    assert "第 3 行 school.code：缺少这一项，必须填写" in found
    assert "payment：缺少 [payment] 一节，必须填写" in found
    assert "contacts：缺少 [[contacts]] 一节，必须填写" in found


async def test_the_command_explains_each_file_and_never_fails_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    odd = tmp_path / "odd\udcff.toml"
    odd.write_text(BIT, encoding="utf-8")
    files = [str(folder), str(tmp_path / "absent.toml"), "/dev/zero", str(odd)]
    assert await main(["check", *files]) == 1
    said = capsys.readouterr()
    assert "folder.toml 不能使用：\n  这不是文件" in said.err
    assert "absent.toml 不能使用：\n  找不到这个文件" in said.err
    assert "/dev/zero 不能使用：\n  这不是文件" in said.err
    assert "bit-2020-graduate@1 可以使用" in said.out
    assert sys.stdout.errors == "backslashreplace"


def test_each_key_is_found_on_its_line() -> None:
    lines = lines_of(BIT)
    assert lines["version",] == line_of(BIT, "version")
    assert lines["school",] == line_of(BIT, "[school]")
    assert lines["photo", "backgrounds", 1, "rgb"] == line_of(BIT, "backgrounds")
    assert lines["notification", 1, "sms", "parameters"] == line_of(BIT, 'parameters = ["{title}", "{reason}"]')
    assert lines["consent", "notice"] == line_of(BIT, "notice")


def test_every_form_of_text_is_explained() -> None:
    """A pattern that the model asks for has its sentence."""

    def patterns(schema: object) -> set[str]:
        if isinstance(schema, list):
            return set().union(*(patterns(each) for each in schema))
        if not isinstance(schema, dict):
            return set()
        own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
        return own.union(*(patterns(each) for each in schema.values()))

    assert patterns(Campaign.model_json_schema()) == set(FORMS)
