"""Runs one function of a program as a session: `run_session.py <file> <function>`, its event on the first line of the input.

Starlark is run as Python, of which its programs are a part as long as they load nothing: it gets the data as a dictionary,
objects in it as structs, and the parameters that it names.
"""

import builtins
import inspect
import json
import os
import sys

from autokitteh import AttrDict, Event, ask, next_event, subscribe, tell


class Struct(AttrDict):
    """An object in Starlark's data: read by attribute, as deep as it goes."""

    def __getattr__(self, name):
        return struct_of(super().__getattr__(name))


def struct_of(value):
    if isinstance(value, dict):
        return Struct(value)
    return [struct_of(each) for each in value] if isinstance(value, list) else value


def starlark_next_event(subscription, timeout=None):
    answer = ask(t="next_event", subscription=subscription, timeout=timeout)["event"]
    return None if answer is None else Struct({"data": answer["data"], "type": answer["event_type"]})


def printing(*values):
    tell(t="print", text=" ".join(str(each) for each in values))


path, name = sys.argv[1:]
event = json.loads(sys.__stdin__.readline())
builtins.print = printing
with open(path, encoding="utf-8") as file:
    source = file.read()
if path.endswith(".star"):
    names = {"subscribe": subscribe, "next_event": starlark_next_event}
    exec(compile(source, path, "exec"), names)
    function = names[name]
    given = {
        "data": {key: struct_of(value) for key, value in event["data"].items()},
        "event_type": event["event_type"],
        "event_id": event["event_id"],
    }
    function(**{key: given[key] for key in inspect.signature(function).parameters})
else:
    sys.path.insert(0, os.path.dirname(path))
    names = {"__name__": "main", "__file__": path}
    exec(compile(source, path, "exec"), names)
    names[name](Event(AttrDict(event["data"]), event["event_id"], event["event_type"]))
