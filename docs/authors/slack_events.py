"""What events of Slack hold, as types for mypy, pyright and editors. Made by `npm run docs`; do not edit it.

Copy this file into your project, and say what an event is where a handler begins:

    from typing import cast

    from slack_events import MessageEvent

    def on_message(event):
        data = cast(MessageEvent, event.data)
        print(data["text"])

Keys without NotRequired are in every event of the type. More keys than these can come: whatever Slack sends.
"""

from typing import Any, NotRequired, TypedDict


class SlackEnvelope(TypedDict):
    kind: str
    app_id: str
    envelope_id: str
    event_id: str
    event_time: int
    team_id: str
    enterprise_id: str
    context_team_id: str
    context_enterprise_id: str
    authorizations: list[dict[str, Any]]
    is_ext_shared_channel: bool
    event_context: str
    retry_attempt: int
    retry_reason: str
    answer_url: str
    cut: bool
    conflicts: dict[str, Any]
    other_keys: dict[str, Any]


class Channel(TypedDict):
    id: str
    name: str
    name_normalized: str
    previous_names: list[str]
    previous_name: list[str]
    creator: str
    user: str
    is_member: bool
    is_read_only: bool
    is_thread_only: bool
    topic: "Topic | None"
    purpose: "Purpose | None"
    last_read: str
    unread_count: int
    unread_count_display: int
    is_archived: bool
    is_channel: bool
    is_frozen: bool
    is_general: bool
    is_group: bool
    is_im: bool
    is_mpim: bool
    is_open: bool
    is_private: bool
    is_shared: bool
    is_org_shared: bool
    is_ext_shared: bool
    is_pending_ext_shared: bool
    context_team_id: str
    shared_team_i_ds: list[str]
    shared_team_ids: list[str]
    pending_connected_team_i_ds: list[str]
    pending_connected_team_ids: list[str]
    created: int
    updated: int
    unlinked: int
    latest: "Message | None"
    locale: str
    num_members: int
    priority: float
    pending_shared: NotRequired[list[Any]]
    is_moved: NotRequired[int]
    internal_team_ids: NotRequired[list[Any]]


class Topic(TypedDict):
    value: str
    creator: str
    last_set: int


class Purpose(TypedDict):
    value: str
    creator: str
    last_set: int


class Message(TypedDict):
    type: str
    subtype: str
    hidden: bool
    text: str
    blocks: list[dict[str, Any]]
    edited: "Edited | None"
    user: str
    app_id: str
    bot_id: str
    bot_profile: "BotProfile | None"
    parent_user_id: str
    team: str
    channel: str
    channel_type: str
    ts: str
    event_ts: str
    permalink: str
    reply_count: int
    reply_users_count: int
    latest_reply: str
    reply_users: list[str]
    last_read: str
    unread_count: int
    unread_count_display: int
    is_locked: bool
    subscribed: bool
    is_starred: bool
    pinned_to: list[str]
    reactions: list["Reaction"]
    inviter: str
    name: str
    old_name: str
    purpose: str
    topic: str
    message: "Message | None"
    previous_message: "Message | None"
    deleted_ts: str
    thread_ts: str
    root: "Message | None"
    client_msg_id: str
    source_team: NotRequired[str]
    user_team: NotRequired[str]


class Edited(TypedDict):
    user: str
    ts: str


class BotProfile(TypedDict):
    id: str
    app_id: str
    team_id: str
    name: str
    deleted: bool
    updated: int


class Reaction(TypedDict):
    name: str
    users: list[str]
    count: int


class Item(TypedDict):
    type: str
    channel: str
    ts: str
    file: str
    file_comment: str


class User(TypedDict):
    id: str
    team_id: str
    real_name: str
    profile: "Profile | None"
    enterprise_user: "EnterpriseUser | None"
    deleted: bool
    is_admin: bool
    is_app_user: bool
    is_bot: bool
    is_email_confirmed: bool
    is_invited_user: bool
    is_owner: bool
    is_primary_owner: bool
    is_restricted: bool
    is_stranger: bool
    is_ultra_restricted: bool
    tz: str
    tz_label: str
    tz_offset: int
    updated: int
    username: NotRequired[str]
    name: NotRequired[str]


class Profile(TypedDict):
    first_name: str
    last_name: str
    real_name: str
    real_name_normalized: str
    display_name: str
    display_name_normalized: str
    email: str
    phone: str
    title: str
    pronouns: str
    start_date: str
    team: str
    api_app_id: str
    bot_id: str
    always_active: bool
    status_text: str
    status_text_canonical: str
    status_emoji: str
    status_expiration: int
    is_custom_image: bool
    image_original: str
    image_24: str
    image_32: str
    image_48: str
    image_72: str
    image_192: str
    image_512: str
    image_1024: str
    avatar_hash: str


class EnterpriseUser(TypedDict):
    enterprise_id: str
    enterprise_name: str
    id: str
    is_admin: bool
    is_owner: bool
    teams: list[str]


class Team(TypedDict):
    id: str
    domain: str
    name: str


class Enterprise(TypedDict):
    id: str
    name: str


