"""What do we remember? `rosters`: who is entitled; `claims`: who asked, how often, what became of it, and who looked.

No name and no number: people are found by fingerprints, and what can be read again is sealed.
"""

from services.matcher.store.tables import metadata

__all__ = ["metadata"]
