"""While the desk is open, /desk is answered at once: by a session that runs already."""

from autokitteh import next_event, subscribe

from in_time import answer

CONNECTION = "my_slack"
OPEN_SECONDS = 8 * 60 * 60


def on_desk_opened(event):
    commands = subscribe(CONNECTION, 'event_type == "slash_command" && data.command == "/desk"')
    print("open")
    asked = 0
    while (data := next_event(commands, timeout=OPEN_SECONDS)) is not None:
        if data.text == "close":
            answer(data, {"response_type": "in_channel", "text": f"Closed after {asked} questions."})
            break
        asked += 1
        text = f"The desk is open. <@{data.user_id}>, you are number {asked}."
        print("answered in time:", answer(data, {"response_type": "ephemeral", "text": text}))
    print("closed")
