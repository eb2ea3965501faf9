import json
import urllib.request

from slack_sdk.errors import SlackApiError


class BaseClient:
    BASE_URL = "https://slack.com/api/"

    def __init__(self, token=None, base_url=BASE_URL):
        self.token = token
        self.base_url = base_url

    def api_call(self, method, *, json=None):
        answer = _post(self.base_url + method, self.token, json or {})
        if not answer["ok"]:
            raise SlackApiError(f"The request to the Slack API failed. (url: {self.base_url}{method})", answer)
        return answer


def _post(url, token, arguments):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
    request = urllib.request.Request(url, json.dumps(arguments).encode(), headers)
    with urllib.request.urlopen(request) as answered:
        return json.loads(answered.read())
