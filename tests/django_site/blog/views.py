"""The one page that the blog has."""

from django.shortcuts import get_object_or_404, render

from django_site.blog.models import Entry


def entry(request, pk):
    """Show an entry with its comments and the form for another."""
    return render(request, "blog/entry.html", {"entry": get_object_or_404(Entry, pk=pk)})
