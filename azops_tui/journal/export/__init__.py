"""What can be made of a run in the journal: Markdown, HTML, a notebook, JSON, and a file that replays elsewhere."""
