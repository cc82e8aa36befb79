"""What the makers of the app run on the repository itself; the app needs nothing of it."""
