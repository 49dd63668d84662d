"""Real, unmodified clients on this machine's loopback, each on its own whole round against ``modspam serve``."""
