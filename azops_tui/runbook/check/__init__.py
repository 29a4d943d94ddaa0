"""Checks of a document before anything runs. Pure: facts about the machine are arguments."""
