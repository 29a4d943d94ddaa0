"""JMESPath queries in documents."""

from __future__ import annotations

_LONGEST = 4_096


def bad_query(query: str) -> str:
    """Why a text is not a JMESPath expression; empty if it is one."""
    import jmespath

    if len(query) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    try:
        jmespath.compile(query)
    except (ValueError, RecursionError) as error:  # JMESPathError is a ValueError; so is an index of too many digits
        return str(error).split("\n", 1)[0]
    return ""