class Container(TypedDict):
    type: str
    message_ts: str
    channel_id: str
    is_ephemeral: bool
    view_id: str


class Action(TypedDict):
    type: str
    block_id: str
    action_ts: str
    action_id: str
    value: str
    style: str
    text: "Text | None"
    selected_option: NotRequired[dict[str, Any]]
    name: NotRequired[str]


class Text(TypedDict):
    type: str
    text: str
    emoji: bool
    verbatim: bool


class ResponseURL(TypedDict):
    block_id: str
    action_id: str
    channel_id: str
    response_url: str


class View(TypedDict):
    id: str
    app_id: str
    bot_id: str
    team_id: str
    app_installed_team_id: str
    type: str
    callback_id: str
    title: "Text | None"
    blocks: list[dict[str, Any]]
    close: "Text | None"
    submit: "Text | None"
    clear_on_close: bool
    notify_on_close: bool
    submit_disabled: bool
    private_metadata: str
    external_id: str
    view_id: str
    hash: str
    state: "State | None"
    root_view_id: str
    previous_view_id: NotRequired[Any]


class State(TypedDict):
    values: dict[str, Any]


class ChannelArchiveEvent(TypedDict):
    """The data of `channel_archive`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class ChannelLeftEvent(TypedDict):
    """The data of `channel_left`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    actor_id: NotRequired[str]
    slack_envelope: SlackEnvelope


class ChannelUnarchiveEvent(TypedDict):
    """The data of `channel_unarchive`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class GroupArchiveEvent(TypedDict):
    """The data of `group_archive`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class GroupCloseEvent(TypedDict):
    """The data of `group_close`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class GroupDeletedEvent(TypedDict):
    """The data of `group_deleted`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    date_deleted: NotRequired[int]
    actor_id: NotRequired[str]
    slack_envelope: SlackEnvelope


class GroupLeftEvent(TypedDict):
    """The data of `group_left`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    actor_id: NotRequired[str]
    slack_envelope: SlackEnvelope


class GroupOpenEvent(TypedDict):
    """The data of `group_open`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class GroupUnarchiveEvent(TypedDict):
    """The data of `group_unarchive`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    actor_id: NotRequired[str]
    slack_envelope: SlackEnvelope


class MemberJoinedChannelEvent(TypedDict):
    """The data of `member_joined_channel`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class MemberLeftChannelEvent(TypedDict):
    """The data of `member_left_channel`."""

    type: str
    channel: str
    channel_type: str
    user: str
    inviter: str
    is_moved: bool
    event_ts: str
    team: str
    enterprise: str
    slack_envelope: SlackEnvelope


class ChannelCreatedEvent(TypedDict):
    """The data of `channel_created`."""

    type: str
    channel: "Channel | None"
    event_ts: str
    slack_envelope: SlackEnvelope


class ChannelRenameEvent(TypedDict):
    """The data of `channel_rename`."""

    type: str
    channel: "Channel | None"
    event_ts: str
    slack_envelope: SlackEnvelope


class GroupRenameEvent(TypedDict):
    """The data of `group_rename`."""

    type: str
    channel: "Channel | None"
    event_ts: str
    slack_envelope: SlackEnvelope


class MessageEvent(TypedDict):
    """The data of `message`."""

    type: str
    subtype: str
    hidden: bool
    text: str
    blocks: list[dict[str, Any]]
    edited: "Edited | None"
    user: str
    app_id: str
    bot_id: str
    bot_profile: "BotProfile | None"
    parent_user_id: str
    team: str
    channel: str
    channel_type: str
    ts: str
    event_ts: str
    permalink: str
    reply_count: int
    reply_users_count: int
    latest_reply: str
    reply_users: list[str]
    last_read: str
    unread_count: int
    unread_count_display: int
    is_locked: bool
    subscribed: bool
    is_starred: bool
    pinned_to: list[str]
    reactions: list["Reaction"]
    inviter: str
    name: str
    old_name: str
    purpose: str
    topic: str
    message: "Message | None"
    previous_message: "Message | None"
    deleted_ts: str
    thread_ts: str
    root: "Message | None"
    client_msg_id: str
    files: NotRequired[list[dict[str, Any]]]
    upload: NotRequired[bool]
    display_as_bot: NotRequired[bool]
    username: NotRequired[str]
    slack_envelope: SlackEnvelope


class AppMentionEvent(TypedDict):
    """The data of `app_mention`."""

    type: str
    user: str
    team: str
    channel: str
    ts: str
    event_ts: str
    thread_ts: str
    text: str
    blocks: list[dict[str, Any]]
    client_msg_id: str
    slack_envelope: SlackEnvelope


class ReactionAddedEvent(TypedDict):
    """The data of `reaction_added`."""

    type: str
    user: str
    reaction: str
    item: "Item | None"
    item_user: str
    event_ts: str
    slack_envelope: SlackEnvelope


class ReactionRemovedEvent(TypedDict):
    """The data of `reaction_removed`."""

    type: str
    user: str
    reaction: str
    item: "Item | None"
    item_user: str
    event_ts: str
    slack_envelope: SlackEnvelope


