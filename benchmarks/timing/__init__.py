"""What ``speed.py`` is made of: inputs, contenders, rounds, what is measured, targets and tables."""
