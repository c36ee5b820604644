"""What every part of a campaign file is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Level = Annotated[int, Field(ge=0, le=255)]
Colour = tuple[Level, Level, Level]
Pixels = Annotated[int, Field(ge=0, le=20_000)]
PixelRange = tuple[Pixels, Pixels]


class Policy(BaseModel):
    """A misspelt key is an error here: a policy that silently does nothing is worse than none.

    The sentence under a field is what the page of campaign settings says about it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