class SlashCommandEvent(TypedDict):
    """The data of `slash_command`."""

    team_id: str
    team_domain: str
    is_enterprise_install: bool
    enterprise_id: str
    enterprise_name: str
    api_app_id: str
    channel_id: str
    channel_name: str
    user_id: str
    command: str
    text: str
    response_url: str
    trigger_id: str
    user_name: NotRequired[str]
    slack_envelope: SlackEnvelope


class InteractionEvent(TypedDict):
    """The data of `interaction`."""

    type: str
    user: "User | None"
    api_app_id: str
    team: "Team | None"
    is_enterprise_install: bool
    enterprise: "Enterprise | None"
    channel: "Channel | None"
    message: "Message | None"
    container: "Container | None"
    actions: list["Action"]
    response_url: str
    response_ur_ls: list["ResponseURL"]
    response_urls: list["ResponseURL"]
    trigger_id: str
    view: "View | None"
    state: NotRequired[dict[str, Any]]
    is_cleared: NotRequired[bool]
    action_id: NotRequired[str]
    block_id: NotRequired[str]
    value: NotRequired[str]
    action_ts: NotRequired[str]
    callback_id: NotRequired[str]
    message_ts: NotRequired[str]
    attachment_id: NotRequired[str]
    is_app_unfurl: NotRequired[bool]
    original_message: NotRequired[dict[str, Any]]
    slack_envelope: SlackEnvelope


class AppHomeOpenedEvent(TypedDict):
    """The data of `app_home_opened`."""

    type: NotRequired[str]
    user: NotRequired[str]
    channel: NotRequired[str]
    tab: NotRequired[str]
    view: NotRequired[dict[str, Any]]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class FileSharedEvent(TypedDict):
    """The data of `file_shared`."""

    type: NotRequired[str]
    file_id: NotRequired[str]
    file: NotRequired[dict[str, Any]]
    user_id: NotRequired[str]
    channel_id: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class ChannelDeletedEvent(TypedDict):
    """The data of `channel_deleted`."""

    type: NotRequired[str]
    channel: NotRequired[str]
    actor_id: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class ChannelHistoryChangedEvent(TypedDict):
    """The data of `channel_history_changed`."""

    type: NotRequired[str]
    channel: NotRequired[str]
    latest: NotRequired[str]
    ts: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class ChannelIdChangedEvent(TypedDict):
    """The data of `channel_id_changed`."""

    type: NotRequired[str]
    old_channel_id: NotRequired[str]
    new_channel_id: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class GroupHistoryChangedEvent(TypedDict):
    """The data of `group_history_changed`."""

    type: NotRequired[str]
    channel: NotRequired[str]
    latest: NotRequired[str]
    ts: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class ImHistoryChangedEvent(TypedDict):
    """The data of `im_history_changed`."""

    type: NotRequired[str]
    channel: NotRequired[str]
    latest: NotRequired[str]
    ts: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class AppUninstalledEvent(TypedDict):
    """The data of `app_uninstalled`."""

    type: NotRequired[str]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class TokensRevokedEvent(TypedDict):
    """The data of `tokens_revoked`."""

    type: NotRequired[str]
    tokens: NotRequired[dict[str, Any]]
    event_ts: NotRequired[str]
    slack_envelope: SlackEnvelope


class AppRateLimitedEvent(TypedDict):
    """The data of `app_rate_limited`."""

    team_id: NotRequired[str]
    minute_rate_limited: NotRequired[int]
    api_app_id: NotRequired[str]
    type: NotRequired[str]
    slack_envelope: SlackEnvelope


EVENTS: dict[str, type] = {
    "channel_archive": ChannelArchiveEvent,
    "channel_left": ChannelLeftEvent,
    "channel_unarchive": ChannelUnarchiveEvent,
    "group_archive": GroupArchiveEvent,
    "group_close": GroupCloseEvent,
    "group_deleted": GroupDeletedEvent,
    "group_left": GroupLeftEvent,
    "group_open": GroupOpenEvent,
    "group_unarchive": GroupUnarchiveEvent,
    "member_joined_channel": MemberJoinedChannelEvent,
    "member_left_channel": MemberLeftChannelEvent,
    "channel_created": ChannelCreatedEvent,
    "channel_rename": ChannelRenameEvent,
    "group_rename": GroupRenameEvent,
    "message": MessageEvent,
    "app_mention": AppMentionEvent,
    "reaction_added": ReactionAddedEvent,
    "reaction_removed": ReactionRemovedEvent,
    "slash_command": SlashCommandEvent,
    "interaction": InteractionEvent,
    "app_home_opened": AppHomeOpenedEvent,
    "file_shared": FileSharedEvent,
    "channel_deleted": ChannelDeletedEvent,
    "channel_history_changed": ChannelHistoryChangedEvent,
    "channel_id_changed": ChannelIdChangedEvent,
    "group_history_changed": GroupHistoryChangedEvent,
    "im_history_changed": ImHistoryChangedEvent,
    "app_uninstalled": AppUninstalledEvent,
    "tokens_revoked": TokensRevokedEvent,
    "app_rate_limited": AppRateLimitedEvent,
}
"""The type of `event.data` by `event.event_type`."""
