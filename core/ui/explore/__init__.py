"""The Explore page's parts: a module a view."""
