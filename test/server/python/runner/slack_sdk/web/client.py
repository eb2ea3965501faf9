import urllib.request

from slack_sdk.web.base_client import BaseClient


class WebClient(BaseClient):
    def __getattr__(self, name):
        # chat_postMessage is chat.postMessage.
        method = name.replace("_", ".", 1)
        return lambda **arguments: self.api_call(method, json=arguments)

    def files_upload_v2(self, channel, filename, content, title):
        body = content.encode()
        place = self.files_getUploadURLExternal(filename=filename, length=len(body))
        urllib.request.urlopen(urllib.request.Request(place["upload_url"], body)).close()
        files = [{"id": place["file_id"], "title": title}]
        return self.files_completeUploadExternal(files=files, channel_id=channel)
