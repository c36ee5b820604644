"""What do we remember? `applications`: each case, its photos and its timeline; `accounts`: who registered."""

from services.intake.store.tables import metadata

__all__ = ["metadata"]
