"""How fast, how large: ratios within one run, since absolute times tell more about the machine than about us."""
