"""What workflows import of AutoKitteh's SDK, for a stand-in: everything is asked of the session over the pipe."""

import json
import sys
from dataclasses import dataclass


class AttrDict(dict):
    """Read by attribute as by index; dictionaries are wrapped on the way by attribute only, as in the SDK."""

    def __getattr__(self, name):
        try:
            value = self[name]
        except KeyError:
            raise AttributeError(name) from None
        return AttrDict(value) if isinstance(value, dict) else value


@dataclass
class Event:
    data: AttrDict
    event_id: str
    event_type: str


def tell(**message):
    """One line to the session."""
    sys.__stdout__.write(json.dumps(message) + "\n")
    sys.__stdout__.flush()


def ask(**message):
    """One line to the session, and its answer."""
    tell(**message)
    return json.loads(sys.__stdin__.readline())


def activity(function):
    return function


def subscribe(source, filter=""):
    return ask(t="subscribe", connection=source, filter=filter)["subscription"]


def next_event(subscription, timeout=None):
    answer = ask(t="next_event", subscription=subscription, timeout=timeout)
    return None if answer["event"] is None else AttrDict(answer["event"]["data"])
