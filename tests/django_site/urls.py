"""The site's addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from django_site.blog.views import entry

urlpatterns = [
    path("admin/", admin.site.urls),
    path("comments/", include(f"{settings.COMMENTS_APP}.urls")),
    path("entries/<int:pk>/", entry, name="entry"),
]
