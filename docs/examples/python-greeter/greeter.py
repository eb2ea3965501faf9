"""Greets whoever names the bot, in a thread, with a button."""

from autokitteh.slack import slack_client


def on_mention(event):
    slack = slack_client("my_slack")
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"Hello <@{event.data.user}>!"}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "wave",
                    "text": {"type": "plain_text", "text": "Wave back"},
                    "value": event.data.user,
                }
            ],
        },
    ]
    slack.chat_postMessage(
        channel=event.data.channel,
        thread_ts=event.data.ts,
        text=f"Hello <@{event.data.user}>!",
        blocks=blocks,
    )
    print("greeted", event.data.user)


def on_click(event):
    slack = slack_client("my_slack")
    action = event.data.actions[0]  # out of a list: a plain dictionary
    slack.chat_postMessage(channel=event.data.channel.id, text=f"<@{event.data.user.id}> waves to <@{action['value']}>")
