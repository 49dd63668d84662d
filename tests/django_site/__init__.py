"""A site with comments, as somebody would set one up: what the tests of the Django adapter run."""
