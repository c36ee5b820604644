"""The reviewers' desk: photos that wait for a person, alarms about two applications, the check after the window.

Every look and every decision leaves an audit row.
"""

from services.validator.desk.duplicates import Duplicates
from services.validator.desk.reviews import Desk, Looked, Waiting, reviewers_reasons
from services.validator.desk.technical import CampaignCheck, Suspect, Technical, start_check

__all__ = [
    "CampaignCheck",
    "Desk",
    "Duplicates",
    "Looked",
    "Suspect",
    "Technical",
    "Waiting",
    "reviewers_reasons",
    "start_check",
]
