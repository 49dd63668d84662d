"""What the site's comments stand under."""
