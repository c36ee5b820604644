"""Fingerprints: how people are recognised by what nobody can read.

Each campaign has its own, so that nobody follows a person from one to the next.
"""

from services.matcher.documents import lookup_key, normalised
from services.matcher.names import matching_key
from services.matcher.rosters import Line
from services.matcher.store.rosters import SealedLine
from shared.sealed import Sealer


class Prints:
    """Of the people of one campaign."""

    def __init__(self, sealer: Sealer, campaign_id: str) -> None:
        self._sealer = sealer
        self._campaign_id = campaign_id

    def of_number(self, document_type: str, number: str) -> str:
        """number: as typed."""
        return self._of("number", lookup_key(document_type, normalised(number)))

    def of_name(self, name: str) -> str:
        """name: as typed."""
        return self._of("name", matching_key(name))

    def sealed(self, line: Line) -> SealedLine:
        entry = line.entry
        return SealedLine(
            document_type=entry.document_type,
            number_print=self.of_number(entry.document_type, entry.document_number),
            name_print=self.of_name(entry.name),
            content_print=self._of("content", entry.model_dump_json(), str(line.excluded)),
            sealed=self._sealer.seal(entry),
            excluded=line.excluded,
        )

    def _of(self, *parts: str) -> str:
        return self._sealer.fingerprint(self._campaign_id, *parts)
