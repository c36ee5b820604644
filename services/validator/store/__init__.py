"""What do we remember? `cases`: each application's newest photo, the refused ones, who looked; `alarms`: what looks the
same elsewhere; `technical`: the check after the window; `erasure`: how all of it is forgotten.
"""

from services.validator.store.tables import audit, metadata
from services.validator.store.tables import cases as case_table

__all__ = ["audit", "case_table", "metadata"]
