"""Fingerprints: how people are recognised by what nobody can read.

Each campaign has its own, so that nobody follows a person from one to the next; only a ban reaches as far as its term.
"""

from services.matcher.rosters import Line
from services.matcher.store.rosters import Origin, SealedLine
from shared.campaign import Campaign
from shared.documents import lookup_key, normalised
from shared.sealed import Sealer


class Prints:
    """Of the people of one campaign."""

    def __init__(self, sealer: Sealer, campaign_id: str) -> None:
        self._sealer = sealer
        self._campaign_id = campaign_id

    def of_number(self, document_type: str, number: str) -> str:
        """number: as typed."""
        return self._of("number", lookup_key(document_type, normalised(number)))

    def of_student_no(self, student_no: str) -> str:
        return self._of("student_no", student_no)

    def of_code(self, capture_code: str) -> str:
        return self._of("code", capture_code)

    def sealed(self, line: Line, origin: Origin = "roster") -> SealedLine:
        entry = line.entry
        student_no_print = self.of_student_no(entry.student_no)
        # A capture code tells no number: there the student number is who it is.
        is_coded = origin == "code"
        number_print = student_no_print if is_coded else self.of_number(entry.document_type, entry.document_number)
        return SealedLine(
            document_type=entry.document_type,
            number_print=number_print,
            student_no_print=student_no_print,
            content_print=self._of("content", line.model_dump_json()),
            sealed=self._sealer.seal(entry),
            excluded=line.excluded,
            origin=origin,
        )

    def _of(self, *parts: str) -> str:
        return self._sealer.fingerprint(self._campaign_id, *parts)


def person_print(sealer: Sealer, campaign: Campaign, document_type: str, number: str) -> str:
    """Of a person in one term of one school, whatever the campaign. document_type "": the number is the student's."""
    who = lookup_key(document_type, normalised(number)) if document_type else number
    return sealer.fingerprint("person", campaign.term, campaign.school.code, document_type and "document", who)
