"""What does it hear? Whose turn it is, a picture to prepare, a photo to judge, the end of an application, and what is
looked at once more afterwards.
"""

from services.validator.handlers.ending import Ending
from services.validator.handlers.judging import Judging
from services.validator.handlers.preparing import Preparing
from services.validator.handlers.second_looks import SecondLooks
from services.validator.handlers.turns import Turns

__all__ = ["Ending", "Judging", "Preparing", "SecondLooks", "Turns"]
