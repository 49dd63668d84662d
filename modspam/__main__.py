"""``python -m modspam`` is ``modspam``."""

import sys

from modspam.cli import main

sys.exit(main())
