"""Reads what the event's `paths` name, as user code reads it: by attribute, in lists by number."""


def on_event(event):
    missing = [path for path in event.data.paths if not resolves(event.data, path)]
    print("missing:", " ".join(missing))


def resolves(at, path):
    for key in path.split("."):
        try:
            # What comes out of a list is a plain dictionary, and `values` is a method of every one.
            plain = type(at) is dict or key == "values"
            at = at[int(key)] if key.isdigit() else at[key] if plain else getattr(at, key)
        except (AttributeError, KeyError, IndexError, TypeError):
            return False
    return True
