"""How good is the judge? Photos composed with known truth, judged, counted, and the worst mistakes to look at.

python -m tests.validator.report [--photos DIR] [--count 1500]

Without --photos only the packaged faces (two people with closed lips) are measured; with it, the folder's people too,
and each check's limit is set on all people but one and tried on that one.
"""
