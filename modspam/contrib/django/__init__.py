"""modspam in Django: judges the comments of django-contrib-comments and django-comments-xtd, and learns from its admin.

Add ``"modspam.contrib.django"`` to ``INSTALLED_APPS``, after the comments' app, and register
`modspam.contrib.django.moderation.ModspamModerator` for what people comment on.  It has no models of its own: what
moderators say is kept in the comments' flags.  See ``docs/adapters.md``.
"""
