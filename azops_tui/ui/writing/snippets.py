"""What can be inserted into a document."""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.runbook.edits import fenced


@dataclass(frozen=True)
class Snippet:
    """A beginning of a step or text."""

    note: str
    info: str
    """Info string of its fence; empty for text."""
    body: str = ""
    colours: str = "yaml"

    def markdown(self, text: str) -> str:
        """The Markdown to insert, with the text that a person wrote."""
        return fenced(self.info, text) if self.info else text


SNIPPETS = {
    "bash": Snippet("commands of the shell session", "bash", colours="bash"),
    "python": Snippet("code of the Python session", "python", colours="python"),
    "text": Snippet("Markdown: a heading, a paragraph, a list", "", colours="markdown"),
    "parameters": Snippet(
        "values to ask for: the front matter",
        "",
        "azops:\n  params:\n    NAME: {default: value, help: What it is for}\n    TOKEN: {type: secret}\n",
    ),
    "group": Snippet(
        "create, tag, lock or delete a resource group",
        "yaml {azops=group}",
        "group: ${RESOURCE_GROUP}\nlocation: westeurope\n",
    ),
    "deploy": Snippet(
        "a template deployment",
        "yaml {azops=deploy}",
        "group: ${RESOURCE_GROUP}\ntemplate: templates/main.json\nparameters: {}\n",
    ),
    "table": Snippet(
        "resources as a table",
        "yaml {azops=resources}",
        'group: ${RESOURCE_GROUP}\nquery: "[].{name: name, type: type, location: location}"\n',
    ),
    "chart": Snippet(
        "numbers of a step's output as a plot", "yaml {azops=chart}", "step: name-of-an-earlier-step\nkind: bar\n"
    ),
    "ssh": Snippet("a command on hosts", "yaml {azops=ssh}", "group: ${RESOURCE_GROUP}\ncommand: uptime\n"),
    "ansible": Snippet(
        "an Ansible playbook on hosts", "yaml {azops=ansible}", "group: ${RESOURCE_GROUP}\nplaybook: site.yml\n"
    ),
    "wait": Snippet(
        "until a condition holds",
        "yaml {azops=wait}",
        "group: ${RESOURCE_GROUP}\nuntil: \"properties.provisioningState == 'Succeeded'\"\n",
    ),
    "approval": Snippet("stop for a person", "yaml {azops=gate}", "message: Go on?\n"),
}
"""By the word in the menu."""
