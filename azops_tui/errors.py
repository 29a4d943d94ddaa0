"""The root of all errors whose text is for people.

* AzopsError
  * TemplateError: a template or an expression is not valid (arm)
  * RunbookError: a document cannot be read or run (engine.open)
  * EditError: a document does not allow an edit (runbook.edits)
  * FileChangedError: a document was changed on disk and is not written over (engine.document_file)
  * FormattingError: a document cannot be formatted (runbook.format)
  * NotebookError: a file is not a notebook (runbook.notebooks)
  * RunError: a run cannot do what was requested; nothing was executed (engine)
    * Busy: another step is running
    * ParameterError: a value is not allowed for a parameter
  * PrerequisiteError: a prerequisite on the web cannot be fetched (engine.web_prerequisites)
  * StepProblem: a step failed (engine)
  * SessionError: the process of a shell or Python session failed; also an OSError (engine.sessions)
  * AzureFailure: Azure rejected a request or cannot be reached (azure)
  * ProfileError: a profile is unknown or not valid (azure.profiles)
  * HostProblem: a host cannot be reached or used (ssh)
  * KeyProblem: an SSH key cannot be read or created (ssh.keys)
  * SecretStoreError: secrets cannot be stored or read (secrets)
    * SecretStoreLocked: the encrypted file needs its passphrase
  * JournalError: the journal cannot be used (journal)
  * CassetteError: a cassette cannot be read or written (replay)
  * NotRecordedError: a cassette does not hold what a run asks for (replay)
  * ArchiveError: a file is not a run that azops exported (journal.export)
  * SimulatorError: the simulator cannot be started or stopped (simulator.endpoint)
  * FaultSpecError: a text does not describe a fault to inject (simulator.fault_specs)
  * UserError: an action on the screen is not possible (ui.problems)
  * ThemeError: a theme is not valid (ui.theme)
  * GateRefusal: the gate did not send a request (gate.policy)
  * HttpMessageError: a message is not valid HTTP/1.1 (net.http1)
  * UpstreamError: a service cannot be reached through the gate (net.upstream)
"""

from __future__ import annotations


class AzopsError(Exception):
    """An operation failed for a reason that a person can act on; ``str()`` is the sentence to show.

    The sentence says what failed, on what, why, and what to do. Any other exception that reaches the top of the
    program is a bug: it is logged whole and shown as one.
    """
