"""The Explore & select tab: move the thresholds and see at once what is kept, lost, and why."""
