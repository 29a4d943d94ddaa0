"""JMESPath queries in documents."""

from __future__ import annotations


def bad_query(query: str) -> str:
    """Why a text is not a JMESPath expression; empty if it is one."""
    import jmespath.exceptions

    try:
        jmespath.compile(query)
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        return str(error).split("\n", 1)[0]
    return ""
