"""Resource providers: one folder for each namespace of Azure, found by itself.

A folder holds everything about its namespace::

    compute/
      namespace.py          REGISTRATION: the types with their timing and defaults, and the classes that serve them
      urls.py               URLS: paths that are not resources, as .../locations/{location}/vmSizes (optional)
      virtual_machines.py   VirtualMachineProvider: what is special about one type (optional)

To add a resource type, add a row to ``TYPES`` in the namespace's ``namespace.py``::

    "virtualNetworks": ResourceType(lro=replace(NETWORK, create_seconds=5), defaults={"subnets": []}),

That is enough for a type that stores what it is sent: `ResourceProvider` (``base.py``) writes, reads, lists, deletes
and locks it, runs its long-running operations, and the list of providers and the template function ``providers`` show
it. `ResourceType` (``resource_types.py``) documents each fact, `LroProfile` (``../lro_profiles.py``) the status codes,
headers, states and seconds.

For what is special about a type, derive a class from `ResourceProvider`, name its ``types`` in lower case, override the
hooks that differ (``check``, ``build_document``, ``on_written``, ``work``, ``show``, ``list_documents``, ``delete`` …)
and name the class in ``REGISTRATION``.

To add an action, write a method ``(self, resource, call) -> ArmReply`` and add a row to the class's ``actions``::

    actions = (("POST", "listKeys", list_keys), ("GET", "instanceView", read_instance_view))

A GET row serves a document or a list below the resource that is not a child resource.

To add a path that belongs to no resource, write a function ``(services, request) -> ArmReply`` and add a `Route` to the
folder's ``URLS``; ``../routing.py`` explains patterns. ``../urls.py`` collects the one table.

To add a namespace, add a folder with an ``__init__.py`` and a ``namespace.py``. Nothing else needs to name it.
"""
