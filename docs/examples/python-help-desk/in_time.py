"""Answers that Slack reads from the acknowledgement, for three seconds at most."""

import json
import urllib.error
import urllib.request

from autokitteh import activity


def answer(event_data, body) -> bool:
    """Answers a slash command, a submitted modal or an options request; whether that was still in time."""
    url = event_data["slack_envelope"]["answer_url"]
    return url != "" and _post(url, body)


# One activity: what urllib hands out cannot be stored in a durable session's history.
@activity
def _post(url, body) -> bool:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=3):
            return True
    except urllib.error.HTTPError as error:
        # 410: answered already, or too late. Anything else is a mistake in the answer, which the text explains.
        if error.code == 410:
            return False
        raise RuntimeError(error.read().decode()) from error
