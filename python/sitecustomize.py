"""Leads Slack's SDK for Python to the scripted Slack of `ak-slack dev`.

Python runs this file at its start where the file's folder is on PYTHONPATH. Without AK_SLACK_DEV_API_URL it changes nothing.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys

_API_URL = "AK_SLACK_DEV_API_URL"
_SLACK = "https://slack.com/api/"
_CLIENTS = {
    "slack_sdk.web.base_client": "BaseClient",
    "slack_sdk.web.async_base_client": "AsyncBaseClient",
    "slack_sdk.web.legacy_base_client": "LegacyBaseClient",
}


def _lead(module, url):
    """Replaces the address that a client has when none is given to it.

    The class attribute is not enough: the constructor's default was taken from it already.
    """
    client = getattr(module, _CLIENTS[module.__name__], None)
    if client is None:
        return
    client.BASE_URL = url
    init = client.__init__
    init.__defaults__ = tuple(url if value == _SLACK else value for value in init.__defaults__ or ())
    if init.__kwdefaults__:
        for name, value in init.__kwdefaults__.items():
            if value == _SLACK:
                init.__kwdefaults__[name] = url


class _Finder(importlib.abc.MetaPathFinder):
    """Changes the modules of the clients when they are imported: importing them here would slow every start."""

    def __init__(self, url):
        self._url = url

    def find_spec(self, name, path, target=None):
        if name not in _CLIENTS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        execute, url = spec.loader.exec_module, self._url

        def exec_module(module):
            execute(module)
            _lead(module, url)

        spec.loader.exec_module = exec_module
        return spec


def _run_next():
    """Runs the sitecustomize that this one hides, if there is one."""
    own = os.path.dirname(os.path.abspath(__file__))
    others = [entry for entry in sys.path if os.path.abspath(entry or ".") != own]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is None or spec.loader is None:
        return
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


if os.environ.get(_API_URL):
    sys.meta_path.insert(0, _Finder(os.environ[_API_URL]))
_run_next()
