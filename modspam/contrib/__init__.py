"""modspam inside other people's software; each part is imported only by who uses it."""
