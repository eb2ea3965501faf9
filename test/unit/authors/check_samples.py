"""Reads samples as a list of {name, event_type, data} in JSON, and prints what the types in the given file do not allow."""

import importlib.util
import json
import sys
import types
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

spec = importlib.util.spec_from_file_location("slack_events", sys.argv[1])
slack_events = importlib.util.module_from_spec(spec)
sys.modules["slack_events"] = slack_events
spec.loader.exec_module(slack_events)


def problems(value, hint, path):
    origin = get_origin(hint)
    if hint is Any:
        return []
    if origin is NotRequired:
        return problems(value, get_args(hint)[0], path)
    if origin in (types.UnionType,) or str(origin) == "typing.Union":
        found = [problems(value, each, path) for each in get_args(hint)]
        return [] if [] in found else found[0]
    if is_typeddict(hint):
        return problems_of_object(value, hint, path)
    if origin is list:
        if not isinstance(value, list):
            return [f"{path} is {value!r}"]
        (of,) = get_args(hint)
        return [each for index, item in enumerate(value) for each in problems(item, of, f"{path}[{index}]")]
    if origin is dict:
        return [] if isinstance(value, dict) else [f"{path} is {value!r}"]
    # True is an int, and an int is a float where one is expected.
    accepted = (int, float) if hint is float else hint
    right = isinstance(value, accepted) and (hint is bool or not isinstance(value, bool))
    return [] if right else [f"{path} is {value!r}"]


def problems_of_object(value, hint, path):
    if not isinstance(value, dict):
        return [f"{path} is {value!r}"]
    missing = [f"{path} has no {key}" for key in sorted(hint.__required_keys__ - value.keys())]
    hints = get_type_hints(hint, include_extras=True)
    known = [each for key in value.keys() & hints.keys() for each in problems(value[key], hints[key], f"{path}.{key}")]
    return missing + known


for sample in json.load(sys.stdin):
    hint = slack_events.EVENTS[sample["event_type"]]
    for problem in problems(sample["data"], hint, "data"):
        print(f"{sample['name']}: {problem}")
