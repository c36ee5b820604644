"""python -m deploy.compose.example_keys FOLDER: what a stack on the sandbox needs as files, made at the first start.

The RSA pairs of merchant and WeChat Pay, and a staff list whose password is said here. Production brings its own
folder (KEYS_DIR) and leaves this step off with the sandbox.
"""

import sys
from pathlib import Path

from deploy.local.keys import STAFF, load_keys
from shared.settings import EXAMPLE


def main(arguments: list[str]) -> int:
    match arguments:
        case [folder]:
            keys = load_keys(Path(folder))
            staff = keys.staff_file.read_text(encoding="utf-8")
            if EXAMPLE not in staff:  # by this mark a service in production mode refuses the list
                keys.staff_file.write_text(f"# {EXAMPLE}\n{staff}", encoding="utf-8")
            print(f"staff sign-in: {'、'.join(STAFF.values())}, password {keys.staff_password}")
            return 0
    sys.stderr.write(__doc__ or "")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
