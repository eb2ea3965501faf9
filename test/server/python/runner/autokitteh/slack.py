"""`slack_client`, for a stand-in: methods of Slack's Web API as the SDK names them, sent to SLACK_API_URL."""

import json
import os
import urllib.request


def slack_client(connection):
    client = Client(os.environ[f"{connection}__private_bot_token"])
    client.auth_test()
    return client


class Client:
    def __init__(self, token):
        self._token = token

    def __getattr__(self, name):
        # chat_postMessage is chat.postMessage.
        method = name.replace("_", ".", 1)
        return lambda **arguments: self._call(method, arguments)

    def files_upload_v2(self, channel, filename, content, title):
        body = content.encode()
        place = self._call("files.getUploadURLExternal", {"filename": filename, "length": len(body)})
        urllib.request.urlopen(urllib.request.Request(place["upload_url"], body)).close()
        files = [{"id": place["file_id"], "title": title}]
        return self._call("files.completeUploadExternal", {"files": files, "channel_id": channel})

    def _call(self, method, arguments):
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json; charset=utf-8"}
        url = os.environ["SLACK_API_URL"] + method
        request = urllib.request.Request(url, json.dumps(arguments).encode(), headers)
        with urllib.request.urlopen(request) as answered:
            answer = json.loads(answered.read())
        if not answer["ok"]:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer
