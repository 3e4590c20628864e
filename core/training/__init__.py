"""Training: settings, runs that anybody can watch, and the process that does the work."""
