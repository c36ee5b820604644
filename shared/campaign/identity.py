"""Who may take part, and what they are told before."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.campaign.policy import Policy, Slug, Text

DocumentType = Literal[
    "resident_id", "hk_macau_permit", "taiwan_permit", "residence_permit", "foreign_permanent", "passport"
]


class IdentityPolicy(Policy):
    """How the applicant is found, and how often one may try."""

    strategy: Literal["id_number", "name_and_id", "name_id_and_level", "registration", "capture_code"]
    """`id_number` (BUCT), `name_and_id` (BIT), `name_id_and_level` (NCEPU): typed and looked up in the school's roster.
    `registration` (Xinhua): an account made from a picture of the document, then the roster or an entry of its own.
    `capture_code`: the student's code from CHSI is decoded and makes the entry; since 2023 schools give no list
    (教学服〔2022〕10号)."""
    document_types: tuple[DocumentType, ...] = ("resident_id",)
    """Which documents may be claimed."""
    collection: Annotated[tuple[Literal["group", "individual"], ...], Field(min_length=1)] = ("group",)
    """Of `registration`: 集中采集 with the school's roster, 个人采集 without, or both."""
    feature_code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{4,6}$")] | None = None
    """特征码: what the school tells its students so that they find their collection; capitals count. A group of
    `registration` needs one, `capture_code` may ask for one besides the code."""
    capture_code_decoder: Slug | None = None
    """The adapter that reads a capture code: services/matcher/capture."""
    last_four: bool = False
    """Ask for the last four characters of the document besides the code."""
    id_card_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    """A picture of a document is gone after so many minutes, read or not."""
    attempts_per_identity: Annotated[int, Field(ge=1, le=1000)] = 10
    """Tries at one document number before it rests."""
    attempts_per_source: Annotated[int, Field(ge=1, le=1000)] = 10
    """Tries of one WeChat account before it rests."""
    attempts_reset_hours: Annotated[int, Field(ge=1, le=24 * 366)] = 24
    """How long it rests."""

    @property
    def takes_rosters(self) -> bool:
        """Where a capture code makes the entry, the school gives no names or numbers (教学服〔2022〕10号)."""
        return self.strategy != "capture_code"

    @model_validator(mode="after")
    def _codes_go_with_strategy(self) -> Self:
        is_group = self.strategy == "registration" and "group" in self.collection
        if is_group and self.feature_code is None:
            raise ValueError("strategy 为 registration 的集中采集须有特征码 feature_code")
        if self.feature_code is not None and not is_group and self.strategy != "capture_code":
            raise ValueError("feature_code（特征码）只用于 strategy 为 registration 的集中采集或 capture_code")
        if self.strategy == "capture_code" and self.capture_code_decoder is None:
            raise ValueError("strategy 为 capture_code 时须有 capture_code_decoder")
        if self.strategy != "capture_code" and self.capture_code_decoder is not None:
            raise ValueError("capture_code_decoder 只用于 strategy 为 capture_code")
        return self


class Consent(Policy):
    """The notice the student agrees to."""

    version: Text
    """A new version asks again."""
    notice: Text
    """Who processes what, why, for how long, who receives it, how to withdraw (PIPL 17, 23, 30)."""
