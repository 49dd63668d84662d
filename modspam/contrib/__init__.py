"""Adapters to other people's comment systems.  Each is imported by itself and needs what it adapts to.

| module                  | what it plugs into                                  |
|-------------------------|-----------------------------------------------------|
| `modspam.contrib.django` | django-contrib-comments and django-comments-xtd    |
| `modspam.contrib.isso`   | Isso's spam guard                                  |
| `modspam.contrib.current` | for your own: the model in use, also after it was replaced |
| `modspam.contrib.feedback` | for your own: labels, kept in a file              |
"""
